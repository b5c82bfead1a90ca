"""When time alone will next change a truth: at the moments at which windows change, or as a score or clock moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

Truth = Callable[[int], bool]
"""Whether something is true at a moment (ms), if no touchpoint comes before."""

LOOKED_AT: Final = 4_096  # moments


def next_turn(truth: Truth, now: int, moments: Iterable[int], settled: int) -> int | None:
    """The first moment after ``now`` at which the truth is another, None without one.

    ``moments``: those at which windows change it by steps, ascending. Between them it is moved, if at all, once and
    up to ``settled``.
    """
    was, low = truth(now), now
    for moment in [*[one for one in moments if one > now][:LOOKED_AT], settled]:
        if moment <= low:
            continue
        if truth(moment) != was:
            return _turned(truth, low, moment)
        low = moment
    return None


def _turned(truth: Truth, low: int, high: int) -> int:
    """The first moment in (low, high] at which the truth is another than at ``low``, found by halving."""
    was = truth(low)
    while high - low > 1:
        middle = (low + high) // 2
        if truth(middle) == was:
            low = middle
        else:
            high = middle
    return high
