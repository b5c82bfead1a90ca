"""Random worlds in which policy has much to say: caps, groups, quiet hours, consent, channels, what is taken back.

Quiet hours begin and end on the minutes about the log's first one, so that what waits goes within it.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.oracle.busy import KINDS, SHORT, first_ones, patterns, sometimes
from tests.oracle.strategies import ORIGIN, SECOND, Tree, catalogues, lateness, spelled

CHANNELS = ("email", "push", "sms")
HOURS = [("09:58", "10:01"), ("10:00", "10:02"), ("10:01", "10:02"), ("23:00", "10:01"), ("10:02", "10:00")]
FIELDS = st.sampled_from([None, None, "product", "value"])
OUTCOMES = ("opened", "clicked", "converted", "failed", "refused", "delivered")
ZONES = ("Asia/Kolkata", "Europe/Brussels", "UTC", None)


# Libraries


@st.composite
def caps(draw: st.DrawFn) -> Any:
    def one() -> Tree:
        return spelled({"count": draw(st.sampled_from([1, 1, 2, 3])), "over": draw(SPANS), "per": draw(FIELDS)})

    return draw(st.sampled_from([one(), one(), [one(), one()]]))


SPANS = st.sampled_from(["1s", "3s", "5s", "20s", "1m", "5m"])
MAYBE_CAPS = st.one_of(st.none(), st.none(), caps())


@st.composite
def quiet_hours(draw: st.DrawFn) -> Tree:
    begin, end = draw(st.sampled_from(HOURS))
    return spelled({"from": begin, "to": end, "then": draw(st.sampled_from([None, "defer", "defer", "drop"]))})


@st.composite
def channels(draw: st.DrawFn) -> Tree:
    return spelled(
        {
            "cost": draw(st.sampled_from([None, 0.02, 0.5])),
            "consent": draw(st.sampled_from([None, None, "ok", "ways.mail"])),
            "quiet": draw(st.one_of(st.none(), quiet_hours(), quiet_hours())),
            "cap": draw(MAYBE_CAPS),
            "response": draw(st.sampled_from([None, 0.1, 0.5])),
            "rest": draw(sometimes(st.builds(lambda after, time: {"after": after, "for": time}, FEW, SPANS))),
        }
    )


FEW = st.integers(1, 2)


@st.composite
def asks(draw: st.DrawFn) -> Tree:
    """What a firing asks for."""
    several = st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=3, unique=True)
    return spelled(
        {
            "channel": draw(st.one_of(st.sampled_from(["email", "best", "push", "sms", None]), several, several)),
            "content": draw(st.sampled_from([None, "x", "y"])),
            "expires": draw(st.sampled_from(["5s", "1m", "2m", "1h", "1h"])),
            "carry": {"product": "touchpoint.product", "x": "profile.x"},
        }
    )


@st.composite
def signals(draw: st.DrawFn, name: str) -> Tree:
    pattern = draw(st.sampled_from(["often", "often", "follow", "silent"]))
    then = draw(asks())
    if "channel" in then:
        then |= spelled({"cancel_on": draw(st.sampled_from([None, "a", "b", ["b", "c"]]))})
    return spelled(
        {
            "signal": name,
            "status": draw(st.sampled_from(["live"] * 9 + ["shadow"])),
            "value": draw(st.sampled_from([1.0, 1.0, 2.0, 0.5])),
            **(draw(first_ones()) if pattern == "often" else draw(patterns(pattern, {}, ()))),
            "again": draw(sometimes(SHORT)),
            "if": draw(sometimes(st.just("profile.x or not exists(profile.x)"))),
            "unless": draw(st.sampled_from([None, None, "profile.x", "touchpoint.value > 1", "f0 >= 3"])),
            "group": draw(st.sampled_from([None, "g", "g", "h"])),
            "cap": draw(MAYBE_CAPS),
            "holdout": draw(sometimes(st.just(0.5))),
            "purpose": draw(sometimes(st.just("m"))),
            "then": then,
        }
    )


@st.composite
def policed_libraries(draw: st.DrawFn) -> Tree:
    settings = {
        "groups": {"g": spelled({"cap": draw(MAYBE_CAPS)}), "h": {"by": "response"}},
        "cap": draw(MAYBE_CAPS),
        "content_again": draw(st.sampled_from([None, "5s", "1m"])),
        "time_zone": draw(sometimes(st.just("Asia/Kolkata"))),
    }
    return {
        "library": {"name": "policed", "format": 1, **draw(lateness()), **spelled(settings)},
        "interactions": draw(catalogues()),
        "features": {"f0": {"count": "a", "over": "5s"}},
        "channels": {name: draw(channels()) for name in CHANNELS},
        "signals": [draw(signals(f"s{n}")) for n in range(4)],
    }


# Logs

EVENTS = st.tuples(
    st.one_of(KINDS, KINDS, st.sampled_from(["clock.tick", "profile.updated", "outcome"])),
    st.sampled_from([0, 1, 1, 2, 3, 5, 20]),  # seconds since the one before
    st.sampled_from([0, 0, 0, 0, 0, 1, 2, 3, 5, 8]),  # seconds that its own time lies back
    st.sampled_from(["p", "q", None]),
    st.sampled_from([1, 2, -1]),
    st.sampled_from(["k", "k", "k", "l"]),
    st.integers(0, 60),
)
AGREES = {"ok": True, "ways": {"mail": True}, "consent": {"m": True}}


def changed(number: int) -> Tree:
    """What a profile changes to."""
    changes: list[Tree] = [
        {"x": number % 2 == 0},
        {"ok": [True, False, None, "yes"][number % 4]},
        {"ways": {"mail": number % 2 == 0}},
        {"consent": {"m": number % 2 == 0}},
        {"time_zone": ZONES[number % 4]},
    ]
    return changes[number // 4 % 5]


def policed_log_of(happened: list[tuple[str, int, int, str | None, int, str, int]]) -> list[Tree]:
    """A log whose customers agree to all at first."""
    now = ORIGIN
    log: list[Tree] = [
        {
            "type": "profile.updated",
            "time": now,
            "_append": now,
            "id": f"-{name}",
            "customer": name,
            "properties": AGREES,
        }
        for name in ("k", "l")
    ]
    for place, (kind, after, back, product, value, customer, number) in enumerate(happened):
        now += after * SECOND
        record: Tree = {"type": kind, "time": now - back * SECOND, "_append": now}
        if kind != "clock.tick":
            record |= {"id": str(place), "customer": customer, "value": value} | spelled({"product": product})
        if kind == "profile.updated":
            record["properties"] = changed(number)
        if kind == "outcome":
            named = f"s{number % 4}:{customer}:{now - number // 4 % 5 * SECOND}"
            record |= {"type": f"trigger.{OUTCOMES[number % 6]}", "properties": {"trigger": named}}
        log.append(record)
    late = {"type": "clock.tick", "time": now + 3_600_000, "_append": now + 3_600_000}
    return [*log, late]


def policed_logs() -> SearchStrategy[list[Tree]]:
    return st.lists(EVENTS, min_size=15, max_size=40).map(policed_log_of)
