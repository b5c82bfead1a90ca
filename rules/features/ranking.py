"""top: the value with the largest sum (or count); of equals the one touched last."""

from __future__ import annotations

from typing import Any

from rules.features.accumulator import WINDOW_LIMIT, Standing, Windowed, newest_half, tidy
from rules.features.totals import safe_sum, two_sum
from rules.fields import as_key

Ranked = tuple[Any, float]
"""A value and what it adds: the number of ``by``, or 1."""


class TopEver(Standing):
    """The top value so far. Part: by the value's key [high, low, latest time, value], the latest touched last.

    Exact to 1,024 values; beyond, the least recently touched is forgotten.
    """

    empty = None
    replaces = False

    def add(self, part: dict[str, list[Any]] | None, value: Ranked, time: int, now: int) -> dict[str, list[Any]]:
        part = {} if part is None else part
        raw, amount = value
        key = as_key(raw) or ""
        entry = part.get(key)
        if entry is None or time >= entry[2]:
            high, low = (entry[0], entry[1]) if entry else (0.0, 0.0)
            part.pop(key, None)
            part[key] = [*two_sum(high, low, amount), time, raw]
        else:
            entry[0], entry[1] = two_sum(entry[0], entry[1], amount)
        if len(part) > WINDOW_LIMIT:
            del part[next(iter(part))]
        return part

    def halve(self, part: dict[str, list[Any]]) -> dict[str, list[Any]] | None:
        return newest_half(part) or None

    def read(self, part: dict[str, list[Any]], now: int) -> Any:
        best: tuple[float, int] | None = None
        top = None
        for high, low, time, raw in part.values():
            rank = (tidy(high + low), time)
            if best is None or rank >= best:
                best, top = rank, raw
        return top


class TopOver(Windowed):
    """The top value in a window. Part: [times, values, amounts]."""

    empty = None

    def add(self, part: list[list[Any]] | None, value: Ranked, time: int, now: int) -> list[list[Any]]:
        return self.keep(part, (time, *value), now)

    def read(self, part: list[list[Any]], now: int) -> Any:
        start = self.first(part, now)
        groups: dict[str, list[float]] = {}
        latest: dict[str, Any] = {}
        for raw, amount in zip(part[1][start:], part[2][start:], strict=True):
            key = as_key(raw) or ""
            groups.setdefault(key, []).append(amount)
            latest.pop(key, None)
            latest[key] = raw
        return _top(groups, latest)


def _top(groups: dict[str, list[float]], latest: dict[str, Any]) -> Any:
    best: float | None = None
    top = None
    for key, raw in latest.items():
        total = tidy(safe_sum(groups[key]))
        if best is None or total >= best:
            best, top = total, raw
    return top
