"""min and max."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from operator import ge, le
from typing import Any

from rules.features.accumulator import Standing, Windowed

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

    def read(self, part: list[float], now: int) -> float:
        return part[0]


class ExtremeOver(Windowed):
    """The smallest or largest number in a window. Part: [times, numbers] of those that can still become it.

    A touchpoint that a later one equals or beats can never be the extreme again, so it isn't kept.
    """

    empty = None

    def __init__(self, over: int, smallest: bool) -> None:
        super().__init__(over)
        self.beats: Better = le if smallest else ge

    def add(self, part: list[list[Any]] | None, value: float, time: int, now: int) -> list[list[Any]]:
        times, values = part or ([], [])
        at = bisect_right(times, time)
        if at == len(times) or not self.beats(values[at], value):
            first = at
            while first and self.beats(value, values[first - 1]):
                first -= 1
            times[first:at], values[first:at] = [time], [value]
        return self.without_surplus([times, values], now)

    def read(self, part: list[list[Any]], now: int) -> float | None:
        at = self.first(part, now)
        return part[1][at] if at < len(part[1]) else None
