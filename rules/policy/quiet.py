"""Quiet hours, by the clock on the customer's wall."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from rules.dates import local_time
from rules.declaration import Quiet
from rules.touchpoint import to_millis

MINUTE: Final = 60_000


def is_quiet(quiet: Quiet, now: int, zone: ZoneInfo) -> bool:
    """Whether an instant (ms) lies in [from, to)."""
    there = local_time(now, zone)
    minute = there.hour * 60 + there.minute
    if quiet.begin < quiet.end:
        return quiet.begin <= minute < quiet.end
    return minute >= quiet.begin or minute < quiet.end


def wakes(quiet: Quiet, now: int, zone: ZoneInfo) -> int:
    """The first moment (ms) after an instant in quiet hours at which they are over.

    Where clocks leave out the time of their end, they are over when these go forward.
    """
    there = local_time(now, zone).replace(tzinfo=None)
    end = time(quiet.end // 60, quiet.end % 60)
    for days in range(3):
        written = datetime.combine(there.date() + timedelta(days=days), end)
        early, late = (to_millis(written.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
        if early > late and early > now:  # left out: clocks go forward before `early`
            early = late = _first_awake(quiet, now, early, zone)
        for moment in (early, late):
            if moment > now and not is_quiet(quiet, moment, zone):
                return moment
    raise ValueError(f"quiet hours of {zone.key} don't end after {now}")


def _first_awake(quiet: Quiet, asleep: int, awake: int, zone: ZoneInfo) -> int:
    while awake - asleep > 1:
        middle = (asleep + awake) // 2
        if is_quiet(quiet, middle, zone):
            asleep = middle
        else:
            awake = middle
    return awake


def in_words(quiet: Quiet, zone: ZoneInfo) -> str:
    """``21:00 to 08:00 in Europe/Brussels``."""
    return f"{_clock(quiet.begin)} to {_clock(quiet.end)} in {zone.key}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
