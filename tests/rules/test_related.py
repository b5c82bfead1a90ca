"""A firing for a person whom the profile names: through the log to that person, and decided there."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Partition, Plan, replay
from rules.related import MOST_RELATED, people
from tests.oracle.strategies import Tree
from tests.oracle.timelines.make import at, library, moment, profile, signal, tick
from tests.rules.driving import Record, plan_of, record_of
from tests.rules.linking.world import World


def addressing(**more: Any) -> dict[str, Any]:
    then = {"channel": "email", "to": "related.parent", "carry": {"n": "n"}}
    made = signal("told", **{"follow": ["a"], "value": 2.0, **more, "then": {**then, **more.get("then", {})}})
    own = signal("own", follow=["b"])
    return library(made, own, features={"n": {"count": "a"}})


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(addressing())


def lines(log: Sequence[Tree]) -> list[bytes]:
    return [orjson.dumps({name: value for name, value in record.items() if name != "_append"}) for record in log]


def replayed(plan: Plan, log: Sequence[Tree]) -> list[dict[str, Any]]:
    decisions = [one.value for done in replay(plan, lines(log)) for one in done.slice.decisions]
    return [json.loads(decision) for decision in decisions]


def triggers(plan: Plan, log: Sequence[Tree]) -> list[dict[str, Any]]:
    sent = [one.value for done in replay(plan, lines(log)) for one in done.slice.triggers]
    return [json.loads(trigger)["data"] | {"id": json.loads(trigger)["id"]} for trigger in sent]


NAMED = profile(0, related={"parent": "p"})


def test_the_person_gets_it_and_the_trigger_says_about_whom(plan: Plan) -> None:
    [trigger] = triggers(plan, [NAMED, at(1, "a")])
    assert trigger["id"] == f"told:p::c:{moment(1)}"
    said = {name: trigger[name] for name in ("customer", "about", "to", "touchpoints", "carry", "per")}
    expected = {"customer": "p", "about": "c", "to": "related.parent", "touchpoints": ["a@1"], "carry": {"n": 1}}
    assert said == {**expected, "per": None}


def test_one_decision_is_made_and_it_is_the_persons(plan: Plan) -> None:
    [decision] = replayed(plan, [NAMED, at(1, "a")])
    said = [decision[name] for name in ("customer", "about", "to", "outcome", "reason")]
    assert said == ["p", "c", "related.parent", "sent", None]


def test_all_whom_a_list_names_get_it(plan: Plan) -> None:
    named = profile(0, related={"parent": ["p", "q", "p", 7, ""]})
    assert [one["customer"] for one in replayed(plan, [named, at(1, "a")])] == ["p", "q"]


def test_at_most_eight_of_them() -> None:
    entry = [{"parent": [f"p{number}" for number in range(20)]}, 0]
    assert people({"related": entry}, "parent") == tuple(f"p{number}" for number in range(MOST_RELATED))


@pytest.mark.parametrize("related", [None, "p", {"child": "p"}, {"parent": None}, {"parent": []}, {"parent": 7}])
def test_where_nobody_is_named_it_is_held(plan: Plan, related: Any) -> None:
    [decision] = replayed(plan, [profile(0, related=related), at(1, "a")])
    said = [decision[name] for name in ("customer", "outcome", "reason", "detail")]
    assert said == ["c", "held", "no relation", "profile.related.parent names nobody"]


def test_what_the_customers_own_if_refuses_goes_nowhere() -> None:
    [decision] = replayed(plan_of(addressing(if_="profile.x")), [NAMED, at(1, "a")])
    assert (decision["customer"], decision["reason"]) == ("c", "if")


def test_a_shadow_is_decided_where_it_fired() -> None:
    [decision] = replayed(plan_of(addressing(status="shadow")), [NAMED, at(1, "a")])
    assert (decision["customer"], decision["reason"]) == ("c", "status")


def test_it_fires_by_time_too() -> None:
    made = plan_of(addressing(follow=["a", {"without": "b", "for": "5s"}]))
    [decision] = replayed(made, [NAMED, at(1, "a"), at(9, "c", customer="d")])
    assert decision["id"] == f"told:p::c:{moment(6)}"


def test_with_a_per_value_the_id_has_both() -> None:
    [decision] = replayed(plan_of(addressing(per="product")), [NAMED, at(1, "a", product="x:y")])
    assert decision["id"] == f"told:p:x%3Ay:c:{moment(1)}"
    assert decision["per"] == "x:y"


def test_one_that_comes_behind_the_persons_own_time_has_that_time(plan: Plan) -> None:
    log = [NAMED, at(9, "b", customer="p"), at(1, "a")]
    *_, decision = replayed(plan, log)
    assert (decision["id"], decision["late"]) == (f"told:p::c:{moment(1)}", True)
    assert decision["time"].endswith("10:00:09.000Z")


def test_one_who_is_addressed_by_two_hears_of_both(plan: Plan) -> None:
    log = [NAMED, profile(0, related={"parent": "p"}) | {"customer": "d"}, at(1, "a"), at(1, "a", customer="d")]
    assert [one["about"] for one in replayed(plan, log)] == ["c", "d"]


def test_two_who_name_each_other_do_not_go_round(plan: Plan) -> None:
    other = profile(0, related={"parent": "c"}) | {"customer": "p"}
    assert [one["customer"] for one in replayed(plan, [NAMED, other, at(1, "a")])] == ["p"]


def records(log: Sequence[Tree]) -> list[Record]:
    return [record_of(offset, {**record, "_append": record["time"]}) for offset, record in enumerate(log)]


def test_a_forward_that_comes_twice_is_decided_once(plan: Plan) -> None:
    partition = Partition(plan, {}, number=0, log="log")
    log = records([NAMED, at(1, "a"), tick(1)])
    first = partition.evaluate(log)
    again = Partition(plan, {}, number=0, log="log").evaluate(log)
    assert first.forwards == again.forwards
    [forward] = first.forwards
    partition.commit(first)
    twice = [Record(offset, moment(2), forward.key, forward.value) for offset in (3, 4)]
    done = partition.evaluate(twice)
    assert len(done.decisions) == 1
    assert done.stats.repeated == 1


def test_nobody_else_may_write_one(plan: Plan) -> None:
    forged = at(1, "signal.addressed", properties={"signal": "told", "about": "x"})
    done = Partition(plan, {}, number=0, log="log").evaluate(records([forged]))
    assert [letter.reason for letter in done.dead_letters] == ["reserved type"]


def test_one_of_a_signal_that_the_library_has_no_more_is_a_dead_letter(plan: Plan) -> None:
    log = records([NAMED, at(1, "a")])
    [forward] = Partition(plan, {}, number=0, log="log").evaluate(log).forwards
    other = Partition(plan_of(library(signal("own", follow=["b"]))), {}, number=0, log="log")
    done = other.evaluate([Record(0, moment(2), forward.key, forward.value)])
    assert [(letter.reason, letter.place) for letter in done.dead_letters] == [
        ("unknown signal", "$.properties.signal")
    ]


CRASHING = plan_of(addressing())
PEOPLE = ("c0", "c1", "c2", "c3")
HAPPENED = st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from("aaab")), min_size=1, max_size=12)


@settings(deadline=None, max_examples=60)
@given(HAPPENED, st.integers(0, 999))
def test_each_is_decided_once_whenever_workers_crash(happened: list[tuple[str, str]], seed: int) -> None:
    """Each names the next one, so that they go round in a circle; what is sent again is the same."""
    world, expected = World.of(CRASHING, 3), set()
    for number, one in enumerate(PEOPLE):
        other = PEOPLE[(number + 1) % len(PEOPLE)]
        world.publish({**profile(0, related={"parent": other}), "customer": one, "id": f"named-{one}"})
    for second, (one, kind) in enumerate(happened, 1):
        world.publish(at(second, kind, customer=one))
        other = PEOPLE[(PEOPLE.index(one) + 1) % len(PEOPLE)]
        fired = f"told:{other}::{one}:{moment(second)}" if kind == "a" else f"own:{one}:{moment(second)}"
        expected.add(f"{fired} sent")
    world.settle(random.Random(seed), crashes=0.3)
    assert world.decisions.keys() == expected
    assert not world.dead
    assert world.without_repeats().decisions == world.decisions


def test_a_person_who_is_an_alias_by_now_gets_it_as_the_customer(plan: Plan) -> None:
    link = {"id": "l", "type": "identity.linked", "time": moment(1), "customer": "z", "properties": {"to": "p"}}
    [decision] = replayed(plan, [profile(0, related={"parent": "z"}), link, at(2, "a")])
    assert (decision["customer"], decision["about"]) == ("p", "c")
