"""Stories in plain English: how a condition names their values, and all that one declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from rules.docs.phrase import Code, Named, Part, Phrase, Quoted, capital, joined, phrase
from rules.docs.wording.features import FeatureWords
from rules.docs.wording.patterns import Sentence
from rules.docs.wording.spans import lasting, number
from rules.docs.wording.types import TypeWords
from rules.expression import FeatureRead
from rules.story import Branch, Evidence, Module, Needed, Stage, Story, Touch

_MODULE: Final[Mapping[str, str]] = {"attention": "the attention for ", "done": "", "unlocked": ""}
_STORY: Final[Mapping[str, str]] = {
    "since": "the moment at which the stage began in ",
    "due": "the moment by which the stage must move on in ",
    "began": "the moment at which the customer began ",
    "round": "the number of times that the customer began ",
    "touchpoints": "the number of touchpoints in ",
    "modules_done": "the number of modules done in ",
    "first_channel": "the first channel of ",
    "last_channel": "the last channel of ",
    "off": "how far the mix of channels is off in ",
}


class StoryWords:
    """Says the stories of a library."""

    def __init__(self, features: FeatureWords, types: TypeWords) -> None:
        self._features, self._types = features, types

    def read(self, read: FeatureRead) -> Phrase:
        """A value, as a condition names it."""
        root, story, *rest = read.name.split(".", 3)
        named = phrase("the story ", Named("story", story))
        match root, rest:
            case "stage", _:
                return phrase("the stage in ", named)
            case "module", [module, value]:
                if value.startswith("share."):
                    return phrase("the share of ", Quoted(value.removeprefix("share.")), " in ", _module(module, named))
                return phrase(_MODULE[value], _module(module, named))
            case _, [value]:
                return phrase(_STORY[value], named)
            case _, [value, of]:
                said = {"share": "the share of ", "open_since": "the moment at which was opened "}.get(value, "")
                return phrase(said, Quoted(of), " in ", named)
        raise ValueError(f"{read.name} can't be said")

    def claim(self, read: FeatureRead, true: bool) -> Phrase:
        """That a value is true, or that it isn't."""
        _, story, *rest = read.name.split(".", 3)
        named, is_not = phrase("the story ", Named("story", story)), "is " if true else "isn't "
        match rest:
            case ["overdue"]:
                return phrase("the stage in ", named, f" {is_not}overdue")
            case [("open" | "unlocked") as value, of] if not read.name.startswith("module."):
                what = "channel " if value == "unlocked" else "branch "
                return phrase(f"the {what}", Quoted(of), " of ", named, f" {is_not}{value}")
            case [module, value]:
                return phrase(_module(module, named), f" {is_not}{value}")
        raise ValueError(f"{read.name} can't be said")

    def gist(self, story: Story) -> Phrase:
        """A story in a line."""
        stages = joined([Quoted(name) for name in story.stage_names], "and")
        modules = f"{len(story.modules)} module{'' if len(story.modules) == 1 else 's'}"
        return phrase("From ", stages, f", over {modules}.")

    def sentences(self, story: Story) -> Iterator[Sentence]:
        """All that a story declares."""
        yield Sentence("Made of", capital(phrase(self._touch(story.of, "touchpoints"), ".")))
        yield Sentence("Stages", phrase("In this order:"), tuple(self._stages(story)), ordered=True)
        if story.modules:
            yield Sentence("Modules", phrase("What is to be learned:"), tuple(map(self._of_module, story.modules)))
            yield Sentence("Attention", phrase("A touchpoint's attention counts"), tuple(_evidence(story.evidence)))
        if story.half_life is not None:
            says = f"Half of what was taken in is forgotten in {lasting(story.half_life)}; what is done stays done."
            yield Sentence("Forgotten", phrase(says))
        if story.branches:
            yield Sentence("Branches", phrase("What opens besides:"), tuple(map(self._branch, story.branches)))
        if story.channels:
            gates = (phrase(Quoted(one.channel), " after ", _names(one.after)) for one in story.channels)
            yield Sentence("Channels", phrase("Locked at first:"), tuple(gates))
        if story.mix:
            yield Sentence("Mix", phrase("Attention is to come by"), tuple(self._mix(story)))
        yield Sentence("Goes round", self._reentry(story))

    def _stages(self, story: Story) -> Iterator[Phrase]:
        yield phrase(Quoted(story.stages[0].name), ", where all begin")
        for stage in story.stages[1:]:
            yield phrase(Quoted(stage.name), " once ", self.leads(stage), self._within(stage))

    def leads(self, stage: Stage) -> Phrase:
        """What leads to a stage."""
        parts: list[Part] = []
        if stage.modules:
            verb = "is" if len(stage.modules) == 1 else "are"
            parts.append(phrase(_names(stage.modules), f" {verb} done"))
        if stage.some:
            parts.append(f"{stage.some} module{' is' if stage.some == 1 else 's are'} done")
        if stage.touchpoints is not None:
            parts.append(self._needed(stage.touchpoints))
        return joined(parts, "and")

    def _needed(self, needed: Needed) -> Phrase:
        several = f"{needed.count} touchpoint{'' if needed.count == 1 else 's'}"
        types = f" of {needed.kinds} different types at least" if needed.kinds > 1 else ""
        of: Part = ""
        if needed.of != Touch():
            of = phrase(", each ", self._touch(needed.of, "touchpoint"), ",")
        return phrase(f"{several}{types}", of, " came since the stage before began")

    def _within(self, stage: Stage) -> str:
        return "" if stage.within is None else f"; overdue {lasting(stage.within)} after the stage before began"

    def _touch(self, touch: Touch, noun: str) -> Phrase:
        of = self._types.any_of(touch.types, noun) if touch.types else phrase(noun)
        where: Part = phrase(" where ", self._features.where(touch.where)) if touch.where else ""
        return phrase(of, where)

    def _of_module(self, module: Module) -> Phrase:
        after: Part = phrase(", unlocked once ", _names(module.after), _are(module.after)) if module.after else ""
        of: Part = ""
        if module.of != Touch():
            of = phrase(", of ", self._touch(module.of, "touchpoints"))
        return phrase(Quoted(module.name), of, f": done at {percent(module.needs)} of attention", after)

    def _branch(self, branch: Branch) -> Phrase:
        times = f" {branch.times} of these" if branch.times > 1 else " one of these"
        kind = "an interest" if branch.answered is None else "an objection"
        opens = phrase(Quoted(branch.name), f", {kind}: opened by{times}: ", self._touch(branch.of, "touchpoints"))
        ends: Part = ""
        if branch.answered is not None:
            ends = phrase("; open until answered by ", self._touch(branch.answered, "touchpoints"))
        elif branch.stays is not None:
            ends = f"; it closes {lasting(branch.stays)} after the last"
        unlocks: Part = phrase("; it unlocks ", _names(branch.modules)) if branch.modules else ""
        return phrase(opens, ends, unlocks)

    def _mix(self, story: Story) -> Iterator[Phrase]:
        for portion in story.mix:
            channels = joined([Quoted(one) for one in portion.channels], "and")
            own = portion.channels == (portion.name,)
            named: Part = "" if own else phrase(" (", Code(portion.name), ")")
            yield phrase(channels, named, f": {percent(portion.share)}")

    def _reentry(self, story: Story) -> Phrase:
        again = story.reenter
        ways: list[Part] = []
        if again.after is not None:
            ways.append(f"the next touchpoint after {lasting(again.after)} without one")
        if again.by is not None:
            ways.append(phrase(self._touch(again.by, "a touchpoint"), ", from a later stage than the first"))
        if not ways:
            return phrase("Never: who has come to an end stays there.")
        return phrase("It begins anew, with nothing taken in, with ", joined(ways, "or"), ".")


def _module(name: str, story: Phrase) -> Phrase:
    return phrase("the module ", Quoted(name), " of ", story)


def _names(names: tuple[str, ...]) -> Phrase:
    return joined([Quoted(name) for name in names], "and")


def _are(names: tuple[str, ...]) -> str:
    return " is done" if len(names) == 1 else " are done"


def _evidence(evidence: Evidence) -> Iterator[Phrase]:
    for who, share in evidence.led_by:
        yield phrase(f"{_fully(share)} where it was led by ", Quoted(who))
    yield phrase(f"{_fully(evidence.reaction)} where there was a reaction")
    for proof, share in evidence.proves:
        yield phrase(f"{_fully(share)} where its type proves ", Quoted(proof))
    yield phrase(f"{_fully(evidence.otherwise)} otherwise")
    if evidence.dwell is not None:
        yield phrase(f"where it has none, by its dwell: {lasting(evidence.dwell)} are all of it")


def _fully(share: float) -> str:
    return "in full" if share == 1 else f"{percent(share)} of it"


def percent(share: float) -> str:
    return f"{number(round(share * 100, 4))} %"
