"""What a profile says once it is set, removed and added to, in whatever order that comes; conditions see it at once."""

from __future__ import annotations

from typing import Any

from tests.oracle.timelines.make import Expected, Timeline, at, fires, library, profile, signal, tick, timeline


def add(second: float, append: float | None = None, **amounts: Any) -> dict[str, Any]:
    later = {} if append is None else {"append": append}
    return at(second, "profile.updated", id=f"add@{second}", properties={"$add": amounts}, **later)


def late(second: float, append: float, **properties: Any) -> dict[str, Any]:
    return at(second, "profile.updated", id=f"late@{second}", properties=properties, append=append)


def reaching(name: str, condition: str, log: list[dict[str, Any]], *expected: Expected) -> Timeline:
    return timeline(name, library(signal(when=condition)), log, *expected)


SIX = "profile.points >= 6"

PROFILES = (
    reaching("what is added to nothing is added to 0", SIX, [add(0, points=5), add(1, points=1)], fires(1, "add@1")),
    reaching(
        "what is added to a number",
        SIX,
        [profile(0, points=4), add(1, points=1.5), add(2, points=0.5)],
        fires(2, "add@2"),
    ),
    reaching(
        "what is taken away turns a condition too",
        "profile.points < 2",
        [profile(0, points=3), add(1, points=-2)],
        fires(1, "add@1"),
    ),
    reaching(
        "one record sets, then adds",
        SIX,
        [at(0, "profile.updated", properties={"$add": {"points": 2}, "points": 4})],
        fires(0, "profile.updated@0"),
    ),
    reaching(
        "what was added before it was removed is gone",
        SIX,
        [add(0, points=5), profile(1, points=None), add(2, points=1), add(3, points=5)],
        fires(3, "add@3"),
    ),
    reaching(
        "two that come the other way round add up to the same",
        SIX,
        [profile(0, points=0), add(2, points=5), add(1, append=3, points=1)],
        fires(2, "add@1", late=True),
    ),
    reaching(
        "a late one before it was set is in what was set",
        SIX,
        [profile(2, points=5), add(1, append=3, points=1), add(4, points=1)],
        fires(4, "add@4"),
    ),
    reaching(
        "a late value keeps what has been added since",
        SIX,
        [add(1, points=1), add(3, points=2), late(2, append=4, points=4)],
        fires(3, "late@2", late=True),
    ),
    reaching(
        "a later value takes the place of what was added",
        SIX,
        [profile(0, points=0), add(1, points=5), profile(2, points=1), add(3, points=4), add(4, points=1)],
        fires(4, "add@4"),
    ),
    reaching(
        "a late value older than the one there changes nothing",
        SIX,
        [profile(0, points=0), profile(2, points=1), add(3, points=4), late(1, append=4, points=9), add(5, points=1)],
        fires(5, "add@5"),
    ),
    reaching(
        "of one time what comes later in the log counts behind the other",
        SIX,
        [profile(0, points=0), add(1, points=5), profile(1, points=1), add(2, points=5)],
        fires(2, "add@2"),
    ),
    reaching(
        "nothing is added to a text",
        "profile.level == 'gold' and profile.points >= 1",
        [profile(0, level="gold"), add(1, level=1), add(2, points=1)],
        fires(2, "add@2"),
    ),
    reaching(
        "what comes twice is added once",
        SIX,
        [add(0, points=3), add(0, append=1, points=3), add(2, points=3)],
        fires(2, "add@2"),
    ),
    reaching(
        "it is never too late to add",
        SIX,
        [profile(0, points=0), add(1000, points=5), add(1, append=1001, points=1)],
        fires(1000, "add@1", late=True),
    ),
    reaching(
        "consent by purpose",
        "profile.consent.email",
        [profile(0, consent={"sms": True}), profile(1, consent={"email": True})],
        fires(1, "profile.updated@1"),
    ),
    reaching(
        "a part of a list by its place",
        "profile.dependents[1].age >= 18",
        [profile(0, dependents=[{"age": 30}]), profile(1, dependents=[{"age": 30}, {"age": 18}])],
        fires(1, "profile.updated@1"),
    ),
    timeline(
        "a step of a timeline may be a change of the profile",
        library(signal(follow=["a", {"type": "profile.updated", "where": "properties.city == 'Ghent'"}])),
        [at(0, "a"), profile(1, city="Bruges"), profile(2, city="Ghent")],
        fires(2, "a@0", "profile.updated@2"),
    ),
    timeline(
        "each date of a list of dependents",
        library(signal(date={"of": "profile.dependents.birthday", "after": "0d", "yearly": True}), time_zone="UTC"),
        [
            profile(0, dependents=[{"birthday": "2020-01-07"}, {"name": "x"}, {"birthday": "2012-01-06"}]),
            tick(15 * 3_600),
            tick(39 * 3_600),
        ],
        fires(14 * 3_600),
        fires(38 * 3_600),
    ),
    timeline(
        "a date that a list gets within its window",
        library(signal(date={"of": "profile.policies.renewal", "ahead": "30d"})),
        [
            profile(0, policies=[{"renewal": "2026-07-01"}]),
            profile(1, policies=[{"renewal": "2026-07-01"}, {"renewal": "2026-01-20"}]),
            profile(2, policies=[{"renewal": "2026-01-21"}]),
        ],
        fires(1, "profile.updated@1"),
    ),
)
