"""What is foretold comes true: an instance said to fire by time alone does so then, and not before."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from rules import Explainer, Life, Partition, Plan
from rules.explaining.explained import Instance, WhenNow
from rules.explaining.life import run_on
from rules.state import decode_state
from tests.oracle.strategies import libraries, logs
from tests.rules.driving import drive, plan_of

Standing = tuple[str, Instance]


def fired(plan: Plan, raw: bytes, customer: str, now: int) -> set[tuple[str, str | None, int]]:
    life = run_on(plan, Life(customer, now, None), raw, now)
    return {(one.signal, one.per, one.at) for one in life.fired}


def standing(plan: Plan, raw: bytes, customer: str) -> list[Standing]:
    state = decode_state(raw)
    explained = Explainer(plan).explain(Life(customer, state.clock, state))
    return [(signal.signal, instance) for signal in explained.signals for instance in signal.instances]


def check(plan: Plan, raw: bytes, customer: str) -> None:
    clock = decode_state(raw).clock
    for name, instance in standing(plan, raw, customer):
        due = instance.fires_at
        if due is not None and due > clock:
            assert (name, instance.per, due) in fired(plan, raw, customer, due)
            assert not {one for one in fired(plan, raw, customer, due - 1) if one[:2] == (name, instance.per)}
        if isinstance(instance.now, WhenNow):
            truth = plan.matcher_of(name).condition  # type: ignore[union-attr]
            state = decode_state(raw)
            assert instance.now.true == bool(truth(state.parts, state.profile, None, clock, instance.per))


@pytest.mark.parametrize("pattern", ["when", "follow", "silent"])
def test_what_fires_by_time_alone(pattern: str) -> None:
    @settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(libraries(pattern), logs())
    def comes_true(library: dict[str, Any], log: list[dict[str, Any]]) -> None:
        plan = plan_of(library)
        states = drive(plan, log).states
        for key, raw in states.items():
            if key != b"\0":
                check(plan, raw, key.decode())

    comes_true()


def test_a_partition_takes_up_where_the_explanation_leaves_off() -> None:
    """Explaining changes nothing: the state goes on as if nobody had asked."""
    library = {
        "library": {"name": "shop", "format": 1},
        "features": {},
        "channels": {},
        "signals": [
            {"signal": "one", "owner": "a", "reason": "b", "status": "live", "value": 1, "silent": "1h", "of": "view"}
        ],
    }
    plan = plan_of(library)
    body = {"id": "1", "type": "view", "time": 0, "customer": "ann"}
    states = drive(plan, [{**body, "_append": 0}], clock="log").states
    before = dict(states)
    standing(plan, states[b"ann"], "ann")
    fired(plan, states[b"ann"], "ann", 10**10)
    assert states == before
    assert json.loads(json.dumps(body)) == body
    assert Partition(plan, states, number=0, log="log", clock="log").next_due == 3_600_000
