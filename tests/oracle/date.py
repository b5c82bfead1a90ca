"""`date`: whether now is in a window about a date of the profile, and when the next ones begin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from tests.oracle.calendar import DAY, instant, local, midnight, moment_of
from tests.oracle.expression import ZONE
from tests.oracle.features import Record
from tests.oracle.library import Signal
from tests.oracle.matcher import Matcher, Moment, View
from tests.oracle.values import all_at, duration

Window = tuple[int, int]  # ms: from, and until


class DateWindow(Matcher):
    """Keeps nothing but whether now was in a window just before a record."""

    def __init__(self, signal: Signal, per: str | None, view: View) -> None:
        super().__init__(signal, per, view)
        body = signal.body["date"]
        self.field = body["of"]
        self.ahead = duration(body["ahead"]) if "ahead" in body else None
        self.after_ = duration(body.get("after", "0d"))
        self.yearly = body.get("yearly", False)
        self.was = False

    def due(self, clock: int, limit: int) -> list[Moment]:
        return [(start, []) for start, _ in self.windows(clock, limit) if clock < start <= limit]

    def settle(self, clock: int, now: int) -> None:
        pass

    def before(self, now: int) -> None:
        self.was = self.inside(now)

    def after(self, record: Record, now: int) -> list[str] | None:
        if record.touchpoint["type"] != "profile.updated" or self.was or not self.inside(now):
            return None
        return [record.touchpoint["id"]]

    def inside(self, now: int) -> bool:
        return any(start <= now < end for start, end in self.windows(now, now))

    def windows(self, clock: int, limit: int) -> Iterator[Window]:
        """All windows that may begin or be under way in [clock, limit], as the profile and zone are at the clock."""
        lookup = self.view.lookup(clock, None, None)
        zone, path = lookup(ZONE, None), self.field.split(".")
        reach = timedelta(milliseconds=self.after_ + (self.ahead or 0)).days + 800
        for value in map(moment_of, all_at(lookup(".".join(path[:2]), None), path[2:])):
            if value is None:
                continue
            for day in self.occurrences(value, clock - reach * DAY, limit + reach * DAY, zone):
                yield self.window(day, zone)

    def occurrences(self, value: date | int, start: int, end: int, zone: Any) -> Iterator[date | int]:
        yield value
        own = value if isinstance(value, date) else local(value, zone).date()
        for year in range(max(own.year + 1, local(start, zone).year), local(end, zone).year + 1):
            if self.yearly:
                yield in_year(value, year, zone)

    def window(self, value: date | int, zone: Any) -> Window:
        if self.ahead is not None:
            return moved(value, -self.ahead, zone), moved(value, 0, zone)
        return moved(value, self.after_, zone), moved(value, self.after_ + DAY, zone)


def moved(value: date | int, by: int, zone: Any) -> int:
    """A date is its midnight, and whole days of it are calendar days; all else is elapsed time."""
    if not isinstance(value, date):
        return value + by
    if by % DAY == 0:
        return midnight(value + timedelta(days=by // DAY), zone)
    return midnight(value, zone) + by


def in_year(value: date | int, year: int, zone: Any) -> date | int:
    """The same day of another year, an instant at the same time by the wall clock there."""
    if isinstance(value, date):
        return same_day(value, year)
    there = local(value, zone)
    day = same_day(there.date(), year)
    return instant(datetime.combine(day, there.time().replace(fold=0), tzinfo=zone))


def same_day(day: date, year: int) -> date:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, day.month, 28 if (day.month, day.day) == (2, 29) and not leap else day.day)
