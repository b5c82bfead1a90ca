"""The touchpoints of a window of which only the times matter: those of count and trend."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from rules.features.accumulator import Standing
from rules.features.buckets import (
    EXACT,
    MOST,
    SWEEP,
    Bucket,
    Buckets,
    buckets_of,
    by_time,
    ends,
    inside,
    merged,
    with_late,
    without_expired,
)

Times = list[Any]
"""The sorted times; where older ones are in buckets: [buckets, times]."""


class Timed(Standing):
    """Keeps the times of the last ``kept`` ms, the newest ``exact`` of them one by one."""

    def __init__(self, kept: int, exact: int = EXACT) -> None:
        self.kept, self.exact = kept, exact

    def add(self, part: Times | None, value: Any, time: int, now: int) -> Times:
        if not part:
            return [time]
        if type(part[0]) is not int:
            return self._add_to(buckets_of(part[0]), part[1], time, now - self.kept)
        as_most = part[0] > now - self.kept and time >= part[-1]
        part = [*part, time] if as_most else _with(part, time, now - self.kept)
        return part if len(part) <= self.exact else self._swept([], part)

    def later(self, part: Times, edge: int) -> int:
        """How many are later than ``edge``."""
        if not part or type(part[0]) is int:
            return len(part) if not part or part[0] > edge else len(part) - bisect_right(part, edge)
        times = part[1]
        return inside(buckets_of(part[0]), edge)[0] + len(times) - bisect_right(times, edge)

    def halve(self, part: Times) -> Times | None:
        buckets, times = _columns(part)
        entries = len(buckets) + len(times)
        return self._merged(buckets, times, len(times) // 4, entries // 4) if entries > 1 else None

    def unite(self, part: Times, other: Times, now: int) -> Times:
        (buckets, times), (more, others) = _columns(part), _columns(other)
        edge = now - self.kept
        times = sorted([*times, *others])
        times = times[bisect_right(times, edge) :]
        buckets = without_expired(by_time([*buckets, *more]), edge)
        if len(times) > self.exact:
            return self._merged(buckets, times, self.exact, MOST)
        return [buckets, times] if buckets else times

    def moments(self, part: Times) -> list[int]:
        """The times at which the edge of a window changes what is later than it."""
        buckets, times = _columns(part)
        return [*ends(buckets), *times]

    def _add_to(self, buckets: Buckets, times: list[int], time: int, edge: int) -> Times:
        buckets = without_expired(buckets, edge)
        late = with_late(buckets, Bucket(time, 0, 1))
        if late is not None:
            return [late, times]
        return self._swept(buckets, _with(times, time, edge))

    def _swept(self, buckets: Buckets, times: list[int]) -> Times:
        """Now and then the older ones are merged: after a number of touchpoints that what is kept says itself."""
        if len(times) > self.exact and (len(buckets) + len(times)) % SWEEP == 0:
            return self._merged(buckets, times, self.exact, MOST)
        return [buckets, times] if buckets else times

    def _merged(self, buckets: Buckets, times: list[int], exact: int, most: int) -> Times:
        at = len(times) - exact
        entries = merged([*buckets, *(Bucket(time, 0, 1) for time in times[:at])], exact, 0, most)
        buckets = [one for one in entries if one.size > 1]
        times = [*(one.until for one in entries if one.size == 1), *times[at:]]
        return [buckets, times] if buckets else times


def _with(times: list[int], time: int, edge: int) -> list[int]:
    """The times with one more, without those that are over at ``edge``."""
    in_order = not times or time >= times[-1]
    times = [*times, time]
    if not in_order:
        times.sort()
    if times[0] <= edge:
        del times[: bisect_right(times, edge)]
    return times


def _columns(part: Times) -> tuple[Buckets, list[int]]:
    if not part or type(part[0]) is int:
        return [], part
    return buckets_of(part[0]), part[1]
