"""score: a sum of weights, each halved every half-life since its touchpoint."""

from __future__ import annotations

from math import ceil, exp2, log2
from typing import Any, Final

from rules.features.accumulator import DECIMALS, Reader, Standing, tidy
from rules.state import Parts

NOTHING: Final = 0.4 * 10.0**-DECIMALS  # rounds to zero


class Score(Standing):
    """Part: [score, time]: what the score was at the time of its latest touchpoint.

    Decay is by ``exp2``: other ways to write it differ in the last bits from processor to processor.
    """

    empty = 0.0

    def __init__(self, half_life: int) -> None:
        self.half_life = half_life

    def add(self, part: list[Any] | None, weight: float, time: int, now: int) -> list[Any]:
        if part is None:
            return [weight, time]
        score, at = part
        if time >= at:
            return [score * exp2((at - time) / self.half_life) + weight, time]
        return [score + weight * exp2((time - at) / self.half_life), at]

    def unite(self, part: list[Any], other: list[Any], now: int) -> list[Any]:
        score, time = other
        return self.add(part, score, time, now)

    def read(self, part: list[Any], now: int) -> float:
        return tidy(part[0] * exp2((part[1] - now) / self.half_life))

    def reader(self, key: int) -> Reader:
        half_life = self.half_life

        def read_score(parts: Parts, now: int, per: str | None) -> float:
            part = parts.get(key)
            if part is None:
                return 0.0
            score, time = part
            return tidy(score if time == now else score * exp2((time - now) / half_life))

        return read_score

    def settles(self, part: list[Any], now: int) -> int:
        size = abs(part[0])
        if size <= NOTHING:
            return now
        settled: int = part[1] + ceil(self.half_life * log2(size / NOTHING))
        return max(now, settled)
