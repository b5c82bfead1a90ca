"""Segments, and signals that read the firings of others."""

from typing import Any

from tests.oracle.timelines.make import at, fires, library, profile, signal, tick, timeline

SEEN = {"seen": {"count": "a", "over": "10s"}, "ever": {"count": "a", "per": "product"}}

SEGMENTS = (
    timeline(
        "a segment is read by name, and reads another",
        library(
            signal(when="segment.fan and not segment.young"),
            features=SEEN,
            segments={
                "fan": "seen >= 2",
                "young": "profile.age < 18 or segment.fresh",
                "fresh": "not exists(profile.age)",
            },
        ),
        [at(0, "a"), at(1, "a"), profile(2, age=17), profile(3, age=18)],
        fires(3, "profile.updated@3"),
    ),
    timeline(
        "time alone turns a segment: a window empties",
        library(signal(when="not segment.fan"), features=SEEN, segments={"fan": "seen >= 1"}),
        [at(0, "a"), tick(9.999), tick(10)],
        fires(10),
    ),
    timeline(
        "what a segment says stands together in its place",
        library(
            signal(when="not segment.either and profile.z"),
            segments={"either": "profile.x or profile.y"},
        ),
        [profile(0, z=1), profile(1, x=1), profile(2, x=0), profile(3, y=1), profile(4, y=0)],
        fires(0, "profile.updated@0"),
        fires(2, "profile.updated@2"),
        fires(4, "profile.updated@4"),
    ),
    timeline(
        "a segment in `if`, with a key in brackets, at the moment of firing",
        library(signal(silent="5s", of="b", if_="segment.fan"), features=SEEN, segments={"fan": "ever['p'] >= 1"}),
        [at(0, "b"), at(4, "a", product="q"), tick(5), at(6, "b"), at(11, "b"), at(12, "a", product="p"), tick(16)],
        fires(5, "b@0", held="if"),
        fires(11, "b@6", held="if"),
        fires(16, "b@11"),
    ),
    timeline(
        "a missing segment is falsy, and `not` of it true",
        library(signal("is", when="segment.x"), signal("not", when="not segment.x"), segments={"x": "profile.x > 1"}),
        [profile(0, x=2), profile(1, x=None)],
        fires(0, "profile.updated@0", signal="is"),
        fires(1, "profile.updated@1", signal="not"),
    ),
    timeline(
        "hold on a segment that holds days",
        library(signal(when="segment.soon", hold="1d"), segments={"soon": "days_until(profile.x) <= 2"}),
        [profile(0, x="2026-01-09"), tick(3 * 86_400), tick(9 * 86_400)],
        fires(14 * 3600 + 2 * 86_400),
    ),
)


def reads(*names: str, **more: Any) -> dict[str, Any]:
    which = f"== '{names[0]}'" if len(names) == 1 else f"in {list(names)}"
    return {"type": "signal.fired", "where": f"properties.signal {which}", **more}


def counts(*names: str, **more: Any) -> dict[str, Any]:
    return {"count": "signal.fired", "where": reads(*names)["where"], **more}


def identity(name: str, second: float, per: str | None = None) -> str:
    """The id of a trigger of customer `c`."""
    moment = str(1_767_607_200_000 + round(second * 1000))
    return ":".join([name, "c", *([] if per is None else [per]), moment])


FIRST = signal("first", follow=["a"])
PER = signal("first", follow=["a"], per="product")

