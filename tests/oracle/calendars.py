"""Random worlds of days: dates and time zones that change, midnights, clocks that change, 29 February.

Times lie on a grid of hours about the nights in which clocks change, a few milliseconds beside it now and then.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.oracle.conditions import ORDERS, joined
from tests.oracle.strategies import Tree, spelled, which

HOUR = 3_600_000  # ms
ZONES = ("Europe/Brussels", "America/New_York", "America/Havana", "Pacific/Kiritimati", "Asia/Kolkata", "Mars", None)
STARTS = ("2026-03-27", "2026-10-23", "2024-02-27", "2027-12-29", "2026-03-07", "2026-10-31")
DAYS = st.sampled_from(["1d", "2d", "3d", "30d"])
SPANS = st.sampled_from(["1h", "12h", "1d", "36h", "2d", "3d"])
FEATURES: Tree = {
    "seen": {"last": "time", "of": "a"},
    "own": {"last": "time", "of": "a", "per": "product"},
    "mine": {"count": "b", "over": "2d", "per": "product"},
    "views": {"count": ["a", "b"], "over": "1d"},
    "momentum": {"trend": "a", "over": "1d"},
    "heat": {"score": {"b": 1}, "half_life": "12h"},
}


# Libraries


@st.composite
def counted(draw: st.DrawFn, moment: str) -> str:
    """Days or hours of a moment beside a number."""
    if draw(st.booleans()) and moment == "profile.d":
        days = draw(st.sampled_from(["days_since(profile.d)", "days_until(profile.d)"]))
        return f"{days} {draw(st.sampled_from([*ORDERS, '==', '!=']))} {draw(st.integers(-2, 3))}"
    function = draw(
        st.sampled_from(["days_since({})", "days_until({})", "hours_since({}) / 24", "-days_since({}) * 2"])
    )
    return f"{function.format(moment)} {draw(st.sampled_from(ORDERS))} {draw(st.sampled_from([0, 1, 2, 0.5, -1.5]))}"


@st.composite
def conditions(draw: st.DrawFn, per: str | None) -> str:
    parts = [draw(counted("own"))] if per else []
    for _ in range(draw(st.sampled_from([1, 1, 2]))):
        others = ["momentum == 'rising'", "views >= 2", "views == 0", "heat > 0.5", "profile.x", "segment.near"]
        others += ["mine >= 1", "mine == 0"] if per else []
        part = counted(draw(st.sampled_from(["profile.d", "profile.d", "seen"])))
        parts.append(draw(st.one_of(part, part, st.sampled_from(others))))
    return draw(joined(parts))


@st.composite
def windows(draw: st.DrawFn) -> Tree:
    side = draw(st.sampled_from(["ahead", "ahead", "after"]))
    length = draw(st.one_of(DAYS, SPANS) if side == "ahead" else st.one_of(st.just("0d"), DAYS, SPANS))
    return spelled({"of": "profile.d", side: length, "yearly": draw(st.sampled_from([None, True]))})


@st.composite
def patterns(draw: st.DrawFn) -> Tree:
    kind = draw(st.sampled_from(["date", "date", "date", "when", "when", "when", "silent", "follow"]))
    if kind == "date":
        return {"date": draw(windows())}
    if kind == "silent":
        return {"silent": draw(SPANS), "of": "a"}
    if kind == "follow":
        fired = {"type": "signal.fired", "where": draw(which(["s0"]))}
        return {
            "follow": [draw(st.sampled_from(["a", "profile.updated", fired])), {"without": "a", "for": draw(SPANS)}]
        }
    per = draw(st.sampled_from([None, None, "product"]))
    hold = draw(st.none() | SPANS)
    return spelled({"when": draw(conditions(per)), "per": per, "hold": hold})


@st.composite
def signals(draw: st.DrawFn, name: str, pattern: Tree) -> Tree:
    return spelled(
        {
            "signal": name,
            "status": "live",
            **pattern,
            "again": draw(st.none() | st.none() | SPANS),
            "if": draw(st.sampled_from([None, None, "segment.near", "days_until(profile.d) >= 0"])),
            "then": {"channel": "email", "expires": "400d", "carry": {"days": "days_since(profile.d)"}},
        }
    )


@st.composite
def calendar_libraries(draw: st.DrawFn) -> Tree:
    """Three signals about dates and times; the first reads no firings."""
    first = draw(patterns().filter(lambda pattern: "follow" not in pattern))
    made = [draw(signals("s0", first)), *(draw(signals(f"s{n}", draw(patterns()))) for n in (1, 2))]
    zone = draw(st.sampled_from([None, "Europe/Brussels", "America/Havana"]))
    life = draw(st.sampled_from(["3650d", "3650d", "3650d", "3d", None]))
    catalogue = {"a": draw(st.sampled_from([{}, {"latency": "6h"}])), "b": {}}
    return {
        "library": spelled({"name": "calendar", "format": 1, "late_by": "1d", "time_zone": zone, "forget_after": life}),
        "interactions": draw(st.sampled_from([None, catalogue])),
        "features": FEATURES,
        "segments": {"near": draw(counted("profile.d"))},
        "channels": {"email": {}},
        "signals": made,
    }


# Logs

EVENTS = st.tuples(
    st.sampled_from(
        ["a", "a", "b", "clock.tick", "clock.tick", "profile.updated", "profile.updated", "profile.updated"]
    ),
    st.sampled_from([0, 1, 2, 5, 11, 13, 23, 24, 25, 48]),  # hours since the one before
    st.sampled_from([0, 0, 0, 0, 1, 1, -1]),  # ms beside the hour
    st.sampled_from([0, 0, 0, 0, 1, 12, 24, 26]),  # hours that its own time lies back
    st.sampled_from(["p", "q", None]),
    st.dictionaries(st.sampled_from(["d", "d", "d", "time_zone", "x"]), st.integers(0, 40), min_size=1, max_size=3),
)


def value_of(field: str, number: int, start: datetime) -> Any:
    """What a profile field changes to: a date near the start, in another year, an instant, or none."""
    if field == "x":
        return number % 2 == 0
    if field == "time_zone":
        return ZONES[number % len(ZONES)]
    if number > 37:
        return [None, "2024-02-29", "soon"][number - 38]
    day = start + timedelta(days=number // 3)
    shapes = [day.date().isoformat(), in_another_year(day.date()), day.replace(hour=number % 24).isoformat()]
    return shapes[number % 3]


def in_another_year(day: date) -> str:
    return f"{day.year - 2}-{day.month:02}-{min(day.day, 28):02}"


def calendar_log_of(start: str, events: list[tuple[str, int, int, int, str | None, dict[str, int]]]) -> list[Tree]:
    begin = datetime.fromisoformat(start).replace(tzinfo=UTC)
    now, log = int(begin.timestamp()) * 1000, []
    for place, (kind, hours, beside, back, product, changes) in enumerate(events):
        now += hours * HOUR
        record: Tree = {"type": kind, "time": now + beside - back * HOUR, "_append": max(now, now + beside)}
        if kind != "clock.tick":
            record |= {"id": str(place), "customer": "k"} | spelled({"product": product})
        if kind == "profile.updated":
            record["properties"] = {field: value_of(field, number, begin) for field, number in changes.items()}
        log.append(record)
    return log


def calendar_logs() -> SearchStrategy[list[Tree]]:
    """Logs over some weeks, and a tick a good year later."""
    year = ("clock.tick", 400 * 24, 0, 0, None, {})
    events = st.lists(EVENTS, min_size=8, max_size=25).map(lambda made: [*made, year])
    return st.builds(calendar_log_of, st.sampled_from(STARTS), events)
