"""Signals in plain English, from their declarations: every part of one is in the words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rules.declaration import (
    Feature,
    Follow,
    Library,
    Pattern,
    Segment,
    Signal,
    Silence,
    Silent,
    Status,
    Step,
    Types,
    When,
    Without,
)
from rules.docs.phrase import Code, Named, Part, Phrase, Quoted, capital, joined, phrase, separated
from rules.docs.wording.conditions import ConditionWords
from rules.docs.wording.features import FeatureWords
from rules.docs.wording.patterns import PatternWords, Sentence, asked
from rules.docs.wording.policy import PolicyWords
from rules.docs.wording.spans import lasting, number
from rules.docs.wording.stories import StoryWords
from rules.docs.wording.types import TypeWords
from rules.expression import FeatureRead
from rules.relations import Relations
from rules.story import Stage, Story

STATUSES: Final[dict[Status, str]] = {
    "draft": "It is a draft: it doesn't run.",
    "shadow": "It runs in the shadow: what it would do is decided and recorded, and nothing is sent.",
    "live": "It is live: it runs, and what it makes is sent.",
    "retired": "It is retired: it doesn't run any more.",
}


class LibraryWords:
    """Says what a checked library declares."""

    def __init__(self, relations: Relations) -> None:
        self._relations = relations
        self._library: Library = relations.library
        self._segments = {segment.name: segment for segment in self._library.segments}
        self.types = TypeWords(self._library.interactions)
        self._features = FeatureWords(relations.features, self.types)
        self._stories = StoryWords(self._features, self.types)
        self._conditions = ConditionWords(relations, self._read, self._stories.claim)
        self._patterns = PatternWords(self.types, self._features, self._conditions)
        self._policy = PolicyWords(self._library, self._conditions, self.types)

    def _read(self, read: FeatureRead) -> Phrase:
        """What a condition reads by its name."""
        return self._features.read(read) if read.story is None else self._stories.read(read)

    def story(self, story: Story) -> Iterator[Sentence]:
        """All that a story declares."""
        return self._stories.sentences(story)

    def story_gist(self, story: Story) -> Phrase:
        """A story in a line."""
        return self._stories.gist(story)

    def leads(self, stage: Stage) -> Phrase:
        """What leads to a stage of a story."""
        return self._stories.leads(stage)

    def feature(self, feature: Feature) -> Phrase:
        """What a feature is."""
        return capital(phrase(self._features.full(feature), "."))

    def segment(self, segment: Segment) -> Phrase:
        """Who is in a segment."""
        return capital(phrase("Customers for whom ", self._conditions.whole(segment.condition), "."))

    def silence(self, signal: Signal, at: int) -> str:
        """The silence that a signal waits for: of a follow that at a step, `without` alone not counted."""
        match signal.pattern:
            case Silent(duration, types):
                return f"{lasting(duration)} without {self._shortly(types)}"
            case Follow(steps):
                step = [one for one in steps if not isinstance(one, Without)][at]
                if isinstance(step, Silence):
                    return f"{lasting(step.duration)} without {self._shortly(step.types)}"
        raise ValueError(f"{signal.name} waits for no silence at step {at}")

    def _shortly(self, types: Types) -> str:
        said = (
            f"“{says}”" if (says := self.types.says(name)) else "anything" if name == "*" else name for name in types
        )
        return " or ".join(said)

    def gist(self, signal: Signal) -> Phrase:
        """What a signal waits for, in a few words."""
        under = ", under a condition" if signal.condition is not None else ""
        return capital(phrase(self._pattern(signal), under, "."))

    def _pattern(self, signal: Signal) -> Phrase:
        per: Part = phrase("for each ", Named("field", signal.per), ": ") if signal.per else ""
        return phrase(per, self._patterns.brief(signal.pattern, signal.per))

    def brief(self, signal: Signal) -> Phrase:
        """A signal in one sentence; the fine points are those of `sentences`."""
        only: Part = ""
        if signal.condition is not None:
            only = phrase(", provided that ", self._conditions.whole(signal.condition, signal.per))
        goes: Part = ", it is noted, and nothing is sent"
        if signal.then.channel is not None:
            goes = phrase(", a message goes to ", self._channels(signal))
        again = f", once in {lasting(signal.again)} at most" if signal.again else ""
        return capital(phrase(self._pattern(signal), only, goes, again, "."))

    def sentences(self, signal: Signal) -> Iterator[Sentence]:
        """All that a signal does, and when."""
        if signal.per:
            yield self._per(signal.pattern, Named("field", signal.per))
        yield from self._patterns.sentences(signal.pattern, signal.per)
        if signal.condition is not None:
            conditions = self._conditions.parts(signal.condition, signal.per)
            yield asked("Only if", "At that moment", conditions, " Otherwise the moment passes.")
        yield self._again(signal)
        yield from self._then(signal)
        yield from self._policy.sentences(signal)
        yield Sentence("Worth", phrase(f"{self._money(signal.value)} each time; {_FIRST}"))
        yield Sentence("Status", phrase(STATUSES[signal.status]))
        meant = tuple(self._meant(signal))
        if meant:
            yield Sentence("Meaning", phrase("In these sentences:"), meant)

    def _meant(self, signal: Signal) -> Iterator[Phrase]:
        """What is only named in its sentences."""
        for name in sorted(self._relations.segments_read(signal)):
            says = self._conditions.whole(self._segments[name].condition)
            yield phrase(Named("segment", name), " are the customers for whom ", says)
        for name in sorted(self._relations.features_read(signal)):
            feature = self._relations.features[name]
            if self._features.is_named_alone(feature):
                yield phrase(Named("feature", name), " is ", self._features.full(feature))

    def _per(self, pattern: Pattern, field: Named) -> Sentence:
        each = phrase("Each ", field, " of a customer is watched on its own.")
        if isinstance(pattern, When):
            return Sentence("For each", each)
        rest: Part = "."
        if isinstance(pattern, Follow) and not all(isinstance(step, Step) for step in pattern.steps):
            rest = ", but as one that mustn't come it counts for all."
        return Sentence("For each", phrase(each, " A touchpoint without a ", field, " doesn't count", rest))

    def _again(self, signal: Signal) -> Sentence:
        whom: Part = phrase("a customer and ", Named("field", signal.per)) if signal.per else "a customer"
        if signal.again is None:
            return Sentence("How often", phrase("Each time that it happens to ", whom, "; nothing limits how often."))
        begins = f"At most once in {lasting(signal.again)} for "
        return Sentence("How often", phrase(begins, whom, "; what comes in between isn't made up for."))

    def _then(self, signal: Signal) -> Iterator[Sentence]:
        then = signal.then
        content: Part = phrase("the content ", Quoted(then.content)) if then.content else "a message without content"
        if then.channel is None:
            would = phrase("; it would be ", content) if then.content else ""
            yield Sentence("Then", phrase("It names no channel: it is recorded, and nothing is sent", would, "."))
        else:
            yield Sentence("Then", phrase("Sends ", content, " to ", self._policy.goes_to(signal), "."))
        if then.to is not None:
            whom = Named("profile", f"related.{then.to}")
            yield Sentence("To", phrase("Whom the profile's ", whom, " names, in the customer's place."))
        if then.carry:
            items = [phrase(Code(name), ": ", says) for name, says in self.carried(signal)]
            yield Sentence("Takes along", phrase("As it is at that moment:"), tuple(items))
        if then.channel is not None:
            expires = f"Until {lasting(then.expires)} after that moment; it isn't sent later."
            yield Sentence("Good for", phrase(expires))

    def _channels(self, signal: Signal) -> Phrase:
        """The channels in a few words."""
        if signal.then.chooses_best:
            return phrase("the best channel (", Named("channel", "best"), ")")
        return joined([Named("channel", name) for name in signal.then.channels], "or")

    def carried(self, signal: Signal) -> Iterator[tuple[str, Phrase]]:
        """What a signal's message takes along, each by its name."""
        for name, text in signal.then.carry:
            yield name, self._conditions.value(text, signal.per)

    def _money(self, value: float) -> str:
        return f"{number(value)} {self._library.currency or ''}".strip()


_FIRST: Final = "of what comes up for a customer at the same moment, the one of highest value goes first."


def as_paragraph(sentences: Iterator[Sentence]) -> Phrase:
    """Sentences one behind the other, lists within them."""
    return separated((_with_items(one) for one in sentences), " ")


def _with_items(sentence: Sentence) -> Phrase:
    if not sentence.items:
        return phrase(f"{sentence.topic}: ", sentence.says)
    return phrase(f"{sentence.topic}: ", sentence.says, " ", separated(sentence.items, "; "), ". ", sentence.ends)
