"""What a window holds beyond the touchpoints that are kept one by one: buckets of them, so that memory is bounded.

A bucket knows when its first and its last touchpoint were. While the edge of the window lies between the two, half of
the bucket counts: less than half of it too much or too little. Only one bucket can lie on the edge, and what is newer
than it is exact. Two neighbours become one only where both together have at most a 50th of the touchpoints that are
newer, and a 50th of the sum of their absolute values; both can only grow while the bucket is in the window. So count
and sum are wrong by at most 1 % of the window's touchpoints, and of the sum of its absolute values.

Where that would leave more than 512 buckets, a 25th is taken for a 50th, a 12th for a 25th, and so on. Of any two
neighbours both rules can't have allowed the merging, so 512 buckets are enough for 1 % as long as n / 1,024 times
s / s' stays at most 150: n touchpoints in the window, s the sum of their absolute values, s' that of the newest 1,024.

A late touchpoint from the time of a bucket goes into it, and so adds at most half of itself to what may be wrong.

Of two windows united, as their customers turn out to be one, the buckets lie among one another: two can lie on the
edge, and the one that ends later counts wholly. So count and sum are then wrong by at most 4 %, until the older ones
are gone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from sys import float_info
from typing import Any, Final, NamedTuple

EXACT: Final = 1024  # so many of the newest touchpoints are kept one by one
SWEEP: Final = 128  # so many more may gather before they are merged
SHARE: Final = 50  # a bucket has at most a 50th of what is newer
MOST: Final = 512  # buckets, before they become coarser


class Bucket(NamedTuple):
    """Touchpoints that follow one another. ``until``: the time of the last (ms); ``span``: by how much the first was
    earlier (ms); ``size``: how many they are; ``total``: the sum of their numbers; ``weight``: that of the absolute
    values."""

    until: int
    span: int
    size: int
    total: float = 0
    weight: float = 0

    @property
    def since(self) -> int:
        return self.until - self.span

    def with_older(self, other: Bucket) -> Bucket:
        """Both as one; ``other`` ends no later than this one."""
        return Bucket(self.until, self.until - min(other.since, self.since), *self._added(other))

    def with_late(self, other: Bucket) -> Bucket:
        return Bucket(self.until, self.span, *self._added(other))

    def _added(self, other: Bucket) -> tuple[int, float, float]:
        return self.size + other.size, bounded(self.total + other.total), bounded(self.weight + other.weight)


Buckets = list[Bucket]
"""By time. State gives them back as plain lists."""


def by_time(buckets: Iterable[Bucket]) -> Buckets:
    """Buckets of several windows in the order of one."""
    return sorted(buckets, key=lambda one: (one.until, one.since))


def bounded(number: float) -> float:
    """A sum that stays finite: it can be added to others."""
    return max(-float_info.max, min(number, float_info.max))


def buckets_of(raw: Iterable[Sequence[Any]]) -> Buckets:
    """Buckets as state gives them back."""
    return [one if type(one) is Bucket else Bucket(*one) for one in raw]


def merged(entries: Iterable[Bucket], size: int, weight: float, most: int) -> Buckets:
    """Entries made at most ``most`` buckets, as fine as that allows.

    ``size`` touchpoints, with ``weight`` as the sum of their absolute values, are newer than all of them.
    """
    ordered = by_time(entries)
    share = SHARE
    while True:
        done = _merged(ordered, size, weight, share)
        if len(done) <= most or not share:
            return done
        share //= 2


def _merged(ordered: Sequence[Bucket], size: int, weight: float, share: int) -> Buckets:
    """One pass from the newest on; a ``share`` of 0 lets all become one."""
    done: Buckets = []
    for one in reversed(ordered):
        last = done[-1] if done else None
        if last is None:
            done.append(one)
        elif share * (last.size + one.size) <= size and share * (last.weight + one.weight) <= weight:
            done[-1] = last.with_older(one)
        else:
            size, weight = size + last.size, weight + last.weight
            done.append(one)
    done.reverse()
    return done


def with_late(buckets: Buckets, late: Bucket) -> Buckets | None:
    """The buckets with a touchpoint that lies within one of them; None where it doesn't."""
    at = _first_after(buckets, late.until)
    if at == len(buckets) or buckets[at].since >= late.until:
        return None
    return [*buckets[:at], buckets[at].with_late(late), *buckets[at + 1 :]]


def without_expired(buckets: Buckets, edge: int) -> Buckets:
    return buckets[_first_after(buckets, edge) :] if buckets and buckets[0].until <= edge else buckets


def inside(buckets: Buckets, edge: int) -> tuple[int, list[float]]:
    """How many touchpoints are later than ``edge``, and the sums of their numbers."""
    held = buckets[_first_after(buckets, edge) :]
    size, totals = sum(one.size for one in held), [one.total for one in held]
    if held and held[0].since <= edge:
        size -= held[0].size - held[0].size // 2
        totals[0] /= 2
    return size, totals


def ends(buckets: Buckets) -> list[int]:
    """The times at which the edge of a window meets the buckets."""
    return [time for one in buckets for time in (one.since, one.until)]


def _first_after(buckets: Buckets, time: int) -> int:
    return bisect_right(buckets, time, key=lambda one: one.until)
