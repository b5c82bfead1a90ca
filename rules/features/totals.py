"""sum and mean: exact sums, so that the order of adding leaves no trace."""

from __future__ import annotations

from math import fsum
from typing import Any

from rules.features.accumulator import Standing, Windowed, tidy

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

    def read(self, part: list[Any], now: int) -> float:
        total = part[0] + part[1]
        return tidy(total / part[2] if self.mean else total)


class TotalOver(Windowed):
    """A sum or mean in a window. Part: [times, numbers]."""

    def __init__(self, over: int, mean: bool) -> None:
        super().__init__(over)
        self.mean = mean
        self.empty = None if mean else 0.0

    def add(self, part: list[list[Any]] | None, value: float, time: int, now: int) -> list[list[Any]]:
        return self.keep(part, (time, value), now)

    def read(self, part: list[list[Any]], now: int) -> float | None:
        kept = part[1][self.first(part, now) :]
        if not kept:
            return None if self.mean else 0.0
        total = safe_sum(kept)
        return tidy(total / len(kept) if self.mean else total)


def safe_sum(numbers: list[float]) -> float:
    """The exact sum; infinite, so missing when read, where it is beyond what a float holds."""
    try:
        return fsum(numbers)
    except OverflowError:
        return float("inf")
