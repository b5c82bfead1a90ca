"""first and last, by event time, then log order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rules.features.accumulator import Columns, Standing, Windowed


class Last(Standing):
    """The latest value. Part: [time, value]; when the latest has left a window, so have all others."""

    empty = None

    def __init__(self, over: int | None) -> None:
        self.over = over

    def add(self, part: list[Any] | None, value: Any, time: int, now: int) -> list[Any]:
        return [time, value] if part is None or time >= part[0] else part

    def unite(self, part: list[Any], other: list[Any], now: int) -> list[Any]:
        return other if other[0] > part[0] else part

    def read(self, part: list[Any], now: int) -> Any:
        return part[1] if self.over is None or part[0] > now - self.over else None

    def changes(self, part: list[Any], now: int) -> Iterable[int]:
        return [part[0] + self.over] if self.over is not None and part[0] + self.over > now else ()


class FirstEver(Standing):
    """The earliest value. Part: [time, value]."""

    empty = None

    def add(self, part: list[Any] | None, value: Any, time: int, now: int) -> list[Any]:
        return [time, value] if part is None or time < part[0] else part

    def unite(self, part: list[Any], other: list[Any], now: int) -> list[Any]:
        return other if other[0] < part[0] else part

    def read(self, part: list[Any], now: int) -> Any:
        return part[1]


class FirstOver(Windowed):
    """The earliest value in a window. Part: [times, values].

    Beyond the newest 1,024, that of a touchpoint which is up to a 256th of the window later than the first.
    """

    empty = None

    def add(self, part: Columns | None, value: Any, time: int, now: int) -> Columns:
        return self.keep(part, (time, value), now)

    def read(self, part: Columns, now: int) -> Any:
        at = self.first(part, now)
        return part[1][at] if at < len(part[1]) else None
