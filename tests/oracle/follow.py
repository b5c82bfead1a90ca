"""`follow`: the steps read again from the history of what the pattern names, whenever something is asked."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, replace
from typing import Any

from tests.oracle.expression import truth_of
from tests.oracle.features import Record, of_touchpoint
from tests.oracle.library import Library, Signal
from tests.oracle.matcher import Matcher, Moment, View
from tests.oracle.types import matches
from tests.oracle.values import MISSING, duration, field, key_of

KEPT = 8
WITHIN = "90d"


@dataclass(frozen=True)
class Awaited:
    """A step or silence, with the types that break the run while it is awaited. `silence` and `latency` are ms."""

    types: Any
    where: Any
    within: int
    times: int
    same: list[str]
    silence: int | None
    latency: int
    breakers: list[Any]


@dataclass(frozen=True)
class Run:
    """A run under way: what it took, which one it awaits and how often that has come, the moment of the one before."""

    taken: list[Record]
    place: int
    count: int
    moment: int


@dataclass(frozen=True)
class Completion:
    """A run that came to its end. `used` is how many of the entries read were read by then."""

    time: int
    taken: list[Record]
    used: int


def awaited_of(elements: list[Any], library: Library) -> list[Awaited]:
    waits, breakers = [], []
    for element in elements:
        body = element if isinstance(element, dict) else {"type": element}
        if "without" in body:
            breakers.append(body["without"])
        if "without" not in body or "for" in body:
            waits.append(awaited(body, breakers, library))
            breakers = []
    return waits


def awaited(body: dict[str, Any], breakers: list[Any], library: Library) -> Awaited:
    return Awaited(
        types=body.get("type"),
        where=body.get("where", True),
        within=duration(body.get("within", WITHIN)),
        times=body.get("times", 1),
        same=body.get("same", []),
        silence=duration(body["for"]) if "for" in body else None,
        latency=library.latency(body["without"]) if "for" in body else 0,
        breakers=breakers,
    )


class Follow(Matcher):
    """Keeps all entries since the last completion, by (time, log order), and how far back a late one may reach."""

    def __init__(self, signal: Signal, per: str | None, view: View) -> None:
        super().__init__(signal, per, view)
        self.waits = awaited_of(signal.body["follow"], view.library)
        self.latest = signal.body.get("restart") == "latest"
        self.entries: list[Record] = []
        self.reach: int | None = None

    # What concerns it

    def names(self, kind: str) -> bool:
        return self.breaks_type(kind) or any(one.silence is None and matches(one.types, kind) for one in self.waits)

    def breaks_type(self, kind: str) -> bool:
        return any(matches(types, kind) for one in self.waits for types in one.breakers)

    def has_effect(self, touchpoint: dict[str, Any]) -> bool:
        if self.breaks_type(touchpoint["type"]) and (self.is_own(touchpoint) or self.value_in(touchpoint) is None):
            return True
        return self.is_own(touchpoint) and any(self.is_step(one, touchpoint) for one in self.waits)

    def is_step(self, step: Awaited, touchpoint: dict[str, Any]) -> bool:
        fits = step.silence is None and matches(step.types, touchpoint["type"])
        return fits and truth_of(step.where, of_touchpoint(touchpoint, self.view.library.zone))

    # Records and time

    def due(self, clock: int, limit: int) -> list[Moment]:
        return [(done.time, ids(done)) for done in self.read(limit)]

    def settle(self, clock: int, now: int) -> None:
        self.use_up(self.read(now))

    def after(self, record: Record, now: int) -> list[str] | None:
        if record.too_late or not self.has_effect(record.touchpoint):
            return None
        if self.reach is not None and record.time < self.reach:
            return None
        if record.time < now - self.view.library.late_by_of(record.touchpoint):
            return None
        bisect.insort(self.entries, record, key=lambda one: one.time)
        completions = self.read(now)
        self.use_up(completions)
        if len(self.entries) > KEPT:
            self.reach = self.entries[-KEPT - 1].time
        self.ended = completions[-1].time if completions else None
        return ids(completions[-1]) if completions else None

    def use_up(self, completions: list[Completion]) -> None:
        if completions:
            self.entries = self.entries[completions[-1].used :]
            self.reach = completions[-1].time

    # Reading in order

    def read(self, until: int) -> list[Completion]:
        """Every completion that the entries and the time until then make."""
        run: Run | None = None
        completions = []
        for place, entry in enumerate(self.entries):
            run, done = self.pass_time(run, entry.time)
            if done is not None:
                completions.append(replace(done, used=place))
            run, done = self.take(run, entry)
            if done is not None:
                completions.append(replace(done, used=place + 1))
        run, done = self.pass_time(run, until)
        return [*completions, replace(done, used=len(self.entries))] if done is not None else completions

    def pass_time(self, run: Run | None, until: int) -> tuple[Run | None, Completion | None]:
        """Fulfils the silences that end by then."""
        while run is not None and (end := self.silence_end(run)) is not None and end <= until:
            run, done = self.onwards(run, end)
            if done is not None:
                return None, done
        return run, None

    def silence_end(self, run: Run) -> int | None:
        wait = self.waits[run.place]
        return None if wait.silence is None else run.moment + wait.silence + wait.latency

    def onwards(self, run: Run, moment: int) -> tuple[Run | None, Completion | None]:
        """To the next step, the awaited one being fulfilled at that moment."""
        if run.place + 1 == len(self.waits):
            return None, Completion(moment, run.taken, 0)
        return Run(run.taken, run.place + 1, 0, moment), None

    def take(self, run: Run | None, entry: Record) -> tuple[Run | None, Completion | None]:
        if run is not None and self.is_over(run, entry):
            run = None
        if run is not None and self.fulfils(run, entry):
            return self.count_on(replace(run, taken=[*run.taken, entry]), entry)
        if run is not None and self.breaks(run, entry):
            run = None
        if (run is None or self.latest) and self.begins(entry):
            return self.count_on(Run([entry], 0, 0, entry.time), entry)
        return run, None

    def breaks(self, run: Run, entry: Record) -> bool:
        wait = self.waits[run.place]
        if wait.silence is not None and entry.time >= run.moment + wait.silence:
            return False  # it lies behind the silence, which only waits for late ones
        return any(matches(types, entry.touchpoint["type"]) for types in wait.breakers)

    def is_over(self, run: Run, entry: Record) -> bool:
        step = self.waits[run.place]
        return step.silence is None and entry.time - run.moment > step.within

    def fulfils(self, run: Run, entry: Record) -> bool:
        step, first = self.waits[run.place], run.taken[0].touchpoint
        alike = all(same(field(first, name), field(entry.touchpoint, name)) for name in step.same)
        return alike and self.is_own(entry.touchpoint) and self.is_step(step, entry.touchpoint)

    def begins(self, entry: Record) -> bool:
        touchpoint = entry.touchpoint
        complete = all(field(touchpoint, name) is not MISSING for step in self.waits for name in step.same)
        return complete and self.is_own(touchpoint) and self.is_step(self.waits[0], touchpoint)

    def count_on(self, run: Run, entry: Record) -> tuple[Run | None, Completion | None]:
        """Counts a touchpoint of the awaited step, which is fulfilled by the last of `times`."""
        if run.count + 1 == self.waits[run.place].times:
            return self.onwards(run, entry.time)
        return replace(run, count=run.count + 1), None


def ids(completion: Completion) -> list[str]:
    return [record.touchpoint["id"] for record in completion.taken]


def same(first: Any, other: Any) -> bool:
    """Whether two fields are the same, as the values of `per` are; missing isn't."""
    return first is not MISSING and other is not MISSING and key_of(first) == key_of(other)
