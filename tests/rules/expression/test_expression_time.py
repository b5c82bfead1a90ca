"""days_since, days_until and hours_since: whole calendar days of dates, elapsed time of instants."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from rules.expression import Scope, compile_customer, compile_touchpoint, parse
from rules.touchpoint import MAX_TIME, Touchpoint

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
BRUSSELS, KIRITIMATI = "Europe/Brussels", "Pacific/Kiritimati"


def ms(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(milliseconds=1)


def asked(text: str, now: str, value: Any, own: Any = None, zone: str = "UTC") -> Any:
    expression = parse(text, Scope("customer"))
    profile = {"x": [value, 1], **({} if own is None else {"time_zone": [own, 1]})}
    return compile_customer(expression, {}, zone)({}, profile, None, ms(now), None)


@pytest.mark.parametrize(
    ("value", "now", "zone", "days"),
    [
        ("2026-01-31", "2026-01-31T00:00:00+00:00", "UTC", 0),
        ("2026-01-31", "2026-01-31T23:59:59.999+00:00", "UTC", 0),
        ("2026-01-31", "2026-02-01T00:00:00+00:00", "UTC", 1),
        ("2026-01-31", "2026-01-30T23:59:59.999+00:00", "UTC", -1),
        ("2024-02-29", "2026-03-01T12:00:00+00:00", "UTC", 731),
        # the days of a time zone begin at its own midnight, summer or winter
        ("2026-01-31", "2026-01-30T22:59:59.999+00:00", BRUSSELS, -1),
        ("2026-01-31", "2026-01-30T23:00:00+00:00", BRUSSELS, 0),
        ("2026-07-31", "2026-07-30T22:00:00+00:00", BRUSSELS, 0),
        # the day of 23 hours and that of 25
        ("2026-03-29", "2026-03-29T21:59:59.999+00:00", BRUSSELS, 0),
        ("2026-03-29", "2026-03-29T22:00:00+00:00", BRUSSELS, 1),
        ("2026-10-25", "2026-10-25T22:59:59.999+00:00", BRUSSELS, 0),
        ("2026-10-25", "2026-10-25T23:00:00+00:00", BRUSSELS, 1),
        # instants: elapsed time, in any zone
        ("2026-01-30T12:00:00Z", "2026-01-31T12:00:00+00:00", KIRITIMATI, 1.0),
        ("2026-01-30T12:00:00+02:00", "2026-01-31T00:00:00+00:00", "UTC", 14 / 24),
        ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00+00:00", BRUSSELS, 23 / 24),
        (ms("2026-01-30T00:00:00+00:00"), "2026-01-30T00:00:00.001+00:00", "UTC", 1 / 86_400_000),
        (0, "1970-01-11T00:00:00+00:00", "UTC", 10.0),
        (-86_400_000.9, "1970-01-01T00:00:00+00:00", "UTC", 1.0),
    ],
)
def test_days(value: Any, now: str, zone: str, days: float) -> None:
    since, until = (
        asked("days_since(profile.x)", now, value, zone=zone),
        asked("days_until(profile.x)", now, value, zone=zone),
    )
    assert (since, type(since)) == (days, type(days))
    assert (until, type(until)) == (-days, type(days))


def test_nothing_is_left_over_of_an_instant_that_is_now() -> None:
    at = "2026-01-30T12:00:00+00:00"
    assert repr(asked("days_until(profile.x)", at, ms(at))) == "0.0"
    assert repr(asked("days_until(profile.x)", at, "2026-01-30")) == "0"


@pytest.mark.parametrize(
    ("value", "now", "zone", "hours"),
    [
        ("2026-01-31", "2026-01-31T01:30:00+00:00", "UTC", 1.5),
        ("2026-01-31", "2026-01-31T01:30:00+00:00", BRUSSELS, 2.5),
        ("2026-03-29", "2026-03-29T22:00:00+00:00", BRUSSELS, 23.0),
        ("2026-10-25", "2026-10-25T23:00:00+00:00", BRUSSELS, 25.0),
        ("2026-01-31", "2026-01-30T18:00:00+00:00", "UTC", -6.0),
        ("2026-01-31T00:00:00Z", "2026-01-31T00:00:01+00:00", KIRITIMATI, 1 / 3_600),
        (0, "1970-01-01T10:00:00+00:00", "UTC", 10.0),
    ],
)
def test_hours(value: Any, now: str, zone: str, hours: float) -> None:
    assert asked("hours_since(profile.x)", now, value, zone=zone) == hours


@pytest.mark.parametrize(
    ("own", "days"),
    [
        (None, 1),
        (KIRITIMATI, 2),
        ("Etc/GMT+12", 0),
        ("Europe/Brusels", 1),
        ("../../etc/localtime", 1),
        ("", 1),
        (5, 1),
        ([KIRITIMATI], 1),
    ],
)
def test_the_customers_own_time_zone_goes_before_the_librarys(own: Any, days: int) -> None:
    assert asked("days_since(profile.x)", "2026-02-01T11:00:00+00:00", "2026-01-31", own, BRUSSELS) == days
    parts = asked(
        "[days_since(profile.x), days_until(profile.x)]", "2026-02-01T11:00:00+00:00", "2026-01-31", own, BRUSSELS
    )
    assert parts == [days, -days]


def test_a_removed_time_zone_is_none() -> None:
    function = compile_customer(parse("days_since('2026-01-31')", Scope("customer")), {}, BRUSSELS)
    assert function({}, {"time_zone": [None, 9]}, None, ms("2026-01-30T23:00:00+00:00"), None) == 0


@pytest.mark.parametrize("value", [None, "", "soon", "2026-02-30", True, 10**400, 1e300, float("nan"), [], {"a": 1}])
@pytest.mark.parametrize("function", ["days_since", "days_until", "hours_since"])
def test_what_is_no_date_is_missing(function: str, value: Any) -> None:
    now = "2026-01-31T00:00:00+00:00"
    assert asked(f"{function}(profile.x)", now, value) is None
    assert asked(f"exists({function}(profile.x))", now, value) is False
    for operator in ("<", "<=", ">", ">=", "==", "!="):
        assert asked(f"{function}(profile.x) {operator} 0", now, value) is False
    assert asked(f"{function}(profile.x) + 1", now, value) is None


def test_the_ends_of_time() -> None:
    for text in ("days_since(profile.x)", "days_until(profile.x)", "hours_since(profile.x)"):
        for value in ("0001-01-01", "9999-12-31", -62_135_596_800_000, MAX_TIME):
            for own in (KIRITIMATI, "America/Los_Angeles"):
                function = compile_customer(parse(text, Scope("customer")), {})
                for now in (0, MAX_TIME):
                    assert function({}, {"x": [value, 1], "time_zone": [own, 1]}, None, now, None) is not None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("days_since('2026-01-30')", 2),
        ("days_until('2026-02-02T00:00:00Z')", 25 / 24),
        ("hours_since(properties.ordered)", 1.0),
        ("hours_since(time)", 0.0),
        ("days_since(product)", None),
        ("hours_since(properties.ordered) < 2 and days_until(properties.due) == 3", True),
    ],
)
def test_in_a_where_now_is_the_touchpoints_time_in_the_librarys_zone(text: str, value: Any) -> None:
    now = ms("2026-01-31T23:00:00+00:00")
    properties = {"ordered": "2026-01-31T22:00:00Z", "due": "2026-02-04"}
    touchpoint = Touchpoint(id="1", type="t", time=now, customer="c", product="tent", properties=properties)
    assert compile_touchpoint(parse(text, Scope("touchpoint")), BRUSSELS)(touchpoint) == value


def test_a_zone_that_is_not_known_is_an_error_when_compiled() -> None:
    expression = parse("days_since('2026-01-31') > 1", Scope("customer"))
    with pytest.raises(ValueError, match="no time zone is called 'Europe/Brusels'"):
        compile_customer(expression, {}, "Europe/Brusels")


def test_one_function_serves_customers_of_many_zones_at_any_times() -> None:
    function = compile_customer(parse("days_since('2026-01-31')", Scope("customer")), {})
    for _ in range(2):
        for hours in (48, -48, 0, 240):
            for own, offset in ((None, 0), ("Asia/Tokyo", 9), ("Etc/GMT+5", -5)):
                profile = {} if own is None else {"time_zone": [own, 1]}
                now = ms("2026-01-31T00:00:00+00:00") + hours * 3_600_000
                assert function({}, profile, None, now, None) == (hours + offset) // 24
