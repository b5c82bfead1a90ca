"""Caps hold for one customer under many names: once links are read, what went under each of them counts for all."""

from __future__ import annotations

import random
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from rules import to_millis
from tests.rules.driving import plan_of
from tests.rules.linking.world import World

IDS = ["crm-1", "anon:1", "cookie:x", "device:7"]
MOST, OVER = 2, 20_000
CAP = {"count": MOST, "over": "20s"}


def library(where: str) -> dict[str, Any]:
    """One whose cap stands at that place."""
    frame = {"owner": "me", "reason": "r", "status": "live"}
    signals: list[dict[str, Any]] = [
        {"signal": "seen", **frame, "follow": ["view"], "group": "g", "then": {"channel": "email"}},
        {"signal": "gone", **frame, "silent": "3s", "of": "view", "group": "g", "then": {"channel": "email"}},
    ]
    made: dict[str, Any] = {
        "library": {"name": "capped", "format": 1, "groups": {"g": {}}},
        "channels": {"email": {}},
        "signals": signals,
    }
    match where:
        case "all":
            made["library"]["cap"] = CAP
        case "group":
            made["library"]["groups"]["g"] = {"cap": CAP}
        case "channel":
            made["channels"]["email"] = {"cap": CAP}
        case "signal":
            signals[0]["cap"] = CAP
            del signals[1]
    return made


@pytest.mark.parametrize("where", ["all", "group", "channel", "signal"])
@pytest.mark.parametrize("seed", range(12))
def test_no_cap_is_exceeded_by_the_names_of_one(where: str, seed: int) -> None:
    draw, ids = random.Random(f"{where} {seed}"), count()
    world, time = World.of(plan_of(library(where)), draw.randint(1, 3)), 1_000_000
    world.clock = draw.choice(["log", "wall"])

    def does(customer: str, kind: str, **more: Any) -> None:
        nonlocal time
        time += draw.choice([0, 500, 1_000, 4_000, 9_000])
        world.publish({"id": f"t{next(ids)}", "time": time, "customer": customer, "type": kind, **more})
        if draw.random() < 0.3:
            world.publish({"type": "clock.tick", "time": time})
        if draw.random() < 0.5:
            world.settle(draw, crashes=0.3)

    for _ in range(draw.randint(0, 12)):
        does(draw.choice(IDS), "view")
    links = [(IDS[at], draw.choice(IDS[:at])) for at in range(1, len(IDS))]
    for one, to in draw.sample(links, len(links)):
        does(one, "identity.linked", properties={"to": to})
    world.settle(draw, crashes=0.3)
    linked = time + 50 * 20  # forwards are appended a little later
    for _ in range(draw.randint(15, 25)):
        time = max(time, linked)
        does(draw.choice(IDS), "view")
    time += 10_000
    world.publish({"type": "clock.tick", "time": time})
    world.settle(draw, crashes=0.3)

    sent = sorted(to_millis(datetime.fromisoformat(one["time"])) for one in world.decisions.values() if went(one))
    assert any(moment >= linked for moment in sent)
    for moment in sent:
        if moment >= linked:
            assert sum(moment - OVER < other <= moment for other in sent) <= MOST


def went(decision: dict[str, Any]) -> bool:
    return bool(decision["outcome"] == "sent")
