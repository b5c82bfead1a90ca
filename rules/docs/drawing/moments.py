"""Moments (epoch ms) as drawings show them, in a time zone."""

from __future__ import annotations

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from rules.wall_time import wall_time

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def told_moment(moment: int, place: ZoneInfo) -> str:
    """``Mon 5 Jan 2026, 10:00``."""
    day = wall_time(moment, place).date()
    return f"{day_text(day)} {day.year}, {clock_text(moment, place)}"


def day_text(day: date) -> str:
    """``Mon 5 Jan``."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def clock_text(moment: int, place: ZoneInfo) -> str:
    """``10:00``; seconds only where there are some."""
    shown = wall_time(moment, place)
    if moment % 1_000:
        return f"{shown:%H:%M:%S}.{moment % 1_000:03}"
    return f"{shown:%H:%M:%S}" if shown.second else f"{shown:%H:%M}"
