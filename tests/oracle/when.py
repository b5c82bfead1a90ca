"""`when`: the edges of a truth, searched for among all the moments at which it could change."""

from __future__ import annotations

import ast
import bisect
from collections.abc import Iterator
from typing import Any

from tests.oracle import expression, stories
from tests.oracle.calendar import CLOCKS
from tests.oracle.features import Record
from tests.oracle.library import Library, Signal
from tests.oracle.matcher import Matcher, Moment, View
from tests.oracle.values import duration


def features_per(signal: Signal, library: Library) -> list[str]:
    """The features kept per the signal's field that its condition reads: those whose values make its instances."""
    mentioned = [name for name, keyed in expression.mentions(signal.body["when"]) if not keyed]
    return [
        name
        for name in mentioned
        if signal.per and name in library.features and library.features[name].per == signal.per
    ]


class When(Matcher):
    """Keeps, for `hold` only, since when (ms) it has been true: None when false, or true but not to be held for."""

    def __init__(self, signal: Signal, per: str | None, view: View) -> None:
        super().__init__(signal, per, view)
        self.condition = signal.body["when"]
        self.hold = duration(signal.body["hold"]) if "hold" in signal.body else None
        self.since: int | None = None
        self.was = False

    def truth(self, now: int, touchpoint: dict[str, Any] | None = None) -> bool:
        return expression.truth_of(self.condition, self.view.lookup(now, self.per, touchpoint))

    def due(self, clock: int, limit: int) -> list[Moment]:
        moments = self.edges(clock, limit) if self.hold is None else self.run(clock, limit)[0]
        return [(moment, []) for moment in moments]

    def settle(self, clock: int, now: int) -> None:
        if self.hold is not None:
            self.since = self.run(clock, now)[1]

    def before(self, now: int) -> None:
        self.was = self.truth(now)

    def after(self, record: Record, now: int) -> list[str] | None:
        own = record.touchpoint if self.is_own(record.touchpoint) else None
        own = None if record.touchpoint["type"] == "signal.fired" else own
        true = self.truth(now, own)
        rises = true and not self.was
        if rises or not true:
            self.since = now if rises and not record.too_late else None
        return [record.touchpoint["id"]] if rises and self.hold is None else None

    def edges(self, clock: int, limit: int) -> list[int]:
        return [now for now in self.candidates(clock, limit) if self.truth(now) and not self.truth(now - 1)]

    def run(self, clock: int, limit: int) -> tuple[list[int], int | None]:
        """The moments at which a hold is reached, and since when it is held at the end."""
        assert self.hold is not None
        moments, since, was = [], self.since, self.truth(clock)
        asked = self.candidates(clock, limit)
        now = clock
        while (following := self.next_asked(asked, now, since)) is not None and following <= limit:
            now = following
            true = self.truth(now)
            if not (true and was):
                since = now if true else None
            if since is not None and now == since + self.hold:
                moments.append(now)
                since = None
            was = true
        return moments, since

    def next_asked(self, asked: list[int], now: int, since: int | None) -> int | None:
        following = asked[bisect.bisect_right(asked, now) :][:1]
        held = [] if since is None or self.hold is None else [since + self.hold]
        return min([*following, *held], default=None)

    def candidates(self, clock: int, limit: int) -> list[int]:
        """Every ms in (clock, limit] at which time alone can change the condition, sorted."""
        leaving = sorted({now for now in self.expiries() if clock < now <= limit})
        ends = [*leaving, limit + 1]
        crossings = {
            now for start, end in zip([clock, *leaving], ends, strict=True) for now in self.crossings(start, end - 1)
        }
        return sorted(crossings | set(leaving))

    def expiries(self) -> Iterator[int]:
        for name in self.features():
            feature = self.view.library.features[name]
            for windows in (1, 2) if feature.kind == "trend" else (1,):
                if feature.over is not None:
                    yield from (record.time + windows * feature.over for record in self.view.records(name))
        for name in stories.mentioned(self.condition):
            yield from stories.moments(self.view.library.stories[name], self.view.standing(name))

    def features(self) -> list[str]:
        return [name for name, _ in expression.mentions(self.condition) if name in self.view.library.features]

    def crossings(self, start: int, end: int) -> Iterator[int]:
        """The first ms in (start, end] at which a comparison is other than at the start, no window changing between."""
        scored = any(self.view.library.features[name].kind == "score" for name in self.features())
        told = (self.view.library.stories[name] for name in stories.mentioned(self.condition))
        scored = scored or any("half_life" in story.body for story in told)
        if not scored and not any(function in str(self.condition) for function in CLOCKS):
            return
        for left, operator, right in expression.comparisons(self.condition):
            for order in (operator,) if operator not in (ast.Eq, ast.NotEq) else (ast.LtE, ast.GtE):
                yield from self.crossing((left, order, right), start, end)

    def crossing(self, comparison: expression.Comparison, start: int, end: int) -> Iterator[int]:
        def true(now: int) -> bool:
            return expression.compare(comparison, self.view.lookup(now, self.per, None))

        at_start = true(start)
        if start < end and true(end) != at_start:
            yield bisect.bisect_left(range(start, end), True, key=lambda now: true(now) != at_start) + start
