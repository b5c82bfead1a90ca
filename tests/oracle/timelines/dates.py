"""`date`: windows about a date of the profile."""

from typing import Any

from tests.oracle.timelines.make import Timeline, at, fires, library, on, profile, signal, tick, timeline

BRUSSELS, HAVANA, APIA = "Europe/Brussels", "America/Havana", "Pacific/Apia"
DAY, HOUR, MS = 86_400, 3_600, 0.001


def window(of: str = "profile.x", **body: Any) -> dict[str, Any]:
    return library(signal(date={"of": of, **body}))


def in_zone(zone: str, **body: Any) -> dict[str, Any]:
    return library(signal(date={"of": "profile.x", **body}), time_zone=zone)


def by_time(name: str, made: dict[str, Any], value: Any, *moments: str, zone: str | None = None) -> Timeline:
    """A profile set at 2026-01-05 10:00 UTC; ticks a ms before, at and behind each moment, and in 2031."""
    times = [on(moment) for moment in moments]
    ticks = [tick(time + by) for time in times for by in (-MS, 0, 1)]
    own = {} if zone is None else {"time_zone": zone}
    return timeline(name, made, [profile(0, x=value, **own), *ticks, tick(on("2031-01-01"))], *map(fires, times))


WINDOWS = (
    by_time(
        "ahead of a date: calendar days before its midnight", window(ahead="30d"), "2026-03-01", "2026-01-30T00:00:00"
    ),
    by_time(
        "the midnight is that of the library's time zone where the customer has none",
        in_zone(BRUSSELS, ahead="1d"),
        "2026-03-30",
        "2026-03-29T00:00:00+01:00",
    ),
    by_time(
        "the midnight is that of the customer's own time zone",
        in_zone(BRUSSELS, ahead="1d"),
        "2026-03-30",
        "2026-03-29T00:00:00-04:00",
        zone="America/New_York",
    ),
    by_time(
        "an unknown time zone is none", in_zone(BRUSSELS, ahead="1d"), "2026-02-02", "2026-01-31T23:00:00", zone="Mars"
    ),
    by_time(
        "calendar days over the day of 23 hours",
        in_zone(BRUSSELS, ahead="2d"),
        "2026-03-30",
        "2026-03-28T00:00:00+01:00",
    ),
    by_time(
        "calendar days over the day of 25 hours",
        in_zone(BRUSSELS, after="1d"),
        "2026-10-25",
        "2026-10-26T00:00:00+01:00",
    ),
    by_time(
        "hours before a date are elapsed time", in_zone(BRUSSELS, ahead="36h"), "2026-03-30", "2026-03-28T10:00:00"
    ),
    by_time("an instant is elapsed time", in_zone(BRUSSELS, ahead="2d"), "2026-03-30T00:00:00Z", "2026-03-28T00:00:00"),
    by_time("an instant may be epoch milliseconds", window(after="1d"), 1_767_700_000_123, "2026-01-07T11:46:40.123"),
    by_time("after no days: the date's own day", window(after="0d"), "2026-02-01", "2026-02-01T00:00:00"),
    by_time(
        "where clocks skip midnight the day begins at the skip",
        in_zone(HAVANA, after="0d"),
        "2026-03-08",
        "2026-03-08T05:00:00",
    ),
    by_time(
        "where midnight comes twice the day begins at the first",
        in_zone(HAVANA, after="0d"),
        "2026-11-01",
        "2026-11-01T04:00:00",
    ),
    by_time(
        "yearly: each year from the date's own on",
        window(ahead="1d", yearly=True),
        "2028-05-01",
        "2028-04-30T00:00:00",
        "2029-04-30T00:00:00",
        "2030-04-30T00:00:00",
    ),
    by_time(
        "yearly: 29 February as the 28th elsewhere",
        window(after="0d", yearly=True),
        "2024-02-29",
        "2026-02-28T00:00:00",
        "2027-02-28T00:00:00",
        "2028-02-29T00:00:00",
        "2029-02-28T00:00:00",
        "2030-02-28T00:00:00",
    ),
    by_time(
        "yearly: the day after 29 February is 1 March in any year",
        window(after="1d", yearly=True),
        "2024-02-29",
        "2026-03-01T00:00:00",
        "2027-03-01T00:00:00",
        "2028-03-01T00:00:00",
        "2029-03-01T00:00:00",
        "2030-03-01T00:00:00",
    ),
    by_time(
        "yearly: a window over new year",
        window(ahead="10d", yearly=True),
        "2020-01-05",
        "2026-12-26T00:00:00",
        "2027-12-26T00:00:00",
        "2028-12-26T00:00:00",
        "2029-12-26T00:00:00",
        "2030-12-26T00:00:00",
    ),
    by_time(
        "yearly: an instant comes at the same time by the clock on the wall, in summer too",
        in_zone(BRUSSELS, after="0d", yearly=True),
        "2025-03-30T12:00:00+02:00",
        "2026-03-30T12:00:00+02:00",
        "2027-03-30T12:00:00+02:00",
        "2028-03-30T12:00:00+02:00",
        "2029-03-30T12:00:00+02:00",
        "2030-03-30T12:00:00+01:00",
    ),
    by_time(
        "yearly: of a time that comes twice the first",
        in_zone(BRUSSELS, after="0d", yearly=True),
        "2025-10-25T02:30:00+02:00",
        "2026-10-25T02:30:00+02:00",
        "2027-10-25T02:30:00+02:00",
        "2028-10-25T02:30:00+02:00",
        "2029-10-25T02:30:00+02:00",
        "2030-10-25T02:30:00+02:00",
    ),
    by_time(
        "yearly: a time that clocks skip, as if they had not",
        in_zone(BRUSSELS, after="0d", yearly=True),
        "2025-03-29T02:30:00+01:00",
        "2026-03-29T02:30:00+01:00",
        "2027-03-29T02:30:00+02:00",
        "2028-03-29T02:30:00+02:00",
        "2029-03-29T02:30:00+02:00",
        "2030-03-29T02:30:00+01:00",
    ),
    by_time(
        "a dotted field of the profile",
        window("profile.x.renewal", ahead="1d"),
        {"renewal": "2026-02-02"},
        "2026-02-01",
    ),
    *(
        by_time(f"no date: {value!r}", window(ahead="1d", yearly=True), value)
        for value in ("2026-02-30", "20260301", "soon", "", True, None, ["2026-03-01"], "2026-3-1")
    ),
)

