"""`days_since`, `days_until` and `hours_since`: in `when` they turn by time alone, at their very millisecond."""

from typing import Any

from tests.oracle.timelines.dates import BRUSSELS, DAY, HOUR, MS, by_time
from tests.oracle.timelines.make import Timeline, at, fires, library, on, profile, signal, tick, timeline

LAST = {"seen": {"last": "time", "of": "a"}}


def when(condition: str, **more: Any) -> dict[str, Any]:
    return library(signal(when=condition, **more), features=LAST)


def once_at(name: str, condition: str, value: Any, *moments: str) -> Timeline:
    return by_time(f"{name}: {condition}", library(signal(when=condition)), value, *moments, zone=BRUSSELS)


CLOCKS = (
    once_at("whole days until a date", "days_until(profile.x) <= 30", "2026-03-01", "2026-01-29T23:00:00"),
    once_at("whole days until a date", "days_until(profile.x) < 1", "2026-03-29", "2026-03-28T23:00:00"),
    once_at("whole days since a date", "days_since(profile.x) >= 1", "2026-03-29", "2026-03-29T22:00:00"),
    once_at("whole days since a date", "days_since(profile.x) > 1", "2026-10-24", "2026-10-25T23:00:00"),
    once_at("a whole day, once", "days_until(profile.x) == 10", "2026-02-11", "2026-01-31T23:00:00"),
    once_at(
        "all but a whole day",
        "exists(profile.x) and not days_until(profile.x) == 37",
        "2026-02-11",
        "2026-01-05T23:00:00",
    ),
    once_at(
        "two whole days",
        "days_since(profile.x) == 0 or days_since(profile.x) == 2",
        "2026-02-11",
        "2026-02-10T23:00",
        "2026-02-12T23:00",
    ),
    once_at("times and plus numbers", "2 * days_since(profile.x) - 1 >= 4", "2026-02-11", "2026-02-13T23:00"),
    once_at("a number less the days", "10 - days_since(profile.x) <= 0", "2026-02-11", "2026-02-20T23:00"),
    once_at("of an instant: elapsed", "days_since(profile.x) >= 1", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00"),
    once_at(
        "of an instant: a fraction", "days_since(profile.x) > 0.1", "2026-03-28T12:00:00Z", "2026-03-28T14:24:00.001"
    ),
    once_at(
        "of an instant: one millisecond",
        "days_until(profile.x) == 2",
        "2026-03-28T12:00:00.5Z",
        "2026-03-26T12:00:00.500",
    ),
    once_at("hours are elapsed", "hours_since(profile.x) >= 24", "2026-03-29", "2026-03-29T23:00:00"),
    once_at("minutes, too", "hours_since(profile.x) * 60 >= 20", "2026-03-29", "2026-03-28T23:20:00"),
    once_at(
        "a third of a day is eight hours",
        "days_since(profile.x) * 24 >= 8",
        "2026-03-29T00:00:00Z",
        "2026-03-29T08:00:00",
    ),
    once_at(
        "between", "3 <= days_since(profile.x) < 5 and not days_since(profile.x) == 4", "2026-02-11", "2026-02-13T23:00"
    ),
    once_at("a missing one is false", "days_since(profile.y) >= 1 or not exists(profile.x)", "2026-02-11"),
    timeline(
        "hours since the last one, at the very millisecond, before a touchpoint of it",
        when("hours_since(seen) >= 1"),
        [at(0, "a"), at(HOUR, "a"), tick(2 * HOUR - MS), tick(2 * HOUR)],
        fires(HOUR),
        fires(2 * HOUR),
    ),
    timeline(
        "a touchpoint a millisecond before moves it on",
        when("hours_since(seen) >= 1"),
        [at(0, "a"), at(HOUR - MS, "a"), tick(HOUR), tick(2 * HOUR)],
        fires(2 * HOUR - MS),
    ),
    timeline(
        "a late one doesn't move the last time back, an earlier one of all turns nothing",
        when("hours_since(seen) >= 1"),
        [at(0, "a"), at(5, "b"), at(-5, "a"), tick(2 * HOUR)],
        fires(HOUR),
    ),
    timeline(
        "a late one that is the last moves it on, and turns it false",
        library(signal(when="hours_since(seen) >= 1"), features=LAST, late_by="2h"),
        [at(0, "a"), at(HOUR + 5, "b"), at(HOUR, "a"), tick(3 * HOUR)],
        fires(HOUR),
        fires(2 * HOUR),
    ),
    timeline(
        "hold counts from the very millisecond at which time turned it true",
        when("hours_since(seen) >= 1", hold="30m"),
        [at(0, "a"), at(4000, "b"), tick(5400 - MS), tick(5400), tick(9000)],
        fires(5400),
    ),
    timeline(
        "hold over a date: broken where the date moves, and back anew",
        library(signal(when="days_until(profile.x) <= 1", hold="2d")),
        [
            profile(0, x="2026-01-06"),
            profile(DAY, x="2026-01-20"),
            profile(DAY + 1, x="2026-01-07"),
            tick(2 * DAY),
            tick(3 * DAY),
            tick(3 * DAY + 1),
        ],
        fires(3 * DAY + 1),
    ),
    timeline(
        "per a field: each instance has its own time",
        library(
            signal(when="hours_since(seen) >= 1", per="product"),
            features={"seen": {"last": "time", "of": "a", "per": "product"}},
        ),
        [at(0, "a", product="p"), at(5, "a", product="q"), at(10, "a"), at(HOUR + 2, "b"), tick(2 * HOUR)],
        fires(HOUR, per="p"),
        fires(HOUR + 5, per="q"),
    ),
    timeline(
        "a change of the customer's time zone turns the days: by the record, at once",
        library(signal(when="days_since(profile.x) >= 1")),
        [profile(0, x="2026-01-05"), profile(1, time_zone="Pacific/Kiritimati"), tick(9 * DAY)],
        fires(1, "profile.updated@1"),
    ),
    timeline(
        "nothing but the time zone is read of the profile: its change turns the days, too",
        library(signal(when="days_since('2026-01-05') >= 1")),
        [at(0, "a"), profile(1, time_zone="Pacific/Kiritimati"), tick(DAY)],
        fires(1, "profile.updated@1"),
    ),
    timeline(
        "a date that the library says comes for those of whom nothing is read, too",
        library(signal(when="days_until('2026-01-07') <= 1")),
        [at(0, "a"), tick(DAY), at(DAY, "b", customer="d"), tick(9 * DAY)],
        fires(on("2026-01-06")),
    ),
    timeline(
        "a date that the library says: what is true since before the first record hasn't turned true",
        library(
            signal(when="days_since('2026-01-05') >= 0", hold="1h"), signal("t", when="days_since('2026-01-05') == 1")
        ),
        [at(0, "a"), tick(DAY), tick(9 * DAY)],
        fires(on("2026-01-06"), signal="t"),
    ),
    timeline(
        "`again` holds a day off, the next goes",
        library(
            signal(
                when="days_since(profile.x) == 1 or days_since(profile.x) == 3 or days_since(profile.x) == 5",
                again="3d",
            )
        ),
        [profile(0, x="2026-01-05"), tick(1 * DAY), tick(4 * DAY), tick(9 * DAY)],
        fires(on("2026-01-06")),
        fires(on("2026-01-10"), held="expired"),
    ),
    timeline(
        "in a `where` now is the touchpoint's own time, in the library's zone",
        library(
            signal(when="late >= 1"),
            features={"late": {"count": "a", "where": "days_since(properties.due) >= 1 and hours_since(time) == 0"}},
            time_zone=BRUSSELS,
        ),
        [
            at(on("2026-01-06T22:59:59.999"), "a", properties={"due": "2026-01-06"}),
            at(on("2026-01-06T23:00"), "a", properties={"due": "2026-01-06"}),
        ],
        fires(on("2026-01-06T23:00"), f"a@{on('2026-01-06T23:00')}"),
    ),
    timeline(
        "in `if` and `carry`, too: as of the moment of firing",
        library(
            signal(silent="2h", of="a", if_="hours_since(seen) == 2 and days_until(profile.x) == 1"), features=LAST
        ),
        [profile(0, x="2026-01-06"), at(1, "a"), tick(DAY)],
        fires(2 * HOUR + 1, "a@1"),
    ),
)