CHAINS = (
    timeline(
        "a firing is read right after the record that made it, as the touchpoint with the trigger's id",
        library(FIRST, signal("second", follow=[reads("first"), "b"])),
        [at(0, "a"), at(1, "b")],
        fires(0, "a@0", signal="first"),
        fires(1, identity("first", 0), "b@1", signal="second"),
    ),
    timeline(
        "what a firing makes is decided behind it, however little the first is worth",
        library(
            signal("first", follow=["a"], value=0),
            signal("second", when="n >= 1", value=9),
            features={"n": counts("first")},
        ),
        [at(0, "a")],
        fires(0, "a@0", signal="first"),
        fires(0, identity("first", 0), signal="second"),
    ),
    timeline(
        "what policy made of it doesn't matter, shadow too; what `if` refused has passed and is no firing",
        library(
            signal("gone", follow=["a"], then={"channel": "email", "expires": "1s"}),
            signal("none", follow=["a"], then={}),
            signal("shadow", follow=["a"], status="shadow"),
            signal("refused", follow=["a"], if_="profile.x"),
            signal("z", when="n >= 3"),
            signal("zz", when="refused >= 1"),
            features={"n": counts("gone", "none", "refused", "shadow"), "refused": counts("refused")},
        ),
        [at(0, "a", append=9)],
        fires(0, "a@0", signal="gone", held="expired"),
        fires(0, "a@0", signal="none", held="no channel"),
        fires(0, "a@0", signal="refused", held="if"),
        fires(0, "a@0", signal="shadow", held="status"),
        fires(0, identity("shadow", 0), signal="z"),
    ),
    timeline(
        "in order of signal name, then first in first out: two that one record made, then what they make",
        library(
            signal("a1", follow=["a"], value=1),
            signal("a2", follow=["a"], value=2),
            signal("b", follow=[reads("a1")]),
            signal("s", follow=[reads("a1"), reads("a2"), reads("b")]),
            signal("t", follow=[reads("a2"), reads("a1")]),
        ),
        [at(0, "a")],
        fires(0, "a@0", signal="a2"),
        fires(0, "a@0", signal="a1"),
        fires(0, identity("a1", 0), signal="b"),
        fires(0, identity("a1", 0), identity("a2", 0), identity("b", 0), signal="s"),
    ),
    timeline(
        "in order of signal name, then per value, also where timers made them",
        library(
            signal("first", silent="5s", of="a", per="product"),
            signal("second", follow=[reads("first", times=2)]),
        ),
        [at(0, "a", product="q"), at(0, "a", product="p", id="p"), tick(9)],
        fires(5, "p", signal="first", per="p"),
        fires(5, "a@0", signal="first", per="q"),
        fires(5, identity("first", 5, "p"), identity("first", 5, "q"), signal="second"),
    ),
    timeline(
        "it has the `per` field: instances of the same field read their own, others break nothing",
        library(PER, signal("second", follow=[reads("first"), "b"], per="product")),
        [at(0, "a", product="x"), at(1, "b", product="y"), at(2, "a", product="y"), at(3, "b", product="x")],
        fires(0, "a@0", signal="first", per="x"),
        fires(2, "a@2", signal="first", per="y"),
        fires(3, identity("first", 0, "x"), "b@3", signal="second", per="x"),
    ),
    timeline(
        "a firing without the `per` field begins no instance",
        library(FIRST, signal("second", follow=[reads("first")], per="product")),
        [at(0, "a", product="x")],
        fires(0, "a@0", signal="first"),
    ),
    timeline(
        "a number that is the `per` field is a number there, too",
        library(
            signal("first", follow=["a"], per="value"),
            signal("second", when="n >= 4"),
            features={
                "n": {"sum": "value", "of": "signal.fired", "where": "properties.signal == 'first' and value > 1"}
            },
        ),
        [at(0, "a", value=1), at(1, "a", value=1.5), at(2, "a", value=2.5)],
        fires(0, "a@0", signal="first", per="1"),
        fires(1, "a@1", signal="first", per="1.5"),
        fires(2, "a@2", signal="first", per="2.5"),
        fires(2, identity("first", 2, "2.5"), signal="second"),
    ),
    timeline(
        "per time: the firing's own time stays the moment",
        library(
            signal("first", silent="5s", of="a", per="time"),
            signal("second", when="n >= 1767607205000"),
            features={"n": {"last": "time", "of": "signal.fired", "where": "properties.signal == 'first'"}},
        ),
        [at(0, "a"), tick(9)],
        fires(5, "a@0", signal="first", per="1767607200000"),
        fires(5, identity("first", 5, "1767607200000"), signal="second"),
    ),
    timeline(
        "per the signal's name: a chain of two, each named by itself",
        library(
            FIRST,
            signal("second", follow=[reads("first")], per="properties.signal"),
            signal("third", follow=[reads("second")]),
        ),
        [at(0, "a")],
        fires(0, "a@0", signal="first"),
        fires(0, identity("first", 0), signal="second", per="first"),
        fires(0, identity("second", 0, "first"), signal="third"),
    ),
    timeline(
        "a silence after a firing counts from the firing; before a touchpoint of that millisecond",
        library(
            signal("first", silent="5s", of="a"),
            signal("second", follow=[reads("first"), {"without": "b", "for": "10s"}]),
        ),
        [at(0, "a"), at(15, "b")],
        fires(5, "a@0", signal="first"),
        fires(15, identity("first", 5), signal="second"),
    ),
    timeline(
        "a firing by a late touchpoint is read at the clock, and isn't late itself",
        library(FIRST, signal("second", follow=[reads("first")]), signal("third", silent="5s", of="b")),
        [at(9, "c"), at(4, "a"), tick(60)],
        fires(9, "a@4", signal="first", late=True),
        fires(9, identity("first", 9), signal="second"),
    ),
    timeline(
        "at most one firing of an instance in a millisecond: of two that it reads the second makes none",
        library(signal("a1", follow=["a"]), signal("a2", follow=["a"]), signal("b", follow=[reads("a1", "a2")])),
        [at(0, "a")],
        fires(0, "a@0", signal="a1"),
        fires(0, "a@0", signal="a2"),
        fires(0, identity("a1", 0), signal="b"),
    ),
    timeline(
        "a window over firings empties by time alone; an edge of a chain isn't one of the record",
        library(
            FIRST,
            signal("second", when="n >= 1"),
            signal("third", when="n == 0"),
            features={"n": counts("first", over="10s")},
        ),
        [at(0, "a"), at(4, "a"), at(20, "b")],
        fires(0, "a@0", signal="first"),
        fires(0, identity("first", 0), signal="second"),
        fires(4, "a@4", signal="first"),
        fires(14, signal="third"),
    ),
    timeline(
        "'*' doesn't read firings, and a firing is no record: its id isn't remembered, `touchpoint.X` isn't at hand",
        library(
            FIRST,
            signal("every", when="n >= 2"),
            signal("hand", when="touchpoint.type == 'signal.fired' or touchpoint.properties.signal == 'first'"),
            signal("hand2", when="fired >= 1 and touchpoint.type == 'signal.fired'"),
            signal("second", follow=[reads("first")]),
            features={"n": {"count": "*"}, "fired": counts("first")},
        ),
        [at(0, "a"), at(1, "b", id=identity("first", 0))],
        fires(0, "a@0", signal="first"),
        fires(0, identity("first", 0), signal="second"),
        fires(1, identity("first", 0), signal="every"),
    ),
    timeline(
        "`again` counts firings, sent or not: of those it holds off none is read",
        library(
            signal("first", follow=["a"], again="5s"), signal("second", when="n >= 2"), features={"n": counts("first")}
        ),
        [at(0, "a"), at(4.999, "a"), at(5, "a")],
        fires(0, "a@0", signal="first"),
        fires(5, "a@5", signal="first"),
        fires(5, identity("first", 5), signal="second"),
    ),
    timeline(
        "a chain of three over a date, a hold and a score",
        library(
            signal("one", date={"of": "profile.x", "ahead": "1d"}),
            signal("three", when="heat > 1"),
            signal("two", when="n >= 1", hold="5s"),
            features={
                "n": counts("one"),
                "heat": {"score": {"signal.fired": 2}, "half_life": "10s", "where": "properties.signal == 'two'"},
            },
        ),
        [profile(0, x="2026-01-06"), tick(60)],
        fires(0, "profile.updated@0", signal="one"),
        fires(5, signal="two"),
        fires(5, identity("two", 5), signal="three"),
    ),
    timeline(
        "`if` and the named touchpoint of a chain see the firing",
        library(
            FIRST,
            signal(
                "second",
                when="n >= 1",
                if_="touchpoint.properties.signal == 'first' and touchpoint.type == 'signal.fired'",
            ),
            features={"n": counts("first")},
        ),
        [at(0, "a")],
        fires(0, "a@0", signal="first"),
        fires(0, identity("first", 0), signal="second"),
    ),
)
