"""Patterns in plain English: what must happen for a signal to fire."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rules.declaration import DateWindow, Follow, Pattern, Silence, Silent, Step, Types, When, Without
from rules.docs.phrase import Named, Part, Phrase, joined, phrase
from rules.docs.wording.conditions import ConditionWords
from rules.docs.wording.features import FeatureWords
from rules.docs.wording.spans import lasting
from rules.docs.wording.types import TypeWords
from rules.expression import Scope, parse, pinned
from rules.relations import FIRED


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence about a signal: what it is about, what it says, and its list, if it has one.

    ``ordered``: whether the list is of what comes one after the other. ``ends``: what is said behind the list.
    """

    topic: str
    says: Phrase
    items: tuple[Phrase, ...] = ()
    ends: Phrase = ()
    ordered: bool = False


def asked(topic: str, begins: str, conditions: Sequence[Phrase], ends: str = "") -> Sentence:
    """A sentence on conditions: with a list where there are several."""
    if len(conditions) == 1:
        return Sentence(topic, phrase(begins, ": ", conditions[0], ".", ends))
    return Sentence(topic, phrase(begins, ", all of this:"), tuple(conditions), phrase(ends.strip()))


class PatternWords:
    """Says patterns: in a few words, and in full."""

    def __init__(self, types: TypeWords, features: FeatureWords, conditions: ConditionWords) -> None:
        self._types, self._features, self._conditions = types, features, conditions

    def brief(self, pattern: Pattern, per: str | None) -> Phrase:
        """A clause such as ``when ... is followed by ...``, which leaves the fine points to `sentences`."""
        match pattern:
            case When(condition, hold):
                for_: Part = f", and it has stayed so for {lasting(hold)}" if hold else ""
                return phrase("once ", self._conditions.whole(condition, per), for_)
            case Follow(steps):
                return self._brief_follow(steps)
            case Silent(duration, types):
                return phrase(
                    f"{lasting(duration)} after the customer's last ", self._types.any_of(types, "touchpoint")
                )
            case DateWindow():
                return self._window(pattern)

    def sentences(self, pattern: Pattern, per: str | None) -> Iterator[Sentence]:
        """All that a pattern says."""
        match pattern:
            case When():
                yield from self._when(pattern, per)
            case Follow():
                yield from self._follow(pattern)
            case Silent():
                yield from self._silent(pattern)
            case DateWindow():
                yield from self._date(pattern)

    def _when(self, when: When, per: str | None) -> Iterator[Sentence]:
        begins = "At the moment when this turns from false to true, by what the customer does or by time alone"
        yield asked("Fires", begins, self._conditions.parts(when.condition, per))
        if when.hold:
            words = f"This must have been true for {lasting(when.hold)} without a break; only then does it fire."
            yield Sentence("Holds", phrase(words))

    def _brief_follow(self, steps: Sequence[Step | Silence | Without]) -> Phrase:
        said = [self._brief_step(step) for step in steps if not isinstance(step, Without)]
        if len(said) == 1:
            return phrase("on ", said[0])
        return phrase("when ", said[0], " is followed by ", *_then(said[1:]))

    def _brief_step(self, step: Step | Silence) -> Phrase:
        if isinstance(step, Silence):
            return phrase(f"{lasting(step.duration)} without ", self._types.any_of(step.types))
        times = "" if step.times == 1 else f"{step.times} times "
        return phrase(times, self._fired(step) or self._types.any_of(step.types))

    def _fired(self, step: Step) -> Phrase:
        """The signals whose firings fulfil a step; nothing where it isn't about those."""
        if step.types != (FIRED,) or step.where is None:
            return ()
        names = pinned(parse(step.where, Scope("touchpoint")), "properties.signal") or ()
        return phrase("a firing of ", joined([phrase(Named("signal", name)) for name in sorted(names)], "or"))

    def _follow(self, follow: Follow) -> Iterator[Sentence]:
        first, steps = follow.steps[0], [self._step(follow.steps, at) for at in range(len(follow.steps))]
        if len(steps) == 1:
            yield Sentence("Fires", phrase("When this has happened to a customer: ", steps[0], "."))
        else:
            begins = phrase("When all of this has happened to a customer, in this order:")
            yield Sentence("Fires", begins, tuple(steps), ordered=True)
        if follow.restart == "latest":
            again = "Another first step begins the wait anew: the newest counts."
        else:
            again = "Another first step, while the next is awaited, doesn't begin the wait anew: the first one counts."
        if len(follow.steps) > 1 or (isinstance(first, Step) and first.times > 1):
            yield Sentence("Begins again", phrase(again))
        for step in follow.steps:
            if isinstance(step, Silence):
                yield from self._latency(step.types, step.duration)

    def _step(self, steps: Sequence[Step | Silence | Without], at: int) -> Phrase:
        match steps[at]:
            case Silence(types, duration):
                return phrase(f"then {lasting(duration)} without ", self._types.any_of(types))
            case Without(types):
                return phrase("and, until the next step, no ", self._types.any_of(types))
            case Step() as step:
                return self._touchpoint(step, first=at == 0)

    def _touchpoint(self, step: Step, *, first: bool) -> Phrase:
        parts: list[Part] = [] if first else ["then "]
        parts += [] if step.times == 1 else [f"{step.times} times "]
        parts.append(self._types.any_of(step.types))
        parts += [" where ", self._features.where(step.where)] if step.where else []
        if step.same:
            fields = joined([phrase(Named("field", name)) for name in step.same], "and")
            parts += [", all with a " if first else ", with the same ", fields, "" if first else " as the first step"]
        within = lasting(step.within)
        if not first:
            parts.append(f", {'all ' if step.times > 1 else ''}within {within} of the step before")
        elif step.times > 1:
            parts.append(f", all within {within} of the first of them")
        return phrase(*parts)

    def _silent(self, silent: Silent) -> Iterator[Sentence]:
        begins = f"{lasting(silent.duration)} after the customer's last "
        rest = ", if none has come since; never for a customer who had none."
        yield Sentence("Fires", phrase(begins, self._types.any_of(silent.types, "touchpoint"), rest))
        yield from self._latency(silent.types, silent.duration)

    def _latency(self, types: Types, duration: int) -> Iterator[Sentence]:
        late = self._types.latency(types)
        if late:
            begins = f"As one may be reported up to {lasting(late)} late, the {lasting(duration)} without "
            rest = f" are only counted as over {lasting(late)} later."
            yield Sentence("Late reports", phrase(begins, self._types.any_of(types), rest))

    def _date(self, date: DateWindow) -> Iterator[Sentence]:
        yield Sentence("Fires", phrase("Once, ", self._window(date), "; nothing needs to happen for it. ", _DAYS))
        if date.yearly:
            again = "It comes again each year, from the date's own on; 29 February counts as the 28th in other years."
            yield Sentence("Every year", phrase(again))

    def _window(self, date: DateWindow) -> Phrase:
        field = phrase("the profile's ", Named("profile", date.field))
        if date.ahead is not None:
            return phrase(f"as soon as it is {lasting(date.ahead)} or less before ", field)
        if not date.after:
            return phrase("on the day of ", field)
        return phrase(f"on the day that begins {lasting(date.after)} after ", field)


_DAYS: Final = "Days are those of the customer's time zone."


def _then(said: Sequence[Phrase]) -> Iterator[Part]:
    for at, part in enumerate(said):
        if at:
            yield ", then "
        yield part
