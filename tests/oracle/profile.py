"""A field of the profile: all that was ever set and added, and what that comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.oracle.values import MISSING, is_number

Change = tuple[int, int, Any]  # its time in ms, its place in the log, and what it sets or adds


@dataclass
class Field:
    sets: list[Change] = field(default_factory=list)
    adds: list[Change] = field(default_factory=list)

    def value(self) -> Any:
        """What was set last by time, then log, and what has been added behind it; both at once is set, then added."""
        time, order, value = max(self.sets, key=lambda one: one[:2], default=(-1, -1, None))
        amounts = [amount for *moment, amount in self.adds if moment >= [time, order]]
        if not amounts:
            return MISSING if value is None else value
        if value is not None and not is_number(value):
            return value
        return round((value or 0) + sum(amounts), 9)
