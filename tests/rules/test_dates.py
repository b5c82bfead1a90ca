"""Dates, instants and the days of time zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.dates import DAY, HOUR, MIN_TIME, Calendar, day_at, midnight, read_moment, zone_named, zone_names
from rules.touchpoint import MAX_TIME

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ms(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(milliseconds=1)


def zone(name: str) -> ZoneInfo:
    known = zone_named(name)
    assert known is not None
    return known


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        ("0001-01-01", date(1, 1, 1)),
        ("9999-12-31", date(9999, 12, 31)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2026-01-31T09:00:00Z", ms("2026-01-31T09:00:00+00:00")),
        ("2026-01-31t09:00:00z", ms("2026-01-31T09:00:00+00:00")),
        ("2026-01-31T09:00:00+05:30", ms("2026-01-31T03:30:00+00:00")),
        ("2026-01-31 09:00:00.1239999Z", ms("2026-01-31T09:00:00.123+00:00")),
        ("2026-01-31T09:00", ms("2026-01-31T09:00:00+00:00")),
        (0, 0),
        (1_767_607_872_123, 1_767_607_872_123),
        (1_767_607_872_123.9, 1_767_607_872_123),
        (-1.5, -1),
        (MAX_TIME, MAX_TIME),
        (MIN_TIME, MIN_TIME),
    ],
)
def test_moments(value: Any, moment: date | int) -> None:
    assert read_moment(value) == moment
    assert type(read_moment(value)) is type(moment)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        "soon",
        "2026-02-29",
        "2026-13-01",
        "0000-01-01",
        "26-01-31",
        "2026/01/31",
        "31.01.2026",
        "2026-W05-6",
        "20260131",
        " 2026-01-31",
        "٢٠٢٦-01-31",
        "2026-01-31T25:00:00Z",
        "2026-01-31T09:00:60Z",
        "2026-01-31T09Z",
        "2026-01-31T09:00:00 Z",
        "2026-01-31T09:00:00+0530",
        "2026-01-31_09:00:00Z",
        "2026-01-31T09:00:00." + "1" * 100 + "Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        MAX_TIME + 1,
        MIN_TIME - 1,
        10**400,
        float("nan"),
        float("inf"),
        ["2026-01-31"],
        {"date": "2026-01-31"},
    ],
)
def test_what_is_no_moment(value: Any) -> None:
    assert read_moment(value) is None


def test_zones_are_those_of_the_pinned_package_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoneinfo.TZPATH", ())
    assert zone("Europe/Brussels").key == "Europe/Brussels"
    assert "UTC" in zone_names()
    for name in ("", "Europe/Brusels", "../etc/passwd", "/etc/localtime", "europe/brussels", None, 5, ["UTC"]):
        assert zone_named(name) is None


@pytest.mark.parametrize(
    ("name", "day", "begins"),
    [
        ("UTC", "2026-01-31", "2026-01-31T00:00:00+00:00"),
        ("Europe/Brussels", "2026-01-31", "2026-01-31T00:00:00+01:00"),
        ("Europe/Brussels", "2026-03-29", "2026-03-29T00:00:00+01:00"),
        ("Europe/Brussels", "2026-03-30", "2026-03-30T00:00:00+02:00"),
        ("America/New_York", "9999-12-31", "9999-12-31T05:00:00+00:00"),
        # clocks go from 00:00 to 01:00: the day begins at what is called 01:00
        ("Africa/Cairo", "2026-04-24", "2026-04-24T01:00:00+03:00"),
        # the whole day is left out at the date line: it is over as it begins
        ("Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00"),
        ("Pacific/Apia", "2011-12-31", "2011-12-31T00:00:00+14:00"),
        # clocks go back from 00:01 to 23:01: the first of the two midnights counts
        ("America/St_Johns", "2010-11-07", "2010-11-07T00:00:00-02:30"),
    ],
)
def test_midnight(name: str, day: str, begins: str) -> None:
    assert midnight(date.fromisoformat(day), zone(name)) == ms(begins)


@pytest.mark.parametrize(
    ("name", "now", "day"),
    [
        ("Europe/Brussels", "2026-03-28T22:59:59.999+00:00", "2026-03-28"),
        ("Europe/Brussels", "2026-03-28T23:00:00+00:00", "2026-03-29"),
        ("Europe/Brussels", "2026-03-29T22:00:00+00:00", "2026-03-30"),
        ("Pacific/Apia", "2011-12-30T09:59:59.999+00:00", "2011-12-29"),
        ("Pacific/Apia", "2011-12-30T10:00:00+00:00", "2011-12-31"),
        ("America/St_Johns", "2010-11-07T00:00:00-02:30", "2010-11-07"),
        ("America/St_Johns", "2010-11-06T23:30:00-03:30", "2010-11-07"),
        ("Asia/Tokyo", "9999-12-31T23:59:59.999+00:00", "9999-12-31"),
        ("Pacific/Kiritimati", "0001-01-01T00:00:00+00:00", "0001-01-01"),
        ("America/New_York", "0001-01-01T00:00:00+00:00", "0001-01-01"),
    ],
)
def test_the_day_at_an_instant(name: str, now: str, day: str) -> None:
    assert date.fromordinal(day_at(ms(now), zone(name))).isoformat() == day


def test_there_are_no_days_beyond_the_calendar() -> None:
    calendar = Calendar(zone("Europe/Brussels"))
    assert [calendar.day_at(MAX_TIME + DAY * days) for days in (0, 1, 400_000)] == [date.max.toordinal()] * 3
    assert [calendar.day_at(MIN_TIME - DAY * days) for days in (0, 1, 400_000)] == [1] * 3


INSTANTS = st.integers(0, ms("2100-01-01T00:00:00+00:00")) | st.integers(MIN_TIME, MAX_TIME)
NAMES = st.sampled_from(sorted(zone_names()))


@given(NAMES, st.lists(INSTANTS, min_size=1, max_size=5), st.integers(-3, 3), st.integers(-HOUR, HOUR))
@example("America/St_Johns", [ms("2010-11-07T00:00:00-02:30")], 0, 0)
def test_a_day_is_the_last_whose_midnight_has_come(name: str, instants: list[int], days: int, by: int) -> None:
    place = zone(name)
    calendar = Calendar(place)
    for instant in [*instants, *(instant + days * DAY + by for instant in instants)]:
        now = min(max(instant, MIN_TIME + 2 * DAY), MAX_TIME - 2 * DAY)
        day = date.fromordinal(calendar.day_at(now))
        assert midnight(day, place) <= now < midnight(day + timedelta(days=1), place)
        local = (EPOCH + timedelta(milliseconds=now)).astimezone(place)
        assert day == local.date() or local.fold
