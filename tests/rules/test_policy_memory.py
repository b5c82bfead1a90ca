"""What is remembered of triggers: how little of it there is, how long, and what comes of two customers' memories."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules.plan import Plan
from rules.policy import chance, merge_policies
from rules.policy.decide import MOST_WAITING
from rules.remembered import MOST_TRIGGERS, decode_policy
from rules.state import State, decode_state
from tests.oracle.timelines.make import at, library, moment, on, profile, signal, tick
from tests.rules.driving import Output, Partition, drive, plan_of, records_of

Tree = dict[str, Any]
EACH = {"follow": ["a"]}
DAY = 86_400


def states_after(made: Tree, log: list[Tree]) -> tuple[Output, State]:
    appended = 0
    for record in log:
        appended = max(appended, record.get("_append", record["time"]))
        record.setdefault("_append", appended)
    output = drive(plan_of(made), log)
    return output, decode_state(output.states[b"c"])


def reasons(output: Output) -> list[str | None]:
    return [json.loads(decision.value)["reason"] for decision in output.decisions]


def test_nothing_is_remembered_where_nothing_can_come_of_it() -> None:
    _, state = states_after(library(signal(**EACH)), [at(0, "a")])
    assert state.policy == b""


def test_a_trigger_is_forgotten_when_no_cap_counts_it_any_more() -> None:
    made = library(signal(**EACH, cap={"count": 1, "over": "1d"}), signal("t", follow=["b"]))
    _, state = states_after(made, [at(0, "a")])
    (trigger,) = decode_policy(state.policy).triggers
    assert (trigger.signal, trigger.until) == ("s", moment(DAY))
    _, state = states_after(made, [at(0, "a"), at(DAY, "b")])
    assert state.policy == b""


def test_the_memory_of_triggers_is_bounded_and_then_nothing_goes() -> None:
    made = library(signal(**EACH, cap={"count": 100, "over": "1d", "per": "product"}))
    log = [at(number, "a", product=str(number)) for number in range(MOST_TRIGGERS + 2)]
    output, state = states_after(made, log)
    assert len(decode_policy(state.policy).triggers) == MOST_TRIGGERS
    assert reasons(output) == [None] * MOST_TRIGGERS + ["cap", "cap"]


def test_so_many_wait_and_no_more_and_carry_little() -> None:
    night, carried = on("2026-01-05T22:00"), {"large": "touchpoint.properties.text", "small": "touchpoint.product"}
    made = library(
        signal(**EACH, then={"channel": "email", "carry": carried}),
        channels={"email": {"quiet": {"from": "21:00", "to": "08:00"}}},
    )
    log = [at(night + n, "a", product="p", properties={"text": "x" * 1_020}) for n in range(MOST_WAITING + 1)]
    output, state = states_after(made, [*log, tick(on("2026-01-06T08:00"))])
    assert len(state.policy) < MOST_WAITING * 64 or not state.policy
    said = [json.loads(decision.value) for decision in output.decisions]
    assert [one["outcome"] for one in said] == ["deferred"] * MOST_WAITING + ["held"] + ["sent"] * MOST_WAITING
    assert said[MOST_WAITING]["detail"] == f"{MOST_WAITING} wait already, and no more may"
    carries = [json.loads(trigger.value)["data"]["carry"] for trigger in output.triggers]
    assert carries == [{"small": "p"}] * MOST_WAITING


def test_a_decision_says_what_the_library_asks_of_policy_alone() -> None:
    output, _ = states_after(library(signal(**EACH)), [at(0, "a")])
    plain = json.loads(output.decisions[0].value)
    assert not {"value", "cost", "content", "group", "loop", "at"} & plain.keys()
    made = library(
        signal(**EACH, group="g", then={"channel": "email", "content": "x"}),
        groups={"g": {}},
        segments={"fans": "n >= 1", "others": "not segment.fans"},
        features={"n": {"count": "a"}},
        channels={"email": {"cost": 0.5, "loops": ["nurturing"]}},
    )
    output, _ = states_after(made, [at(0, "a")])
    said = json.loads(output.decisions[0].value)
    names = ("value", "cost", "content", "group", "loop", "segments")
    assert [said[name] for name in names] == [1.0, 0.5, "x", "g", "nurturing", ["fans"]]
    assert json.loads(output.triggers[0].value)["data"]["group"] == "g"


def test_a_signal_that_is_gone_sends_nothing_of_what_waited() -> None:
    channels = {"email": {"quiet": {"from": "21:00", "to": "08:00"}}}
    made = library(signal(**EACH), channels=channels)
    output, _ = states_after(made, [at(on("2026-01-05T22:00"), "a", id="x")])
    later = plan_of(library(signal("other", **EACH), channels=channels))
    end = {**tick(on("2026-01-06T08:00")), "_append": moment(on("2026-01-06T08:00"))}
    partition = Partition(later, output.states, number=0, log="log")
    done = partition.evaluate([records_of([end])[0]._replace(offset=9)])
    (decision,) = [json.loads(one.value) for one in done.decisions]
    assert (decision["signal"], decision["outcome"], decision["reason"]) == ("s", "held", "status")
    assert (decision["detail"], done.triggers) == ("not in the library", [])


def test_two_memories_count_as_one_and_triggers_keep_their_ids() -> None:
    made = library(
        signal(**EACH, cap={"count": 5, "over": "1d"}), channels={"email": {"response": 0.1, "consent": "ok"}}
    )
    log = [profile(0, ok=True), at(1, "a"), at(2, "a")]
    _, ours = states_after(made, log)
    _, theirs = states_after(made, [profile(0, ok=True), at(1, "a")])
    both = decode_policy(merge_policies(ours.policy, theirs.policy, "cookie"))
    assert [(one.moment, one.of) for one in both.triggers] == [
        (moment(1), None),
        (moment(1), "cookie"),
        (moment(2), None),
    ]
    channel = plan_of(made).policy.channels["email"]
    assert abs(chance(both, channel, moment(2)) - 1 / 13) < 1e-8  # a second is little of 90 days
    assert merge_policies(ours.policy, b"", "cookie") == ours.policy


@pytest.mark.parametrize("first", ["x.done", "trigger.opened", "other", "y", "profile.updated"])
def test_policy_tells_types_apart_that_nothing_else_names(first: str) -> None:
    """What isn't named anywhere is worked out once for all: what may take a trigger back is not among it."""
    plan = plan_of(library(signal(**EACH, then={"channel": "email", "cancel_on": ["x.*", "y"]})))
    plan.concern(first)
    assert policed(plan, "x.done", "trigger.opened", "y", "profile.updated") == {True}
    assert policed(plan, "other", "z", "x") == {False}


def policed(plan: Plan, *names: str) -> set[bool]:
    return {plan.concern(name).policed for name in names}
