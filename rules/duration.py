"""Durations as a library writes them: a whole number and one unit, such as ``90s`` or ``14d``."""

from __future__ import annotations

import re
from typing import Final

MILLIS: Final = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
LONGEST: Final = 3660 * MILLIS["d"]
IN_WORDS: Final = "a duration: a whole number and one unit of s, m, h or d"

_LONGEST_GUESS: Final = 40
_ONE: Final = re.compile(r"([0-9]{1,12})([smhd])")
_PART: Final = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,3}))?\s*([a-z]+)")
_LOOSE: Final = {
    "w": 7 * MILLIS["d"],
    **MILLIS,
    **dict.fromkeys(("sec", "secs", "second", "seconds"), MILLIS["s"]),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), MILLIS["m"]),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), MILLIS["h"]),
    **dict.fromkeys(("day", "days"), MILLIS["d"]),
    **dict.fromkeys(("week", "weeks"), 7 * MILLIS["d"]),
}


def parse_duration(text: str) -> int | None:
    """Whole milliseconds of a duration such as ``90s``, ``30m``, ``24h``, ``14d``; None where it isn't one.

    The result may be 0 or longer than `LONGEST`: what may be used is for the caller to say.
    """
    match = _ONE.fullmatch(text)
    return int(match[1]) * MILLIS[match[2]] if match else None


def guess_duration(text: str) -> str | None:
    """The duration that ``1h30m``, ``1.5 hours`` or ``2w`` was meant to be, as a library writes it; None if unclear."""
    loose = text.strip().lower()
    if len(loose) > _LONGEST_GUESS:
        return None
    parts = list(_PART.finditer(loose))
    if _PART.sub("", loose).strip() or not parts:
        return None
    millis = [_millis(whole, fraction, unit) for whole, fraction, unit in (part.groups() for part in parts)]
    total = sum(part for part in millis if part is not None)
    return in_words(total) if None not in millis and 0 < total <= LONGEST and total % MILLIS["s"] == 0 else None


def in_words(millis: int) -> str:
    """Milliseconds as the shortest text that `parse_duration` reads back."""
    unit = next(unit for unit in "dhms" if millis % MILLIS[unit] == 0)
    return f"{millis // MILLIS[unit]}{unit}"


def _millis(whole: str, fraction: str | None, unit: str) -> int | None:
    factor = _LOOSE.get(unit)
    if factor is None:
        return None
    return int(whole) * factor + int((fraction or "0").ljust(3, "0")) * factor // 1000
