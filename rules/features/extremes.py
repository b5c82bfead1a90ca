"""min and max."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from operator import ge, le

from rules.features.accumulator import Columns, Standing, Windowed
from rules.features.cells import Row

Better = Callable[[float, float], bool]


class ExtremeEver(Standing):
    """The smallest or largest number so far. Part: [number]."""

    empty = None

    def __init__(self, smallest: bool) -> None:
        self.smallest = smallest

    def add(self, part: list[float] | None, value: float, time: int, now: int) -> list[float]:
        if part is None or ((value < part[0]) is self.smallest and value != part[0]):
            return [value]
        return part

    def unite(self, part: list[float], other: list[float], now: int) -> list[float]:
        return self.add(part, other[0], now, now)

    def read(self, part: list[float], now: int) -> float:
        return part[0]


class ExtremeOver(Windowed):
    """The smallest or largest number in a window. Part: [times, numbers] of those that can still become it.

    A touchpoint that a later one equals or beats can never be the extreme again, so it isn't kept. Beyond the newest
    1,024 that can, one may count up to a 256th of the window too long.
    """

    empty = None

    def __init__(self, over: int, smallest: bool) -> None:
        super().__init__(over)
        self.beats: Better = le if smallest else ge

    def join(self, older: Row, newer: Row) -> Row:
        return newer[0], older[1]

    def add(self, part: Columns | None, value: float, time: int, now: int) -> Columns:
        times, values = part or ([], [])
        at = bisect_right(times, time)
        if at == len(times) or not self.beats(values[at], value):
            first = at
            while first and self.beats(value, values[first - 1]):
                first -= 1
            times[first:at], values[first:at] = [time], [value]
        return self.without_surplus([times, values], now)

    def unite(self, part: Columns, other: Columns, now: int) -> Columns:
        for time, value in zip(*other, strict=True):
            part = self.add(part, value, time, now)
        return part

    def read(self, part: Columns, now: int) -> float | None:
        at = self.first(part, now)
        return part[1][at] if at < len(part[1]) else None
