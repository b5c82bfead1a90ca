"""A signal that hasn't fired before a link fires behind it as it would had it always been one customer."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules import Plan
from tests.oracle.strategies import ORIGIN, PROFILES, SECOND, TOUCHPOINTS, catalogues, patterns
from tests.rules.driving import plan_of
from tests.rules.linking.world import World

KEPT = 8  # touchpoints that a follow reads again
FEW = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
LINK = {"type": "identity.linked", "customer": "l", "id": "link", "properties": {"to": "k"}}


@st.composite
def happenings(draw: st.DrawFn, most: int) -> list[dict[str, Any]]:
    """What two do, `after` seconds one after the other; some of it is told late."""
    events = draw(st.lists(st.one_of(TOUCHPOINTS, TOUCHPOINTS, TOUCHPOINTS, PROFILES), max_size=most))
    return [
        {
            **event,
            "customer": draw(st.sampled_from(["k", "l"])),
            "after": draw(st.sampled_from([0, 0, 1, 1, 2])),
            "back": draw(st.sampled_from([0, 0, 0, 1, 2])),
        }
        for event in events
    ]


def timed(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All of it with the link in between, each at a millisecond of its own."""
    log, now, latest = list[dict[str, Any]](), ORIGIN, ORIGIN
    for place, event in enumerate([*before, None, *after]):
        if event is None:
            log.append({**LINK, "time": latest})
            continue
        now += event["after"] * SECOND
        time = now - event["back"] * SECOND + place
        latest = max(latest, time)
        log.append({**{k: v for k, v in event.items() if k not in {"after", "back"}}, "id": str(place), "time": time})
    return log


def decided(plan: Plan, log: list[dict[str, Any]], link: int) -> tuple[set[str], dict[str, list[Any]]]:
    """The signals of which something is decided up to the link, by timers due by then too; all decisions by signal."""
    world, early = World.of(plan, 1), set[str]()
    for place, said in enumerate(log):
        world.publish(said)
        world.settle()
        if place == link:
            early = {one["signal"] for one in world.decisions.values()}
    world.publish({"type": "clock.tick", "time": ORIGIN + 3_600 * SECOND})
    world.settle()
    assert not world.dead
    made: dict[str, list[Any]] = {}
    for one in world.decisions.values():
        made.setdefault(one["signal"], []).append((one["per"], one["time"], one["late"], one["outcome"]))
    return early, made


@st.composite
def follows(draw: st.DrawFn) -> dict[str, Any]:
    """Plain ones, of which both soon do some steps."""
    types = st.sampled_from(["a", "b", "c.x", "*"])
    steps: list[Any] = draw(st.lists(types, min_size=2, max_size=3))
    if draw(st.booleans()):
        steps.append({"without": draw(types), "for": "20s"})
    return {"follow": steps, "restart": draw(st.sampled_from(["first", "latest"]))}


@st.composite
def trees(draw: st.DrawFn) -> dict[str, Any]:
    """Libraries of signals that read nothing of one another."""
    common = {"owner": "me", "reason": "r", "status": "live"}
    others = [draw(patterns({}, (), kind)) for kind in ("follow", "silent", "silent", "date")]
    made = [*(draw(follows()) for _ in range(4)), *others]
    signals = [{"signal": f"s{at}", **common, **pattern} for at, pattern in enumerate(made)]
    library = {"name": "random", "format": 1, "late_by": "1h"}
    return {"library": library, "interactions": draw(catalogues()), "signals": signals}


def checked(tree: dict[str, Any], before: list[dict[str, Any]], after: list[dict[str, Any]]) -> int:
    """How many signals fire by what both did, each as it does of one customer."""
    plan, log = plan_of(tree), timed(before, after)
    one = [{**said, "customer": "k"} | ({"type": "trigger.none"} if said["id"] == "link" else {}) for said in log]
    early, linked = decided(plan, log, len(before))
    always_early, always = decided(plan, one, len(before))
    later = {signal["signal"] for signal in tree["signals"]} - early - always_early
    assert {name: linked.get(name) for name in later} == {name: always.get(name) for name in later}
    return len(later & linked.keys())


@FEW
@given(tree=trees(), before=happenings(KEPT), after=happenings(6))
def test_as_one(tree: dict[str, Any], before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    checked(tree, before, after)
