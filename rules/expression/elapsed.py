"""How long ago, or how far ahead, a moment is: whole calendar days of a date, elapsed time of an instant."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from rules.dates import DAY, HOUR, Calendar, midnight, read_moment, zone_named
from rules.expression.numbers import Number

Entry = list[Any] | None
"""What a profile holds of a field: [value, time]."""


class Elapsed:
    """The functions that ask for the time of now, in a library's time zone or in the customer's own.

    Each takes a value, now (ms) and the profile's entry of ``time_zone``, and gives None where the value is neither
    a date nor an instant. None of them raises. Fractions aren't rounded: `hours_since(x) * 60 >= 20` is to turn true
    after 20 minutes, not a millisecond later.
    """

    def __init__(self, zone: str) -> None:
        """Raises ValueError where there is no such time zone."""
        known = zone_named(zone)
        if known is None:
            raise ValueError(f"no time zone is called {zone!r}")
        self._calendar = Calendar(known)
        self._others: dict[str, Calendar] = {}  # as many as there are time zones, at most

    def days_since(self, value: Any, now: int, own: Entry) -> Number | None:
        moment = read_moment(value)
        if isinstance(moment, date):
            return self._of(own).day_at(now) - moment.toordinal()
        return None if moment is None else (now - moment) / DAY

    def days_until(self, value: Any, now: int, own: Entry) -> Number | None:
        since = self.days_since(value, now, own)
        return -since if since else since

    def hours_since(self, value: Any, now: int, own: Entry) -> Number | None:
        moment = read_moment(value)
        if isinstance(moment, date):
            moment = midnight(moment, self._of(own).zone)
        return None if moment is None else (now - moment) / HOUR

    def _of(self, own: Entry) -> Calendar:
        """The customer's own calendar where the profile names a time zone that is known."""
        name = own[0] if own else None
        if type(name) is not str:
            return self._calendar
        known = self._others.get(name)
        return known or self._look_up(name)

    def _look_up(self, name: str) -> Calendar:
        zone: ZoneInfo | None = zone_named(name)
        if zone is None:
            return self._calendar
        return self._others.setdefault(name, Calendar(zone))
