"""`silent`: so long after the last one; over types with latency, after each that nothing followed."""

from __future__ import annotations

from itertools import groupby

from tests.oracle.features import Record
from tests.oracle.library import Signal
from tests.oracle.matcher import Matcher, Moment, View
from tests.oracle.types import matches
from tests.oracle.values import duration


class Silent(Matcher):
    """Keeps all touchpoints of its types, and the times of those whose moment has been, whatever came of it."""

    def __init__(self, signal: Signal, per: str | None, view: View) -> None:
        super().__init__(signal, per, view)
        self.types = signal.body["of"]
        self.length = duration(signal.body["silent"])
        self.latency = view.library.latency(self.types)
        self.seen: list[Record] = []
        self.spent: set[int] = set()

    def names(self, kind: str) -> bool:
        return matches(self.types, kind)

    def waiting(self) -> list[Moment]:
        """When the silences end that are still to have their moment."""
        by_time = [list(group) for _, group in groupby(self.seen, key=lambda record: record.time)]
        return [
            (group[0].time + self.length + self.latency, [group[-1].touchpoint["id"]])
            for group in by_time
            if group[0].time not in self.spent and not self.is_broken(group[0].time)
        ]

    def is_broken(self, time: int) -> bool:
        if not self.latency:
            return self.seen[-1].time > time
        return any(time < other.time < time + self.length for other in self.seen)

    def due(self, clock: int, limit: int) -> list[Moment]:
        return [(end, ids) for end, ids in self.waiting() if clock < end <= limit]

    def settle(self, clock: int, now: int) -> None:
        self.spent |= {end - self.length - self.latency for end, _ in self.waiting() if end <= now}

    def after(self, record: Record, now: int) -> list[str] | None:
        touchpoint = record.touchpoint
        if record.too_late or not self.names(touchpoint["type"]) or not self.is_own(touchpoint):
            return None
        self.seen = sorted([*self.seen, record], key=lambda one: (one.time, one.order))
        over = [(end, ids) for end, ids in self.waiting() if end <= now]
        self.settle(now, now)
        self.ended = over[-1][0] if over else None
        return over[-1][1] if over else None
