"""Times as they are given on the command line."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from rules import to_millis

_SPAN: Final = re.compile(r"\+(\d{1,9})([smhd])")
_AGO: Final = re.compile(r"(\d{1,9})([smhd])-ago")
_LENGTH: Final = re.compile(r"(\d{1,9})([smhd])")
_UNITS: Final = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def until(text: str) -> Callable[[int], int]:
    """From the last touchpoint's time to the end that ``text`` asks for: a time, or ``+90d`` after the last.

    Times are epoch milliseconds. Raises ValueError.
    """
    if span := _SPAN.fullmatch(text):
        milliseconds = int(span[1]) * _UNITS[span[2]]
        return partial(operator.add, milliseconds)
    return partial(_whatever_the_last, moment(text))


def _whatever_the_last(end: int, _last: int) -> int:
    return end


def ago(text: str, now: int) -> int:
    """The time that ``text`` says, or so long before ``now``: ``14d-ago``. In epoch milliseconds. Raises ValueError."""
    span = _AGO.fullmatch(text)
    return now - int(span[1]) * _UNITS[span[2]] if span else moment(text)


def span(text: str) -> int:
    """Milliseconds of a whole number and a unit: ``30d``. Raises ValueError."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return int(found[1]) * _UNITS[found[2]]


def moment(text: str) -> int:
    """Epoch milliseconds of an RFC 3339 time; without an offset it is UTC. Raises ValueError."""
    return to_millis(datetime.fromisoformat(text))
