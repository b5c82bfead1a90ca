"""Live and replay give the same: of a dumped log, whose forwards are in it, and of a plain file, whose aren't."""

from __future__ import annotations

import json
import random
from itertools import count
from typing import Any

import pytest

from rules import Clock, Plan, replay
from tests.rules.driving import plan_of
from tests.rules.linking.test_crashes import IDS, LIBRARY, randomly
from tests.rules.linking.world import World


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(LIBRARY)


def dumped(world: World) -> list[bytes]:
    """The log as `telltale log dump` writes it."""
    lines = []
    for number, shard in enumerate(world.shards):
        for record in shard.records:
            said = json.loads(record.value or b"")
            said["_log"] = {"partition": number, "offset": record.offset, "time": record.timestamp}
            lines.append(json.dumps(said).encode())
    return lines


def decisions(plan: Plan, lines: list[bytes], clock: Clock = "log") -> dict[str, dict[str, Any]]:
    made = [json.loads(one.value) for done in replay(plan, lines, clock) for one in done.slice.decisions]
    return {f"{one['id']} {one['outcome']}": one for one in made}


@pytest.mark.parametrize("seed", range(40))
def test_a_dumped_log(plan: Plan, seed: int) -> None:
    world, _ = randomly(plan, seed, crashes=0.3, unlinks=True)
    assert decisions(plan, dumped(world), world.clock) == world.decisions


@pytest.mark.parametrize("seed", range(40))
def test_a_plain_file(plan: Plan, seed: int) -> None:
    draw, ids, time, lines = random.Random(seed), count(), 1_000_000, list[dict[str, Any]]()
    for _ in range(40):
        time += draw.choice([0, 1_000, 60_000, 600_000])
        kind = draw.choice(["view", "view", "basket", "order", "identity.linked", "identity.unlinked"])
        said = {"id": f"t{next(ids)}", "time": time, "customer": draw.choice(IDS), "type": kind}
        lines.append(said | ({"properties": {"to": draw.choice(IDS)}} if kind == "identity.linked" else {}))
    world, latest = World.of(plan, 1), 0
    for said in lines:
        world.publish({"type": "clock.tick", "time": max(latest - 500, 0)})
        world.publish(said)
        world.settle()
        latest = max(latest, said["time"])
    world.publish({"type": "clock.tick", "time": latest})
    world.settle()
    assert decisions(plan, [json.dumps(one).encode() for one in lines]) == world.decisions
    assert world.decisions
