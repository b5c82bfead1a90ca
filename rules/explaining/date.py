"""How a `date` stands."""

from __future__ import annotations

from collections.abc import Iterator

from rules.explaining.explained import At, DateNow
from rules.explaining.standing import FAR, Standing, soon
from rules.patterns import DateMatcher
from rules.state import State
from rules.touchpoint import MAX_TIME


def of_date(matcher: DateMatcher, state: State, now: int) -> Iterator[Standing[DateNow]]:
    window = matcher.window_at(state, now)
    field = f"profile.{matcher.pattern.field}"
    value = matcher.value(state)
    if window is None or window[0] > MAX_TIME:
        yield Standing(None, DateNow(field, value), None, FAR)
        return
    begins_at, ends_at = At(window[0]), At(min(window[1], MAX_TIME))
    inside = begins_at <= now
    yield Standing(None, DateNow(field, value, begins_at, ends_at, inside), soon(matcher, state, None), FAR)
