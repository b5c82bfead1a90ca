"""Values that had to go for want of room: the instances that watched them end without firing, their `again` too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules import Partition, Plan
from rules.state import State, decode_state, encode_state
from tests.oracle.timelines.make import at, fires, library, signal, tick, timeline
from tests.rules.driving import Output, consume, drive, plan_of, records_of

SEEN = {"seen": {"count": "a", "per": "product"}, "views": {"count": "a", "per": "product", "over": "10s"}}
FOUR = [at(n, "a", product=f"p{n}") for n in range(4)]


def after_halving(plan: Plan, log: list[dict[str, Any]], feature: str, later: list[dict[str, Any]]) -> list[str | None]:
    """The `per` values that fire by what comes later, where a feature had to let half of its values go between."""
    both = timeline("", {}, [*log, *later]).log
    states = drive(plan, both[: len(log)]).states
    state: State = decode_state(states[b"c"])
    plan.halve(state, next(one.key for one in plan.features if one.name == feature))
    states[b"c"] = encode_state(state)
    output = Output(states=states)
    consume(Partition(plan, states, number=0, log="log"), records_of(both)[len(log) :], output)
    return [json.loads(decision.value)["per"] for decision in output.decisions]


@pytest.mark.parametrize(
    ("body", "feature"),
    [
        ({"when": "seen >= 1", "hold": "20s"}, "seen"),
        ({"when": "views == 0"}, "views"),
        ({"when": "views == 0 and seen >= 1"}, "views"),
        ({"when": "views == 0 and seen >= 0"}, "seen"),
    ],
)
def test_instances_end_with_the_values_that_a_heavy_state_sheds(body: dict[str, str], feature: str) -> None:
    plan = plan_of(library(signal(**body, per="product"), features=SEEN))
    assert after_halving(plan, FOUR, feature, [tick(60)]) == ["p2", "p3"]


def test_again_of_a_living_instance_outlives_the_firings_of_a_hundred_others() -> None:
    """p is touched between them, so that its value stays; the others come, fire and go."""
    others = [at(1 + n / 10, "a", product=f"o{n}") for n in range(150)]
    kept = [at(1.05 + n, "a", product="p") for n in range(15)]
    log = sorted([at(0, "a", product="p"), *others, *kept], key=lambda record: record["time"])
    made = library(signal(when="touchpoint.value != 0 and seen >= 1", per="product", again="1m"), features=SEEN)
    for record in log:
        record["value"] = 1
    fired = [json.loads(one.value)["per"] for one in drive(plan_of(made), timeline("", made, log).log).decisions]
    assert fired == ["p", *(f"o{n}" for n in range(150))]


@pytest.mark.parametrize("pattern", [{"when": "seen >= 1"}, {"follow": ["a"]}])
def test_again_of_an_evicted_value_is_as_never_asked_for(pattern: dict[str, Any]) -> None:
    log = [at(0, "a", product="p"), *(at(1, "a", product=f"o{n}", id=str(n)) for n in range(100))]
    made = library(signal(**pattern, per="product", again="1m"), features={"seen": SEEN["seen"]})
    line = timeline("", made, [*log, at(2, "a", product="p")], fires(2))
    fired = [json.loads(one.value) for one in drive(plan_of(made), line.log).decisions]
    assert [(one["per"], one["id"].rpartition(":")[2]) for one in (fired[0], fired[-1])] == [
        ("p", str(line.log[0]["time"])),
        ("p", str(line.log[-1]["time"])),
    ]
