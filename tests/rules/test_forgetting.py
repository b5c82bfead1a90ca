"""Who is forgotten leaves nothing: neither in the states nor, by a deletion, in their changelog."""

from __future__ import annotations

from typing import Any

import pytest

from rules import MARKER_KEY, Partition, Plan, Slice
from rules.forgetting import FORGET
from rules.state import NEVER, State, decode_state
from tests.oracle.strategies import Tree
from tests.oracle.timelines.make import at, library, moment, signal, tick
from tests.rules.driving import Record, drive, plan_of, record_of
from tests.rules.linking.world import World
from tests.rules.switching.going import Going, switched

LIFE = 10
COUNTS = {"n": {"count": "a"}}


def plan_for(life: str, **more: Any) -> Plan:
    return plan_of(library(signal(when="n >= 2"), features=COUNTS, forget_after=life, **more))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_for(f"{LIFE}s")


def records(*log: Tree) -> list[Record]:
    appended = [{**record, "_append": record["time"]} for record in log]
    return [record_of(offset, record) for offset, record in enumerate(appended)]


def keys(done: Slice, *, gone: bool) -> list[bytes]:
    return [key for key, value in done.changes if (value is None) is gone]


def test_a_deletion_is_all_that_is_left(plan: Plan) -> None:
    states: dict[bytes, bytes] = {}
    partition = Partition(plan, states, number=0, log="log")
    log = records(at(0, "a"), at(1, "a", customer="d"), tick(LIFE))
    partition.commit(partition.evaluate(log[:2]))
    done = partition.evaluate(log)
    assert (keys(done, gone=True), keys(done, gone=False)) == ([b"c"], [MARKER_KEY])
    assert done.changes[-1][0] == MARKER_KEY
    assert done.stats.forgotten == 1
    partition.commit(done)
    assert states.keys() == {b"d", MARKER_KEY}
    assert partition.customers_waiting == 1


def test_who_comes_back_in_the_same_slice_begins_anew(plan: Plan) -> None:
    log = records(at(0, "a"), tick(LIFE), at(11, "a"), tick(12))
    states: dict[bytes, bytes] = {}
    partition = Partition(plan, states, number=0, log="log")
    done = partition.evaluate(log)
    partition.commit(done)
    assert keys(done, gone=True) == []
    assert decode_state(states[b"c"]).timers == {FORGET: moment(11 + LIFE)}
    assert partition.next_due == moment(11 + LIFE)


def test_records_do_not_move_the_timer(plan: Plan) -> None:
    output = drive(plan, [{**at(second, "a"), "_append": moment(second)} for second in range(9)])
    assert decode_state(output.states[b"c"]).due == moment(LIFE)


def test_what_fails_leaves_the_timers_as_they_were(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """The quick way is undone and gone again: the customer whose trouble it was has no other's."""
    states: dict[bytes, bytes] = {}
    partition = Partition(plan, states, number=0, log="log")
    log = records(at(0, "a"), at(1, "a", customer="d"), tick(LIFE), at(12, "a", customer="d"))
    partition.commit(partition.evaluate(log[:2]))
    note = State.note

    def failing(state: State, digest: bytes) -> bool:
        if state.clock == moment(1):
            raise RuntimeError("no")
        return note(state, digest)

    monkeypatch.setattr(State, "note", failing)
    done = partition.evaluate(log)
    assert [letter.offset for letter in done.dead_letters] == [3]
    assert keys(done, gone=True) == [b"c"]
    partition.commit(done)
    assert partition.next_due == moment(1 + LIFE)


def test_a_switch_to_a_shorter_time_holds_for_all_at_once() -> None:
    long, short = plan_for("100s"), plan_for("5s")
    log = [at(0, "a"), at(4, "a", customer="d"), switched(2, short, moment(6)), tick(7)]
    made = [{"_append": record["time"], **record} for record in log]
    gone = Going({1: long, 2: short}, made, first=1).run()
    assert gone.customers().keys() == {b"d"}
    longer = [at(0, "a"), switched(2, long, moment(3)), tick(7), tick(99)]
    made = [{"_append": record["time"], **record} for record in longer]
    assert Going({1: short, 2: long}, made, first=1).run().customers().keys() == {b"c"}


def test_a_switch_behind_which_some_are_forgotten_takes_over_the_others() -> None:
    old, new = plan_for("5s"), plan_for("4s")
    log = [at(0, "a"), at(3, "a", customer="d"), switched(2, new, moment(6)), tick(6.5)]
    made = [{"_append": record["time"], **record} for record in log]
    for cuts in ([], [1, 2, 3]):
        gone = Going({1: old, 2: new}, made, first=1).run(cuts)
        assert gone.customers().keys() == {b"d"}
        assert decode_state(gone.states[b"d"]).timers == {FORGET: moment(7)}


def test_nothing_waits_for_one_who_never_came(plan: Plan) -> None:
    assert State().due == NEVER
    assert Partition(plan, {}, number=0, log="log").next_due is None


def test_whose_identities_are_linked_is_still_known(plan: Plan) -> None:
    """All else is forgotten; what comes under the other id is the customer's as before, and counts anew."""
    world = World.of(plan, 1)
    world.publish(at(0, "a", customer="anon:1"))
    world.publish(
        {"id": "l", "type": "identity.linked", "time": moment(1), "customer": "anon:1", "properties": {"to": "c"}}
    )
    world.settle()
    world.publish(tick(1 + LIFE))
    world.settle()
    forgotten = world.states()["c"]
    assert (forgotten.parts, forgotten.clock, forgotten.timers) == ({}, -1, {})
    world.publish(at(20, "a", customer="anon:1"))
    world.settle()
    assert world.customer("anon:1") == "c"
    assert world.decisions == {}
    assert world.states()["c"].timers == {FORGET: moment(20 + LIFE)}
    world.publish(at(21, "a", customer="anon:1"))
    world.settle()
    assert list(world.decisions) == [f"s:c:{moment(21)} sent"]
