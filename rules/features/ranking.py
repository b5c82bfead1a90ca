"""top: the value with the largest sum (or count); of equals the one touched last."""

from __future__ import annotations

from collections.abc import Hashable
from heapq import nlargest
from typing import Any

from rules.features.accumulator import Columns, Standing, Windowed, tidy
from rules.features.buckets import EXACT, bounded
from rules.features.cells import Row
from rules.features.totals import safe_sum, two_sum
from rules.fields import as_key

Ranked = tuple[Any, float]
"""A value and what it adds: the number of ``by``, or 1."""


class TopEver(Standing):
    """The top value so far. Part: by the value's key [high, low, latest time, value], the latest touched last.

    Exact to 1,024 values. Beyond, a new one takes the place of the smallest, and what that had (the space-saving
    algorithm of Metwally and others): a value may have too much, by a 1,024th of all that was added at most, where
    nothing is negative. So the top is right where it leads by more, and none that has more is ever forgotten.
    """

    empty = None
    replaces = False

    def add(self, part: dict[str, list[Any]] | None, value: Ranked, time: int, now: int) -> dict[str, list[Any]]:
        part = {} if part is None else part
        raw, amount = value
        key = raw if type(raw) is str else as_key(raw) or ""
        entry = part.get(key)
        if entry is not None and time < entry[2]:
            part[key] = [*two_sum(entry[0], entry[1], amount), *entry[2:]]
            return part
        if entry is None and len(part) >= EXACT:
            entry = part.pop(min(part, key=lambda one: _total(part[one])))
        high, low = (entry[0], entry[1]) if entry else (0.0, 0.0)
        part.pop(key, None)
        part[key] = [*two_sum(high, low, amount), time, raw]
        return part

    def unite(self, part: dict[str, list[Any]], other: dict[str, list[Any]], now: int) -> dict[str, list[Any]]:
        """A value that one has forgotten may have had as much there as the smallest that is kept."""
        ours, theirs = _forgotten(part), _forgotten(other)
        entries = {key: _added(part.get(key), ours, other.get(key), theirs) for key in (*part, *other)}
        largest = set(nlargest(EXACT, entries, key=lambda key: _total(entries[key])))
        kept = [(key, entry) for key, entry in entries.items() if key in largest]
        return dict(sorted(kept, key=lambda one: one[1][2]))

    def copy(self, part: dict[str, list[Any]]) -> dict[str, list[Any]]:
        return part.copy()

    def halve(self, part: dict[str, list[Any]]) -> dict[str, list[Any]] | None:
        largest = set(nlargest(len(part) // 2, part, key=lambda one: _total(part[one])))
        return {key: entry for key, entry in part.items() if key in largest} or None

    def read(self, part: dict[str, list[Any]], now: int) -> Any:
        best: tuple[float, int] | None = None
        top = None
        for entry in part.values():
            rank = (tidy(_total(entry)), entry[2])
            if best is None or rank >= best:
                best, top = rank, entry[3]
        return top


def _total(entry: list[Any]) -> float:
    total: float = entry[0] + entry[1]
    return total


def _forgotten(part: dict[str, list[Any]]) -> float:
    """What a value that isn't among those kept may have had."""
    return min(map(_total, part.values())) if len(part) >= EXACT else 0.0


def _added(one: list[Any] | None, absent: float, other: list[Any] | None, absent_there: float) -> list[Any]:
    if one is None or other is None:
        high, low, time, value = one or other or [0.0, 0.0, 0, None]
        return [*two_sum(high, low, absent if one is None else absent_there), time, value]
    latest = one if one[2] >= other[2] else other
    return [*two_sum(one[0], one[1] + other[1], other[0]), latest[2], latest[3]]


class TopOver(Windowed):
    """The top value in a window. Part: [times, values, amounts].

    Beyond the newest 1,024 touchpoints, those of one value in one cell count until the last of them leaves. With V
    different values, 50 at most, that is as if the window were longer by V/200 at most. Where not even cells as wide
    as the window make 512 rows of them, those that weigh the least go.
    """

    empty = None

    def kind(self, row: Row) -> Hashable:
        return as_key(row[1])

    def join(self, older: Row, newer: Row) -> Row:
        return newer[0], newer[1], bounded(older[2] + newer[2])

    def thinned(self, columns: Columns, exact: int, most: int) -> Columns:
        columns = super().thinned(columns, exact, most)
        older = range(len(columns[0]) - exact)
        if len(older) <= most:
            return columns
        heaviest = nlargest(most, older, key=lambda at: abs(columns[2][at]))
        kept = [*sorted(heaviest), *range(len(older), len(columns[0]))]
        return [[column[at] for at in kept] for column in columns]

    def add(self, part: Columns | None, value: Ranked, time: int, now: int) -> Columns:
        return self.keep(part, (time, *value), now)

    def read(self, part: Columns, now: int) -> Any:
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
