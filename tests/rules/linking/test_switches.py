"""Links while libraries change: states of another library are taken up, and nothing happens to an alias."""

from __future__ import annotations

from typing import Any

import pytest

from rules import Partition, Plan, encode_switch
from rules.state import NEVER
from tests.rules.driving import plan_of
from tests.rules.linking.world import World

LINK = {"type": "identity.linked", "properties": {"to": "ann"}}


def plan(over: str, when: str) -> Plan:
    signal = {"signal": "s", "owner": "me", "reason": "r", "status": "live", "when": when}
    features: dict[str, Any] = {"views": {"count": "view"}, "recent": {"count": "view", "over": over}}
    return plan_of({"library": {"name": "shop", "format": 1}, "features": features, "signals": [signal]})


OLD, NEW = plan("1h", "recent >= 9"), plan("2h", "days_since('1970-02-01') >= 1 and not exists(profile.x)")


def read(plan_: Plan, world: World, name: str) -> int:
    feature, state = next(one for one in plan_.features if one.name == name), world.states()["ann"]
    return int(feature.reader(own=False, literal=None)(state.parts, state.clock, None))


@pytest.mark.parametrize(("old", "new"), [(OLD, NEW), (NEW, OLD)], ids=["to a newer library", "to an older one"])
def test_a_state_of_another_library(old: Plan, new: Plan) -> None:
    world = World.of(old, 2)
    number = world.place(b"ann")
    assert number != world.place(b"anon:1")
    shard = world.shards[number]
    shard.partition = Partition(new, shard.states, number=number, log="log", clock="log")
    for at, customer in enumerate(["anon:1", "anon:1", "ann"]):
        world.publish({"id": str(at), "time": at, "customer": customer, "type": "view"})
    world.publish({**LINK, "id": "l", "time": 9, "customer": "anon:1"})
    world.settle()
    assert not world.dead
    assert (read(new, world, "views"), read(new, world, "recent")) == (3, 1)  # of what both libraries keep alike


def test_an_alias_at_a_switch() -> None:
    world = World.of(OLD, 1)
    world.publish({"id": "1", "time": 1, "customer": "anon:1", "type": "view"})
    world.publish({**LINK, "id": "l", "time": 9, "customer": "anon:1"})
    world.settle()
    world.append(0, None, encode_switch(7, NEW.library.digest, 10, None), 10)
    world.started(0).prepare(7, NEW)
    world.settle()
    assert {key: state.due < NEVER for key, state in world.states().items()} == {"ann": True, "anon:1": False}
    world.plan = NEW
    world.publish({"id": "2", "time": 20, "customer": "anon:1", "type": "view"})
    world.publish({"type": "clock.tick", "time": 2_851_200_000})
    world.settle()
    assert not world.dead
    assert read(NEW, world, "views") == 2
    assert [one["customer"] for one in world.decisions.values()] == ["ann"]
