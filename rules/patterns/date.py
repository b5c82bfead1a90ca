"""date: fires as now comes into a window about a date of the profile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import takewhile
from typing import Any, Final
from zoneinfo import ZoneInfo

from rules.dates import DAY, at_local, local_time, midnight, read_moment, zone_named
from rules.declaration import DateWindow
from rules.firing import Moment, SignalPlan, again_allows, fire
from rules.patterns.matcher import Instances
from rules.state import State
from rules.touchpoint import Touchpoint

LAST_YEAR: Final = 9998
NEVER_AGAIN: Final = 64  # years looked ahead for one that `again` allows

Window = tuple[int, int]


class DateMatcher:
    """Nothing is kept but the timer: an instance is [when the next window begins]."""

    def __init__(self, signal: SignalPlan, pattern: DateWindow, default_zone: ZoneInfo) -> None:
        self.signal = signal
        self.pattern = pattern
        self.default_zone = default_zone
        self.instances = Instances(signal, False, lambda _state, _per, instance: instance[0])

    def value(self, state: State) -> Any:
        """What the profile's field says, a list where it is in a list; None where it is missing."""
        found = list(_found(state.profile, self.pattern.field))
        return found if len(found) > 1 else next(iter(found), None)

    def window_at(self, state: State, now: int) -> Window | None:
        """The window (ms, from and until) that ``now`` is in, or that comes next; None without one."""
        return next(self._windows(state, now), None)

    def before(self, state: State, now: int) -> bool:
        """Whether now is in a window."""
        return any(now < end for _, end in takewhile(lambda window: window[0] <= now, self._windows(state, now)))

    def after(self, state: State, touchpoint: Touchpoint, was: bool, at: Moment) -> None:
        """The profile has changed: fires where that moved a window over now, and sets the timer anew."""
        if not was and self.before(state, at.now):
            fire(state, self.signal, None, (touchpoint.id,), at)
        self._set_timer(state, at.now)

    def wake(self, state: State, at: Moment) -> None:
        fire(state, self.signal, None, (), at)
        self._set_timer(state, at.now)

    def adopt(self, state: State, now: int) -> None:
        """Takes up a state that an older library wrote: being in the window now counts as having come before."""
        self._set_timer(state, now)

    def _set_timer(self, state: State, now: int) -> None:
        due = next((start for start in self._starts(state, now) if again_allows(state, self.signal, None, start)), None)
        if due is None:
            self.instances.end(state, None)
        else:
            state.parts[self.signal.key] = [due]
        self.instances.set_timer(state)

    def _starts(self, state: State, now: int) -> Iterator[int]:
        for looked, (start, _) in enumerate(self._windows(state, now)):
            if start > now:
                yield start
            if looked > NEVER_AGAIN:
                return

    def _windows(self, state: State, now: int) -> Iterator[Window]:
        """The windows that may not be over by ``now``, in order; of a list each date has its own."""
        place = zone_named(next(_found(state.profile, "time_zone"), None)) or self.default_zone
        moments = [read_moment(value) for value in _found(state.profile, self.pattern.field)]
        return merge(*(self._windows_of(value, place, now) for value in moments if value is not None))

    def _windows_of(self, value: date | int, place: ZoneInfo, now: int) -> Iterator[Window]:
        for occurrence in self._occurrences(value, place, now):
            window = self._window(occurrence, place)
            if window is not None and window[1] > now:
                yield window

    def _occurrences(self, value: date | int, place: ZoneInfo, now: int) -> Iterator[date | int]:
        if not self.pattern.yearly:
            yield value
            return
        reach = ((self.pattern.after or 0) + 2 * DAY) // (365 * DAY) + 1
        own = value.year if isinstance(value, date) else local_time(value, place).year
        yield value
        for year in range(max(own + 1, local_time(now, place).year - reach), LAST_YEAR):
            yield _in_year(value, year, place)

    def _window(self, occurrence: date | int, place: ZoneInfo) -> Window | None:
        try:
            if self.pattern.ahead is not None:
                return _moved(occurrence, -self.pattern.ahead, place), _moved(occurrence, 0, place)
            after = self.pattern.after or 0
            return _moved(occurrence, after, place), _moved(occurrence, after + DAY, place)
        except (OverflowError, ValueError):  # beyond the calendar
            return None


def profile_value(profile: dict[str, list[Any]], field: str) -> Any:
    """A field of a profile, dotted where it lies deeper; None where it is missing."""
    first, *rest = field.split(".")
    entry = profile.get(first)
    value = entry[0] if entry else None
    for name in rest:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _found(profile: dict[str, list[Any]], field: str) -> Iterator[Any]:
    """What there is at a dotted field; through a list, what there is in each of its items."""
    first, *rest = field.split(".")
    entry = profile.get(first)
    return _within(entry[0] if entry else None, rest)


def _within(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list) and path:
        for item in value:
            yield from _within(item, path)
    elif not path and value is not None:
        yield value
    elif isinstance(value, dict):
        yield from _within(value.get(path[0]), path[1:])


def _moved(occurrence: date | int, by: int, place: ZoneInfo) -> int:
    """A time moved by so many ms: whole days of a calendar date are calendar days, all else is elapsed time."""
    if not isinstance(occurrence, date):
        return occurrence + by
    days, rest = divmod(by, DAY)
    if rest:
        return midnight(occurrence, place) + by
    return midnight(occurrence + timedelta(days=days), place)


def _in_year(value: date | int, year: int, place: ZoneInfo) -> date | int:
    """The same day (and local time) of another year; 29 February as the 28th where there is none."""
    if isinstance(value, date):
        return _same_day(value, year)
    there = local_time(value, place)
    return at_local(datetime.combine(_same_day(there.date(), year), there.time()), place)


def _same_day(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
