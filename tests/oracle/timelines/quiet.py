"""Quiet hours: over midnight, where clocks change, in the customer's zone; what may have changed when they end."""

from typing import Any

from tests.oracle.timelines.make import at, deferred, fires, library, on, profile, signal, tick, timeline

Tree = dict[str, Any]


def night(begin: str = "21:00", end: str = "08:00", then: str = "defer", **settings: Any) -> Tree:
    """A signal at each `a`, on a channel with quiet hours."""
    body = {key: settings.pop(key) for key in ("unless", "purpose", "again") if key in settings}
    then_ = {"channel": "email", **settings.pop("then_", {})}
    quiet = {"from": begin, "to": end, "then": then}
    channel = {"quiet": quiet, **settings.pop("channel", {})}
    return library(signal(follow=["a"], then=then_, **body), channels={"email": channel}, **settings)


def a(time: str, name: str, **fields: Any) -> Tree:
    return at(on(time), "a", id=name, **fields)


BRUSSELS = {"time_zone": "Europe/Brussels"}

QUIET_HOURS = (
    timeline(
        "over midnight: from belongs to them, to doesn't",
        night(),
        [a("2026-01-05T20:59:59.999", "x"), a("2026-01-05T21:00", "y"), a("2026-01-06T08:00", "z")],
        fires(on("2026-01-05T20:59:59.999"), "x"),
        deferred(on("2026-01-05T21:00")),
        fires(on("2026-01-05T21:00"), "y"),
        fires(on("2026-01-06T08:00"), "z"),
    ),
    timeline(
        "within a day",
        night("12:00", "14:00"),
        [a("2026-01-05T11:59", "x"), a("2026-01-05T13:59:59", "y"), a("2026-01-05T14:00", "z")],
        fires(on("2026-01-05T11:59"), "x"),
        deferred(on("2026-01-05T13:59:59")),
        fires(on("2026-01-05T13:59:59"), "y"),
        fires(on("2026-01-05T14:00"), "z"),
    ),
    timeline(
        "dropped, where the channel says so",
        night(then="drop"),
        [a("2026-01-05T21:00", "x"), a("2026-01-06T08:00", "y")],
        fires(on("2026-01-05T21:00"), "x", held="quiet"),
        fires(on("2026-01-06T08:00"), "y"),
    ),
    timeline(
        "in the customer's own time zone",
        night(),
        [
            profile(0, time_zone="Asia/Kolkata"),
            a("2026-01-05T15:30", "x"),
            tick(on("2026-01-06T02:29:59.999")),
            at(on("2026-01-06T02:29:59.999"), "b"),
            tick(on("2026-01-06T02:30")),
        ],
        deferred(on("2026-01-05T15:30")),
        fires(on("2026-01-05T15:30"), "x"),
    ),
    timeline(
        "in the library's where the customer has none",
        night(**BRUSSELS),
        [a("2026-01-05T20:00", "x"), tick(on("2026-01-06T07:00"))],
        deferred(on("2026-01-05T20:00")),
        fires(on("2026-01-05T20:00"), "x"),
    ),
    timeline(
        "an end that clocks leave out: over when they go forward",
        night("23:00", "02:30", **BRUSSELS),
        [a("2026-03-29T00:00", "x"), a("2026-03-29T01:00", "y"), tick(on("2026-03-29T01:30"))],
        deferred(on("2026-03-29T00:00")),
        fires(on("2026-03-29T00:00"), "x"),
        fires(on("2026-03-29T01:00"), "y"),
    ),
    timeline(
        "an end that comes twice: over at the first, quiet once more as clocks go back",
        night("23:00", "02:30", **BRUSSELS),
        [
            a("2026-10-24T23:00", "x"),
            a("2026-10-25T00:30", "y"),
            a("2026-10-25T01:10", "z"),
            tick(on("2026-10-25T01:30")),
        ],
        deferred(on("2026-10-24T23:00")),
        fires(on("2026-10-24T23:00"), "x"),
        fires(on("2026-10-25T00:30"), "y"),
        deferred(on("2026-10-25T01:10")),
        fires(on("2026-10-25T01:10"), "z"),
    ),
    timeline(
        "`unless` is asked again when it goes, without the touchpoint",
        night(unless="profile.bought or touchpoint.value > 1"),
        [
            a("2026-01-05T22:00", "x", value=1),
            profile(on("2026-01-05T23:00"), bought=True),
            tick(on("2026-01-06T08:00")),
        ],
        deferred(on("2026-01-05T22:00")),
        fires(on("2026-01-05T22:00"), "x", held="unless"),
    ),
    timeline(
        "one that would expire before they end doesn't wait for it",
        night(then_={"expires": "10h"}),
        [a("2026-01-05T21:59:59", "x"), a("2026-01-05T22:00", "y"), a("2026-01-05T22:00:01", "z")],
        fires(on("2026-01-05T21:59:59"), "x", held="expired"),
        fires(on("2026-01-05T22:00"), "y", held="expired"),
        deferred(on("2026-01-05T22:00:01")),
    ),
    timeline(
        "one that goes too late is held as expired: by the append time of what lets it go",
        night(then_={"expires": "12h"}),
        [a("2026-01-05T22:00", "x"), tick(on("2026-01-06T08:00"), append=on("2026-01-06T10:00"))],
        deferred(on("2026-01-05T22:00")),
        fires(on("2026-01-05T22:00"), "x", held="expired"),
    ),
    timeline(
        "one that finds it quiet again waits on: after an outage the tick comes at night",
        night(),
        [
            a("2026-01-05T22:00", "x"),
            tick(on("2026-01-06T08:00"), append=on("2026-01-06T21:30")),
            tick(on("2026-01-07T08:00")),
        ],
        deferred(on("2026-01-05T22:00")),
        fires(on("2026-01-05T22:00"), "x"),
    ),
    timeline(
        "it is judged by the append time: what comes of the day at night waits",
        night(),
        [a("2026-01-05T20:00", "x", append=on("2026-01-05T21:00")), tick(on("2026-01-06T08:00"))],
        deferred(on("2026-01-05T20:00")),
        fires(on("2026-01-05T20:00"), "x"),
    ),
    timeline(
        "those that waited go before what fires at that millisecond, in the order of their decisions",
        library(
            signal("z", follow=["a"]),
            signal("b", silent="10h", of="a", then={"channel": "sms"}),
            channels={"email": {"quiet": {"from": "21:00", "to": "08:00"}}, "sms": {}},
        ),
        [a("2026-01-05T21:30", "w"), a("2026-01-05T22:00", "x"), tick(on("2026-01-06T08:00"))],
        deferred(on("2026-01-05T21:30"), signal="z"),
        deferred(on("2026-01-05T22:00"), signal="z"),
        fires(on("2026-01-05T21:30"), "w", signal="z"),
        fires(on("2026-01-05T22:00"), "x", signal="z"),
        fires(on("2026-01-06T08:00"), "x", signal="b"),
    ),
    timeline(
        "they go before the customer's own record of that millisecond",
        night(unless="profile.bought"),
        [a("2026-01-05T22:00", "x"), profile(on("2026-01-06T08:00"), bought=True)],
        deferred(on("2026-01-05T22:00")),
        fires(on("2026-01-05T22:00"), "x"),
    ),
)
