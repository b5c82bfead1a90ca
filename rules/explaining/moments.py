"""Moments as they are shown: in the library's time zone, as short as they can be."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from rules.duration import MILLIS, in_words
from rules.wall_time import wall_time


class Clock:
    """Shows moments (epoch ms) as seen at ``now``: those of the same day by their time alone."""

    def __init__(self, place: ZoneInfo, now: int) -> None:
        self._place, self._now = place, now

    def seen_at(self, now: int) -> Clock:
        """The same, as seen at another moment."""
        return Clock(self._place, now)

    def full(self, moment: int) -> str:
        """Day and time."""
        shown = wall_time(moment, self._place)
        return f"{shown:%Y-%m-%d} {self._time(moment)}"

    def short(self, moment: int) -> str:
        """The time of a moment today, day and time of another."""
        same = wall_time(moment, self._place).date() == wall_time(self._now, self._place).date()
        return self._time(moment) if same else self.full(moment)

    def _time(self, moment: int) -> str:
        shown = wall_time(moment, self._place)
        if moment % 1000:
            return f"{shown:%H:%M:%S}.{moment % 1000:03}"
        return f"{shown:%H:%M}" if not shown.second else f"{shown:%H:%M:%S}"


def span(millis: int) -> str:
    """A duration as the library writes it; one that it couldn't write in milliseconds."""
    return f"{millis}ms" if millis % MILLIS["s"] else in_words(millis)
