"""trend: whether there is more or less of something than in the time before."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from rules.features.buckets import EXACT
from rules.features.times import Timed, Times


class Trend(Timed):
    """now = the count in (t - d, t], before = that in (t - 2d, t - d]. Part: the times of both windows.

    'rising' when now - before > band * before, 'falling' when before - now > band * before, else 'steady'; the band is
    taken as the decimal that was written.
    """

    empty = "steady"

    def __init__(self, over: int, band: float) -> None:
        super().__init__(2 * over, 2 * EXACT)
        self.over = over
        self.band = Fraction(repr(band))

    def read(self, part: Times, now: int) -> str:
        latest = self.later(part, now - self.over)
        before = self.later(part, now - 2 * self.over) - latest
        if latest - before > self.band * before:
            return "rising"
        return "falling" if before - latest > self.band * before else "steady"

    def changes(self, part: Times, now: int) -> Iterable[int]:
        moments = {time + windows * self.over for time in self.moments(part) for windows in (1, 2)}
        return [moment for moment in moments if moment > now]
