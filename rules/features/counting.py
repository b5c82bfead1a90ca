"""count and distinct."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import xxhash

from rules.features.accumulator import WINDOW_LIMIT, Standing, expired, expiries, newest_half
from rules.fields import as_key


class CountEver(Standing):
    """A count without a window. Part: the number."""

    empty = 0

    def add(self, part: int | None, value: Any, time: int, now: int) -> int:
        return (part or 0) + 1

    def read(self, part: int, now: int) -> int:
        return part


class CountOver(Standing):
    """A count in a window. Part: the sorted times."""

    empty = 0

    def __init__(self, over: int) -> None:
        self.over = over

    def add(self, part: list[int] | None, value: Any, time: int, now: int) -> list[int]:
        if not part:
            return [time]
        in_order = time >= part[-1]
        part = [*part, time]
        if not in_order:
            part.sort()
        if part[0] <= now - self.over or len(part) > WINDOW_LIMIT:
            del part[: max(expired(part, now, self.over), len(part) - WINDOW_LIMIT)]
        return part

    def halve(self, part: list[int]) -> list[int] | None:
        return part[-(len(part) // 2) :] if len(part) > 1 else None

    def read(self, part: list[int], now: int) -> int:
        return len(part) - expired(part, now, self.over)

    def changes(self, part: list[int], now: int) -> Iterable[int]:
        return expiries(part, now, self.over)


class Distinct(Standing):
    """How many different values. Part: the latest time of each value, by the value's hash.

    Exact to 1,024 values at a time; beyond, the least recently touched is forgotten.
    """

    empty = 0
    replaces = False

    def __init__(self, over: int | None) -> None:
        self.over = over

    def add(self, part: dict[int, int] | None, value: Any, time: int, now: int) -> dict[int, int]:
        part = {} if part is None else part
        key = xxhash.xxh3_64_intdigest((as_key(value) or "").encode())
        part[key] = max(time, part.pop(key, time))
        if self.over is not None:
            self._forget_expired(part, now - self.over)
        if len(part) > WINDOW_LIMIT:
            del part[next(iter(part))]
        return part

    @staticmethod
    def _forget_expired(part: dict[int, int], edge: int) -> None:
        while part and part[oldest := next(iter(part))] <= edge:
            del part[oldest]

    def halve(self, part: dict[int, int]) -> dict[int, int] | None:
        return newest_half(part) or None

    def read(self, part: dict[int, int], now: int) -> int:
        if self.over is None:
            return len(part)
        edge = now - self.over
        return sum(time > edge for time in part.values())

    def changes(self, part: dict[int, int], now: int) -> Iterable[int]:
        if self.over is None:
            return ()
        over = self.over
        return [time + over for time in part.values() if time + over > now]
