"""What every kind of feature is made of: four functions over one small value that state can keep.

An accumulator never keeps itself what it accumulates: the value (its *part*) is passed in and given back, so
that it can be encoded, dropped or replaced at will. Times are event times in ms; ``now`` never goes back.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final, Protocol

from rules.features.buckets import EXACT, SWEEP
from rules.features.cells import MOST, Row, thinned
from rules.state import Parts

Reader = Callable[[Parts, int, "str | None"], Any]
"""Reads a feature: (parts, now in ms, the instance's per value)."""

Columns = list[list[Any]]
"""Rows, column by column."""

DECIMALS: Final = 9
_SCALE: Final = 10.0**DECIMALS
_SMALL: Final = 2.0**53 / _SCALE


class Accumulator(Protocol):
    empty: Any
    """What an instance never seen reads as."""
    replaces: bool
    """Whether `add` leaves the part it was given as it was, so that the value before can still be read from it."""

    def add(self, part: Any, value: Any, time: int, now: int) -> Any:
        """The part with one more touchpoint; ``part`` is None at first."""

    def read(self, part: Any, now: int) -> Any:
        """The value at ``now``; None where it is missing."""

    def reader(self, key: int) -> Reader:
        """Reads it as kept once for a customer, under ``key``."""

    def changes(self, part: Any, now: int) -> Iterable[int]:
        """The moments after ``now`` at which time alone may change the value by a step."""

    def copy(self, part: Any) -> Any:
        """What still reads as the part does now once `add` has been given it, where it isn't left as it was."""

    def halve(self, part: Any) -> Any:
        """The part in about half the room, older things more coarsely; None where it can't be made smaller."""

    def settles(self, part: Any, now: int) -> int:
        """The moment after which time alone no longer moves the value; ``now`` where it stands still."""

    def unite(self, part: Any, other: Any, now: int) -> Any:
        """The part as if one customer had had the touchpoints of both; of those of one time the other's come later."""


class Standing:
    """For what time alone doesn't change."""

    empty: Any = None
    replaces = True

    def read(self, part: Any, now: int) -> Any:
        raise NotImplementedError

    def reader(self, key: int) -> Reader:
        read, empty = self.read, self.empty

        def read_one(parts: Parts, now: int, per: str | None) -> Any:
            part = parts.get(key)
            return empty if part is None else read(part, now)

        return read_one

    def copy(self, part: Any) -> Any:
        return part

    def halve(self, part: Any) -> Any:
        return None

    def changes(self, part: Any, now: int) -> Iterable[int]:
        return ()

    def settles(self, part: Any, now: int) -> int:
        return now


class Windowed(Standing):
    """For what keeps rows while they are in the window. Part: columns, the first the sorted times.

    The newest 1,024 rows are kept one by one; older ones of one kind are joined where they lie in one cell of time.
    """

    replaces = False

    def __init__(self, over: int) -> None:
        self.over = over

    def copy(self, part: Columns) -> Columns:
        return [column.copy() for column in part]

    def kind(self, row: Row) -> Hashable:
        """Rows of different kinds are never joined."""
        return None

    def join(self, older: Row, newer: Row) -> Row:
        """Two rows as one, at the time of the newer."""
        return newer

    def keep(self, part: Columns | None, row: Row, now: int) -> Columns:
        """The part with one more row, by time and then log order, without what may be forgotten."""
        columns = part or [[] for _ in row]
        times, time = columns[0], row[0]
        at = bisect_right(times, time) if times and time < times[-1] else len(times)
        for column, cell in zip(columns, row, strict=True):
            column.insert(at, cell)
        return self.without_surplus(columns, now)

    def without_surplus(self, columns: Columns, now: int) -> Columns:
        gone = expired(columns[0], now, self.over)
        if gone:
            columns = [column[gone:] for column in columns]
        rows = len(columns[0])
        return columns if rows <= EXACT or rows % SWEEP else self.thinned(columns, EXACT, MOST)

    def thinned(self, columns: Columns, exact: int, most: int) -> Columns:
        """The columns with about ``most`` rows at most beside the newest ``exact``."""
        at = len(columns[0]) - exact
        older = list(zip(*(column[:at] for column in columns), strict=True))
        rows = thinned(older, self.over, most, self.kind, self.join)
        return [[row[place] for row in rows] + column[at:] for place, column in enumerate(columns)]

    def halve(self, part: Columns) -> Columns | None:
        rows = len(part[0])
        halved = self.thinned(part, rows // 4, rows // 4)
        return halved if len(halved[0]) < rows else None

    def unite(self, part: Columns, other: Columns, now: int) -> Columns:
        for row in zip(*other, strict=True):
            part = self.keep(part, row, now)
        return part

    def first(self, part: Columns, now: int) -> int:
        """Where the rows begin that are still in the window."""
        return expired(part[0], now, self.over)

    def changes(self, part: Columns, now: int) -> Iterable[int]:
        return expiries(part[0], now, self.over)


def tidy(number: float) -> float:
    """A number as it is read: rounded to 9 decimals, so that it doesn't depend on the order of adding."""
    if abs(number) < _SMALL:
        return round(number * _SCALE) / _SCALE  # a third of the time of round(number, 9)
    return round(number, DECIMALS)


def expired(times: list[int], now: int, over: int) -> int:
    """How many of the sorted ``times`` have left the window (now - over, now]."""
    edge = now - over
    return 0 if not times or times[0] > edge else bisect_right(times, edge)


def expiries(times: list[int], now: int, over: int) -> list[int]:
    """When each touchpoint still in the window leaves it."""
    return [time + over for time in times[expired(times, now, over) :]]


def newest_half(entries: dict[Any, Any]) -> dict[Any, Any]:
    """The half of the entries that was put in last."""
    return dict(list(entries.items())[(len(entries) + 1) // 2 :])
