"""sum and mean: exact sums, so that the order of adding leaves no trace."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from math import fsum
from typing import Any

from rules.features.accumulator import Standing, expired, tidy
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

Pair = list[float]


def two_sum(high: float, low: float, number: float) -> tuple[float, float]:
    """Adds ``number`` to the double-double (high, low), losing nothing of it (Knuth's two-sum)."""
    total = high + number
    part = total - high
    return total, low + ((high - (total - part)) + (number - part))


class TotalEver(Standing):
    """A sum or mean without a window. Part: [high, low, count], the sum being high + low."""

    def __init__(self, mean: bool) -> None:
        self.mean = mean
        self.empty = None if mean else 0.0

    def add(self, part: list[Any] | None, value: float, time: int, now: int) -> list[Any]:
        high, low, count = part or (0.0, 0.0, 0)
        return [*two_sum(high, low, float(value)), count + 1]

    def unite(self, part: list[Any], other: list[Any], now: int) -> list[Any]:
        high, low = two_sum(part[0], part[1] + other[1], other[0])
        return [high, low, part[2] + other[2]]

    def read(self, part: list[Any], now: int) -> float:
        total = part[0] + part[1]
        return tidy(total / part[2] if self.mean else total)


class TotalOver(Standing):
    """A sum or mean in a window. Part: [times, numbers], by time; where older ones are in buckets: and the buckets."""

    replaces = False

    def __init__(self, over: int, mean: bool) -> None:
        self.over = over
        self.mean = mean
        self.empty = None if mean else 0.0

    def add(self, part: list[list[Any]] | None, value: float, time: int, now: int) -> list[list[Any]]:
        times, numbers, buckets = _columns(part) if part else ([], [], [])
        late = with_late(buckets, _bucket(time, value)) if buckets else None
        if late is not None:
            return [times, numbers, late]
        at = bisect_right(times, time)
        times.insert(at, time)
        numbers.insert(at, value)
        gone = expired(times, now, self.over)
        if gone:
            times, numbers = times[gone:], numbers[gone:]
        if len(times) > EXACT and (len(times) + len(buckets)) % SWEEP == 0:
            return _merged(times, numbers, without_expired(buckets, now - self.over), EXACT, MOST)
        return _part(times, numbers, without_expired(buckets, now - self.over))

    def read(self, part: list[list[Any]], now: int) -> float | None:
        times, numbers, buckets = _columns(part)
        kept = numbers[expired(times, now, self.over) :]
        count = len(kept)
        if buckets:
            more, totals = inside(buckets, now - self.over)
            count, kept = count + more, [*totals, *kept]
        if not count:
            return None if self.mean else 0.0
        total = safe_sum(kept)
        return tidy(total / count if self.mean else total)

    def unite(self, part: list[list[Any]], other: list[list[Any]], now: int) -> list[list[Any]]:
        (times, numbers, buckets), (more, others, others_buckets) = _columns(part), _columns(other)
        rows = sorted(zip([*times, *more], [*numbers, *others], strict=True), key=lambda row: row[0])
        rows = rows[bisect_right(rows, now - self.over, key=lambda row: row[0]) :]
        times, numbers = [row[0] for row in rows], [row[1] for row in rows]
        buckets = without_expired(by_time([*buckets, *others_buckets]), now - self.over)
        return _merged(times, numbers, buckets, EXACT, MOST) if len(times) > EXACT else _part(times, numbers, buckets)

    def copy(self, part: list[list[Any]]) -> list[list[Any]]:
        return [column.copy() for column in part]

    def halve(self, part: list[list[Any]]) -> list[list[Any]] | None:
        times, numbers, buckets = _columns(part)
        entries = len(times) + len(buckets)
        return _merged(times, numbers, buckets, len(times) // 4, entries // 4) if entries > 1 else None

    def changes(self, part: list[list[Any]], now: int) -> Iterable[int]:
        times, _, buckets = _columns(part)
        return [moment for time in (*ends(buckets), *times) if (moment := time + self.over) > now]


def _columns(part: list[list[Any]]) -> tuple[list[int], list[float], Buckets]:
    return part[0], part[1], buckets_of(part[2]) if len(part) > 2 else []


def _part(times: list[int], numbers: list[float], buckets: Buckets) -> list[list[Any]]:
    return [times, numbers, buckets] if buckets else [times, numbers]


def _bucket(time: int, number: float) -> Bucket:
    return Bucket(time, 0, 1, float(number), abs(float(number)))


def _merged(times: list[int], numbers: list[float], buckets: Buckets, exact: int, most: int) -> list[list[Any]]:
    """All but the newest ``exact`` in ``most`` buckets at most."""
    at = len(times) - exact
    older = map(_bucket, times[:at], numbers[:at])
    entries = merged([*buckets, *older], exact, safe_sum([abs(one) for one in numbers[at:]]), most)
    single = [one for one in entries if one.size == 1]
    return _part(
        [*(one.until for one in single), *times[at:]],
        [*(one.total for one in single), *numbers[at:]],
        [one for one in entries if one.size > 1],
    )


def safe_sum(numbers: list[float]) -> float:
    """The exact sum; infinite, so missing when read, where it is beyond what a float holds."""
    try:
        return fsum(numbers)
    except OverflowError:
        return float("inf")