CHANGES = (
    timeline(
        "the profile brings it into the window: at once",
        window(ahead="30d"),
        [profile(0, x="2026-01-06"), tick(40 * DAY)],
        fires(0, "profile.updated@0"),
    ),
    timeline(
        "`ahead` is until the date: at its midnight it is over",
        window(ahead="30d"),
        [profile(14 * HOUR, x="2026-01-06"), tick(40 * DAY)],
    ),
    timeline(
        "a millisecond before the date it isn't over",
        window(ahead="30d"),
        [profile(14 * HOUR - MS, x="2026-01-06"), tick(40 * DAY)],
        fires(14 * HOUR - MS, f"profile.updated@{14 * HOUR - MS}"),
    ),
    timeline(
        "`after` is one day: the day behind it is too late",
        window(after="3d"),
        [profile(0, x="2026-01-01"), profile(1, x="2026-01-02"), tick(40 * DAY)],
        fires(1, "profile.updated@1"),
    ),
    timeline(
        "`after`: the last millisecond of the day is in it",
        window(after="3d"),
        [profile(14 * HOUR - MS, x="2026-01-02"), tick(40 * DAY)],
        fires(14 * HOUR - MS, f"profile.updated@{14 * HOUR - MS}"),
    ),
    timeline(
        "`after`: at the next midnight it is over",
        window(after="3d"),
        [profile(14 * HOUR, x="2026-01-02"), tick(40 * DAY)],
    ),
    timeline(
        "`after`: the day of an instant is 24 hours, of a date in October in Brussels 25",
        library(
            signal("date", date={"of": "profile.x", "after": "0d"}),
            signal("instant", date={"of": "profile.y", "after": "0d"}),
            time_zone=BRUSSELS,
        ),
        [profile(on("2026-10-25T22:30"), x="2026-10-25", y="2026-10-25T00:00:00+02:00"), tick(on("2026-10-26"))],
        fires(on("2026-10-25T22:30"), f"profile.updated@{on('2026-10-25T22:30')}", signal="date"),
    ),
    timeline(
        "a date moved within the window doesn't fire again",
        window(ahead="30d"),
        [profile(0, x="2026-01-20"), profile(1, x="2026-01-21"), tick(40 * DAY)],
        fires(0, "profile.updated@0"),
    ),
    timeline(
        "a date moved away before its window comes doesn't fire at the old one",
        window(ahead="1d"),
        [profile(0, x="2026-01-08"), profile(1, x="2026-01-10"), tick(3 * DAY), tick(4 * DAY)],
        fires(on("2026-01-09")),
    ),
    timeline(
        "a date moved at the very millisecond of the window: the timer goes first",
        window(ahead="1d"),
        [profile(0, x="2026-01-07"), profile(14 * HOUR, x="2026-02-01"), tick(10 * DAY)],
        fires(14 * HOUR),
    ),
    timeline(
        "a date moved out and into another window fires again; removed it is gone",
        window(ahead="1d"),
        [
            profile(0, x="2026-01-06"),
            profile(1, x="2026-01-08"),
            profile(on("2026-01-07T01:00"), x=None),
            tick(9 * DAY),
        ],
        fires(0, "profile.updated@0"),
        fires(on("2026-01-07")),
    ),
    timeline(
        "a change of the time zone may bring now into the window",
        window(ahead="1d"),
        [profile(0, x="2026-01-07"), profile(1, time_zone="Pacific/Kiritimati"), tick(9 * DAY)],
        fires(1, "profile.updated@1"),
    ),
    timeline(
        "a late change of the profile, however late: as of the clock",
        window(ahead="30d"),
        [at(0, "b"), profile(-90 * DAY, x="2026-01-20"), tick(DAY)],
        fires(0, f"profile.updated@{-90 * DAY}", late=True),
    ),
    timeline(
        "a field keeps the value with the newest event time: an older date moves nothing",
        window(ahead="30d"),
        [profile(0, x="2027-01-01"), profile(-1, x="2026-01-20"), tick(DAY)],
    ),
    timeline(
        "other changes of the profile and touchpoints don't fire again",
        window(ahead="30d"),
        [profile(0, x="2026-01-20"), profile(1, y=1), at(2, "a"), tick(40 * DAY)],
        fires(0, "profile.updated@0"),
    ),
    timeline(
        "`again`: a window less than that after a firing isn't made up for",
        library(signal(date={"of": "profile.x", "ahead": "1d", "yearly": True}, again="400d")),
        [profile(0, x="2020-01-20"), *(tick(on(f"{year}-01-20")) for year in (2026, 2027, 2028))],
        fires(on("2026-01-19")),
        fires(on("2028-01-19")),
    ),
    timeline(
        "`if` is asked as the window begins: what it refuses has passed",
        library(signal(date={"of": "profile.x", "ahead": "1d"}, if_="profile.y")),
        [profile(0, x="2026-01-08"), profile(on("2026-01-07T01:00"), y=True), tick(9 * DAY)],
        fires(on("2026-01-07"), held="if"),
    ),
    timeline(
        "windows longer than a year: each begins for itself",
        window(ahead="400d", yearly=True),
        [profile(0, x="2027-01-05"), tick(on("2026-12-02")), tick(on("2027-12-02"))],
        fires(0, "profile.updated@0"),
        fires(on("2026-12-01")),
        fires(on("2027-12-02")),
    ),
)

DATES = (*WINDOWS, *CHANGES)
