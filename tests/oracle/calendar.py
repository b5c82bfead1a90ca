"""Dates, instants and the days of time zones, by the plainest way to them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
HOUR = 3_600_000  # ms
DAY = 24 * HOUR
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}.*")


@cache
def zone_of(name: Any) -> ZoneInfo | None:
    """The time zone of an IANA name, from the package that the library is pinned to; None where there is none."""
    package = files("tzdata")
    if not isinstance(name, str) or name not in package.joinpath("zones").read_text("utf-8").split("\n"):
        return None
    with package.joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def moment_of(value: Any) -> date | int | None:
    """A date, an instant in epoch ms, or None for what is neither."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value)
    if not isinstance(value, str):
        return None
    try:
        if DATE.fullmatch(value):
            return date(int(value[:4]), int(value[5:7]), int(value[8:]))
        return instant(datetime.fromisoformat(value.upper())) if INSTANT.fullmatch(value) else None
    except ValueError:
        return None


def instant(moment: datetime) -> int:
    """Epoch ms, fractions cut off; UTC where no offset is said."""
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH) // MILLISECOND


def midnight(day: date, zone: ZoneInfo) -> int:
    """When a day begins (epoch ms): at its first midnight, or where clocks skip that, at the skip."""
    return instant(datetime(day.year, day.month, day.day, tzinfo=zone))


def local(now: int, zone: ZoneInfo) -> datetime:
    return (EPOCH + now * MILLISECOND).astimezone(zone)


def day_at(now: int, zone: ZoneInfo) -> date:
    """The last day whose midnight has come."""
    day = local(now, zone).date() + timedelta(days=2)
    while midnight(day, zone) > now:
        day -= timedelta(days=1)
    return day


def days_since(value: Any, now: int, zone: ZoneInfo) -> int | float | None:
    """Whole calendar days of a date, elapsed days of an instant; None of neither."""
    moment = moment_of(value)
    if isinstance(moment, date):
        return (day_at(now, zone) - moment).days
    return None if moment is None else (now - moment) / DAY


def days_until(value: Any, now: int, zone: ZoneInfo) -> int | float | None:
    since = days_since(value, now, zone)
    return None if since is None else 0 - since


def hours_since(value: Any, now: int, zone: ZoneInfo) -> float | None:
    moment = moment_of(value)
    start = midnight(moment, zone) if isinstance(moment, date) else moment
    return None if start is None else (now - start) / HOUR


CLOCKS = {"days_since": days_since, "days_until": days_until, "hours_since": hours_since}
