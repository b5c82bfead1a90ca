"""trend: whether there is more or less of something than in the time before."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from rules.features.accumulator import WINDOW_LIMIT, Standing


class Trend(Standing):
    """now = the count in (t - d, t], before = that in (t - 2d, t - d]. Part: the sorted times of both windows.

    'rising' when now - before > band * before, 'falling' when before - now > band * before, else 'steady'; the band is
    taken as the decimal that was written.
    """

    empty = "steady"

    def __init__(self, over: int, band: float) -> None:
        self.over = over
        self.band = Fraction(repr(band))

    def add(self, part: list[int] | None, value: Any, time: int, now: int) -> list[int]:
        times = [*part] if part else []
        insort(times, time)
        gone = max(bisect_right(times, now - 2 * self.over), len(times) - 2 * WINDOW_LIMIT)
        return times[gone:] if gone > 0 else times

    def read(self, part: list[int], now: int) -> str:
        middle = bisect_right(part, now - self.over)
        latest, before = len(part) - middle, middle - bisect_right(part, now - 2 * self.over)
        if latest - before > self.band * before:
            return "rising"
        return "falling" if before - latest > self.band * before else "steady"

    def halve(self, part: list[int]) -> list[int] | None:
        return part[-(len(part) // 2) :] if len(part) > 1 else None

    def changes(self, part: list[int], now: int) -> Iterable[int]:
        moments = {time + windows * self.over for time in part for windows in (1, 2)}
        return [moment for moment in moments if moment > now]
