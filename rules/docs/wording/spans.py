"""Durations and numbers in words."""

from __future__ import annotations

from typing import Final

from rules.duration import MILLIS

_NAMES: Final = {"d": "day", "h": "hour", "m": "minute", "s": "second"}


def lasting(millis: int) -> str:
    """``1 hour``, ``14 days``; in the unit in which it is a whole number."""
    for unit, name in _NAMES.items():
        if millis % MILLIS[unit] == 0:
            count = millis // MILLIS[unit]
            return f"{count:,} {name}" + ("" if count == 1 else "s")
    return f"{millis:,} ms"


def last(millis: int) -> str:
    """``last hour``, ``last 14 days``."""
    words = lasting(millis)
    return f"last {words.removeprefix('1 ')}"


def number(value: float) -> str:
    """A number without needless decimals."""
    exact = int(value) if abs(value) < 2**53 and value == int(value) else value
    return f"{exact:,}" if abs(value) >= 10_000 else str(exact)
