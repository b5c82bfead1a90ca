"""Dates and instants as values hold them, and calendar days in a time zone, by the pinned tzdata package alone.

A date is a text such as ``2026-01-31``; an instant is a text by RFC 3339 or a number, epoch milliseconds.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from rules.touchpoint import MAX_TIME, to_millis

DAY: Final = 86_400_000  # ms of an elapsed day; a calendar day may have an hour more or less
HOUR: Final = 3_600_000
MIN_TIME: Final = -62_135_596_800_000  # the first millisecond of the year 1

Moment = date | int
"""A calendar date, or an instant in epoch milliseconds."""

_LONGEST: Final = 40
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d)?", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY: Final = date(1970, 1, 1).toordinal()


@cache
def zone_names() -> frozenset[str]:
    """The IANA names of all time zones."""
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())


def zone_named(name: object) -> ZoneInfo | None:
    """The time zone of that IANA name; None where there is none. The machine's own time zones are never read."""
    return _zone(name) if type(name) is str and name in zone_names() else None


@cache
def _zone(name: str) -> ZoneInfo:
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def read_moment(value: Any) -> Moment | None:
    """The date or instant that a value says; None where it says neither. An instant without an offset is UTC.

    Instants are between the years 1 and 9999, fractions of a millisecond cut off.
    """
    kind = type(value)
    if kind is str and len(value) == 10:
        return _read_date(value)
    time = _read_instant(value) if kind is str else value if kind is int or kind is float else None
    return int(time) if time is not None and MIN_TIME <= time <= MAX_TIME else None


def _read_date(text: str) -> date | None:
    if not text[4] == text[7] == "-":  # Python reads `2026-W05-6` too
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _read_instant(text: str) -> int | None:
    if len(text) > _LONGEST or not _INSTANT.fullmatch(text):
        return None
    try:
        return to_millis(datetime.fromisoformat(text.upper()))
    except ValueError:
        return None


def midnight(day: date, zone: ZoneInfo) -> int:
    """Epoch milliseconds of the first moment of a calendar day; where clocks skip its midnight, that of the skip."""
    offset = zone.utcoffset(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - the wall clock's time is asked for
    return (day.toordinal() - _FIRST_DAY) * DAY - (offset or timedelta()) // timedelta(milliseconds=1)


def local_time(now: int, zone: ZoneInfo) -> datetime:
    """The date and time by the clock on the wall at an instant (ms); at the ends of the calendar a day from them."""
    known = min(max(now, MIN_TIME + DAY), MAX_TIME - DAY)
    return (_EPOCH + timedelta(milliseconds=known)).astimezone(zone)


def at_local(time: datetime, zone: ZoneInfo) -> int:
    """Epoch milliseconds of a time by the clock on the wall: the first of two; one skipped as if it were not."""
    return to_millis(time.replace(tzinfo=zone, fold=0))


def day_at(now: int, zone: ZoneInfo) -> int:
    """The ordinal of the calendar day at an instant, as `Calendar` counts them."""
    return Calendar(zone).day_at(now)


class Calendar:
    """The calendar days of a time zone, counted as Python's ordinals. The last day looked up is remembered."""

    __slots__ = ("_begin", "_day", "_end", "zone")

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._begin = self._end = self._day = 0

    def day_at(self, now: int) -> int:
        """The day at an instant: the last one whose midnight has come.

        Where clocks go back over midnight the day before doesn't come again, so that days only ever go up.
        """
        if not self._begin <= now < self._end:
            self._look_up(now)
        return self._day

    def _look_up(self, now: int) -> None:
        known = min(max(now, MIN_TIME), MAX_TIME)  # there are no days beyond, but who looks ahead may ask
        day = max((_EPOCH + timedelta(milliseconds=known)).toordinal() - 1, 1)
        while (end := self._midnight(day + 1)) <= known:
            day += 1
        self._begin, self._end, self._day = self._midnight(day), end, day

    def _midnight(self, day: int) -> int:
        return midnight(date.fromordinal(day), self.zone) if day <= date.max.toordinal() else MAX_TIME + DAY
