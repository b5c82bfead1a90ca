"""Links in any order, over several partitions, with crashes between a forward and the state: none lost, none twice."""

from __future__ import annotations

import random
from itertools import count
from typing import Any

import pytest
from msgspec.structs import replace

from rules import Plan
from rules.links import canonical
from rules.state import State
from tests.rules.driving import plan_of
from tests.rules.linking.world import World

IDS = ["c-1", "c-2", "c-3", "anon:1", "anon:2", "cookie:x", "device:7"]
LIBRARY: dict[str, Any] = {
    "library": {"name": "shop", "format": 1},
    "channels": {"email": {}},
    "features": {
        "seen": {"count": "*"},
        "views": {"count": "view", "over": "1h"},
        "links": {"count": "identity.linked"},
        "spend": {"sum": "value", "of": "order"},
    },
    "signals": [
        {"signal": "keen", "owner": "me", "reason": "r", "status": "live", "when": "views >= 3"},
        {
            "signal": "left",
            "owner": "me",
            "reason": "r",
            "status": "live",
            "follow": ["basket", {"without": "order", "for": "10m"}],
            "then": {"channel": "email"},
        },
        {"signal": "quiet", "owner": "me", "reason": "r", "status": "live", "silent": "20m", "of": "view"},
    ],
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(LIBRARY)


def randomly(plan: Plan, seed: int, crashes: float, unlinks: bool = False) -> tuple[World, list[dict[str, Any]]]:
    """A log at random, read while it is written."""
    draw, ids, time = random.Random(seed), count(), 1_000_000
    world, published = World.of(plan, draw.randint(1, 4)), list[dict[str, Any]]()
    world.clock = draw.choice(["log", "wall"])
    for _ in range(draw.randint(5, 60)):
        time += draw.choice([0, 1_000, 60_000, 600_000])
        said: dict[str, Any] = {"id": f"t{next(ids)}", "time": time, "customer": draw.choice(IDS)}
        said["type"] = draw.choice(["view", "view", "basket", "order", "link", "link", "tick", "unlink"])
        if said["type"] == "link":
            said |= {"type": "identity.linked", "properties": {"to": draw.choice(IDS)}}
        elif said["type"] == "unlink":
            if not unlinks:
                continue
            said["type"] = "identity.unlinked"
        elif said["type"] == "tick":
            said = {"type": "clock.tick", "time": time}
        elif said["type"] == "order":
            said["value"] = draw.randint(1, 9)
        published.append(said)
        world.publish(said)
        if draw.random() < 0.1 and said["type"] != "clock.tick" and not unlinks:
            world.publish(said)  # a publisher tries again; one who was split off in between knows nothing of the first
        for _ in range(draw.randint(0, 2)):
            number = draw.randrange(len(world.shards))
            if world.unread(number):
                crash = draw.choice(["before", "after"]) if draw.random() < crashes else ""
                world.turn(number, draw.randint(1, 6), crash, draw.randint(0, 5))
    world.settle(draw, crashes)
    return world, published


def components(published: list[dict[str, Any]]) -> dict[str, str]:
    """By id the customer that all links together make of it."""
    of = {identity: identity for identity in IDS}
    for said in published:
        if said["type"] == "identity.linked":
            one, other = of[said["customer"]], of[said["properties"]["to"]]
            best = canonical(one, other)
            of = {identity: best if found in {one, other} else found for identity, found in of.items()}
    return of


def counted(plan: Plan, state: State, name: str) -> int:
    feature = next(one for one in plan.features if one.name == name)
    return int(feature.reader(own=False, literal=None)(state.parts, state.clock, None) or 0)


@pytest.mark.parametrize("seed", range(150))
def test_none_lost_none_twice(plan: Plan, seed: int) -> None:
    world, published = randomly(plan, seed, crashes=0.3)
    assert not world.dead
    customers, states = components(published), world.states()
    for identity in states:
        assert world.customer(identity) == customers[identity]
    for customer in set(customers.values()):
        own = [one for one in published if customers.get(one.get("customer", "")) == customer]
        touchpoints = [one for one in own if not one["type"].startswith("identity.")]
        state = states.get(customer)
        assert (counted(plan, state, "seen") if state else 0) == len(touchpoints)
        if state and (links := state.links):
            others = {identity for identity, found in customers.items() if found == customer} - {customer}
            assert set(links.identities) == others & states.keys()
            assert counted(plan, state, "links") == len(links.identities)


@pytest.mark.parametrize("seed", range(150))
def test_a_crash_changes_nothing(plan: Plan, seed: int) -> None:
    world, _ = randomly(plan, seed, crashes=0.4, unlinks=True)
    once = world.without_repeats()
    assert world.decisions == once.decisions
    assert _bare(world) == _bare(once)


def _bare(world: World) -> dict[str, State]:
    return {key: replace(state, weight=0) for key, state in world.states().items()}


@pytest.mark.parametrize("seed", range(60))
def test_ends_with_splits(plan: Plan, seed: int) -> None:
    world, published = randomly(plan, seed, crashes=0.3, unlinks=True)
    touchpoints = [one for one in published if not one["type"].startswith(("identity.", "clock."))]
    assert sum(counted(plan, state, "seen") for state in world.states().values()) == len(touchpoints)
