"""One partition evaluated: slices, bad records, the partition record, the bounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import MARKER_KEY, DeadLetter, ForeignLog, Partition, Plan, Slice, decode_marker
from rules.bound import MAX_STATE
from rules.dues import Dues
from rules.evaluation import MAX_CHANGES, MAX_TIMERS
from rules.state import NEVER, State, decode_state, due_of, encode_state
from tests.rules.driving import plan_of

START = 1_767_607_200_000
SECOND = 1_000


class Record(NamedTuple):
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


def library(features: dict[str, Any], *signals: dict[str, Any]) -> dict[str, Any]:
    common = {"owner": "tests", "reason": "A test wants it.", "status": "live", "then": {"channel": "email"}}
    return {
        "library": {"name": "tests", "format": 1},
        "interactions": None,
        "features": features,
        "channels": {"email": {}},
        "signals": [{**common, **signal} for signal in signals],
    }


@pytest.fixture(scope="module")
def plan() -> Plan:
    basket = {"signal": "basket", "follow": ["basket.added", {"without": "order.placed", "for": "60s"}]}
    second = {"signal": "second", "when": "views >= 2"}
    return plan_of(library({"views": {"count": "viewed"}}, basket, second))


def touchpoint(offset: int, kind: str = "viewed", customer: str = "c", time: int | None = None, **more: Any) -> Record:
    at = START + offset if time is None else time
    body = {"id": f"t{offset}", "type": kind, "time": at, "customer": customer, **more}
    return Record(offset, at, customer.encode(), msgspec.json.encode(body))


def tick(offset: int, time: int) -> Record:
    return Record(offset, time, None, b'{"type":"clock.tick","time":%d}' % time)


def partition(plan: Plan, states: dict[bytes, bytes] | None = None) -> Partition:
    return Partition(plan, {} if states is None else states, number=0, log="log")


def run(partition: Partition, records: Sequence[Record]) -> list[Slice]:
    slices = []
    while records:
        done = partition.evaluate(records)
        partition.commit(done)
        slices.append(done)
        records = records[done.consumed :]
    return slices


def ids(slices: Iterable[Slice]) -> list[str]:
    return [msgspec.json.decode(one.value)["id"] for done in slices for one in done.decisions]


def letters(slices: Iterable[Slice]) -> list[DeadLetter]:
    return [letter for done in slices for letter in done.dead_letters]


BAD = {
    "not json": (b"c", b"nope", "not json", ""),
    "not an object": (b"c", b"[]", "wrong type", "$"),
    "not utf-8": (b"c", b'{"id":"a","type":"b","time":1,"customer":"\xff"}', "not utf-8", ""),
    "too deep": (b"c", b'{"properties":' + b'{"a":' * 9000 + b"1" + b"}" * 9000 + b"}", "too deep", ""),
    "too large": (b"c", b'"' + b"x" * 300_000 + b'"', "too large", ""),
    "a field of the wrong type": (b"c", b'{"id":1}', "wrong type", "$.id"),
    "attention above 1": (
        b"c",
        b'{"id":"a","type":"b","time":1,"customer":"c","attention":1.5}',
        "wrong type",
        "$.attention",
    ),
    "an empty id": (b"c", b'{"id":"","type":"b","time":1,"customer":"c"}', "wrong type", "$.id"),
    "a time before 1970": (b"c", b'{"id":"a","type":"b","time":-1,"customer":"c"}', "wrong time", "$.time"),
    "neither key nor value": (None, None, "no value", ""),
    "an empty key": (b"", b'{"id":"a","type":"b","time":1,"customer":"c"}', "no key", ""),
    "a key that isn't the customer": (
        b"d",
        b'{"id":"a","type":"b","time":1,"customer":"c"}',
        "wrong key",
        "$.customer",
    ),
    "a type that only the detector makes": (
        b"c",
        b'{"id":"a","type":"signal.fired","time":1,"customer":"c"}',
        "reserved type",
        "$.type",
    ),
    "a tick without a time": (None, b'{"type":"clock.tick"}', "wrong type", "$.time"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_record_is_a_dead_letter_and_leaves_the_others_alone(plan: Plan, name: str) -> None:
    key, value, reason, place = BAD[name]
    bad = Record(1, START + 1, key, value)
    slices = run(partition(plan), [touchpoint(0), bad, touchpoint(2)])
    assert [(one.offset, one.reason, one.place) for one in letters(slices)] == [(1, reason, place)]
    assert letters(slices)[0].value == value
    assert ids(slices) == [f"second:c:{START + 2}"]


def test_what_a_touchpoint_that_cannot_be_evaluated_did_is_undone(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [touchpoint(0), touchpoint(1, "broken"), touchpoint(2, customer="d"), touchpoint(3)]
    expected = run(partition(plan), [records[0], *records[2:]])
    follow = plan.matchers[min(plan.matchers)]

    def fail(state: State, *_: object) -> None:
        state.parts[follow.signal.key] = "half done"
        raise ZeroDivisionError("a bug")

    monkeypatch.setitem(plan.concerns, "broken", replace(plan.concern("broken"), sees=(fail,)))
    slices = run(partition(plan), records)
    assert [(one.offset, one.reason, one.detail) for one in letters(slices)] == [
        (1, "evaluation failed", "ZeroDivisionError: a bug")
    ]
    assert [done.decisions for done in slices] == [done.decisions for done in expected]


def test_a_timer_that_cannot_be_evaluated_is_dropped_and_stops_nothing(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow = next(iter(plan.matchers.values()))
    wake = follow.wake

    def sometimes(state: State, at: Any) -> None:
        if at.now == START + 60 * SECOND:
            raise ZeroDivisionError("a bug")
        wake(state, at)

    monkeypatch.setattr(follow, "wake", sometimes)
    baskets = [touchpoint(0, "basket.added", "a"), touchpoint(1, "basket.added", "b")]
    slices = run(partition(plan), [*baskets, tick(2, START + 100 * SECOND)])
    assert [(one.offset, one.reason) for one in letters(slices)] == [(2, "evaluation failed")]
    assert ids(slices) == [f"basket:b:{START + 60 * SECOND + 1}"]


def test_records_at_or_below_the_partition_record_are_passed_over(plan: Plan) -> None:
    states: dict[bytes, bytes] = {}
    records = [touchpoint(0), touchpoint(1)]
    run(partition(plan, states), records)
    again = run(partition(plan, states), [*records, touchpoint(2)])
    assert again[0].consumed == 3
    assert ids(again) == []
    assert decode_marker(states[MARKER_KEY]).offset == 2


def test_the_partition_record_is_the_last_change_even_where_no_state_changed(plan: Plan) -> None:
    done = partition(plan).evaluate([Record(7, START, b"c", b"nope")])
    assert [key for key, _ in done.changes] == [MARKER_KEY]
    assert decode_marker(done.changes[-1][1]).offset == 7


def test_states_of_another_log_are_refused(plan: Plan) -> None:
    states: dict[bytes, bytes] = {}
    run(partition(plan, states), [touchpoint(0)])
    with pytest.raises(ForeignLog, match="the states belong to the log 'log', not to 'other'"):
        Partition(plan, states, number=0, log="other")


def test_a_time_ahead_of_the_append_time_is_set_back_and_counted(plan: Plan) -> None:
    ahead = touchpoint(0)._replace(timestamp=START - 5 * SECOND)
    done = partition(plan).evaluate([ahead, touchpoint(1)._replace(timestamp=START)])
    assert (done.stats.set_back, done.stats.largest_skew) == (2, 5 * SECOND)
    assert ids([done]) == [f"second:c:{START}"]


def test_a_slice_ends_where_its_changelog_would_grow_too_large(plan: Plan) -> None:
    records = [touchpoint(at, customer=f"{at:0>200}") for at in range(3000)]
    slices = run(partition(plan), records)
    assert len(slices) > 1
    assert sum(done.consumed for done in slices) == 3000
    assert all(sum(len(key) + len(raw) for key, raw in done.changes) <= MAX_CHANGES * 1.1 for done in slices)


def test_a_tick_with_very_many_timers_goes_in_slices_and_is_repeated_until_done(plan: Plan) -> None:
    count = MAX_TIMERS * 2 + 100
    states: dict[bytes, bytes] = {}
    baskets = [touchpoint(at, "basket.added", f"c{at}") for at in range(count)]
    run(partition(plan, states), baskets)
    end = tick(count, START + 3600 * SECOND)
    slices = []
    while not slices or not slices[-1].consumed:  # a restart behind each slice changes nothing
        fresh = partition(plan, states)
        slices.append(fresh.evaluate([end]))
        fresh.commit(slices[-1])
    assert len(slices) >= 3
    fired = ids(slices)
    assert fired == [f"basket:c{at}:{START + at + 60 * SECOND}" for at in range(count)]


def test_stats_tell_what_became_of_touchpoints(plan: Plan) -> None:
    day = 24 * 3600 * SECOND
    records = [touchpoint(0), touchpoint(1, time=START + 2 * day), touchpoint(2, time=START + 2 * day - 1)]
    records += [touchpoint(3, time=START), records[0]._replace(offset=4)]
    stats = partition(plan).evaluate([one._replace(timestamp=START + 3 * day) for one in records]).stats
    assert (stats.late, stats.too_late, stats.duplicates) == (1, 1, 1)
    assert stats.touchpoints == {"viewed": 5}


@pytest.fixture(scope="module")
def greedy() -> Plan:
    """A library whose features keep very much."""
    features = {
        "by_product": {"count": "viewed", "over": "30d", "per": "product"},
        "spend": {"sum": "value", "of": "viewed", "over": "30d", "per": "brand"},
        "seen": {"distinct": "product", "of": "viewed"},
        "favourite": {"top": "product", "of": "viewed"},
    }
    return plan_of(library(features, {"signal": "s", "when": "by_product >= 3 and seen > 2", "per": "product"}))


def test_a_customer_beyond_all_measure_stays_bounded_and_the_same_in_any_batching(greedy: Plan) -> None:
    records = [
        touchpoint(at, product=f"{at % 150:0>100}", brand=f"{at % 90:0>300}", value=at, customer="busy")
        for at in range(4000)
    ]
    states: dict[bytes, bytes] = {}
    at_once = run(partition(greedy, states), records)
    assert len(states[b"busy"]) <= MAX_STATE
    in_parts: dict[bytes, bytes] = {}
    slices = []
    for at in range(0, len(records), 171):
        slices += run(partition(greedy, in_parts), records[at : at + 171])
    assert ids(slices) == ids(at_once)
    assert in_parts == states


@given(st.integers(0, 1 << 63))
def test_the_next_due_is_read_from_the_prefix_of_an_encoded_state(due: int) -> None:
    assert due_of(encode_state(State(due=due))) == due


def test_a_state_written_before_weights_were_kept_still_reads() -> None:
    old = msgspec.msgpack.encode([NEVER, START, b"", {}, {}, {}, [], 5])
    assert decode_state(old) == State(clock=START, library=5)


@given(st.lists(st.tuples(st.sampled_from([b"a", b"b", b"c"]), st.integers(0, 20) | st.just(NEVER)), max_size=30))
def test_the_index_of_dues_gives_every_due_in_order(moves: list[tuple[bytes, int]]) -> None:
    dues, real = Dues(), {}
    for key, due in moves:
        real[key] = due
        dues.moved(key, due)
    popped = []
    while (entry := dues.pop(10)) is not None:
        due, key = entry
        if real[key] == due:
            popped.append((due, key))
            real[key] = NEVER
        dues.moved(key, real[key])
    last = dict(moves)
    assert popped == sorted((due, key) for key, due in last.items() if due <= 10)
    assert dues.next is None or dues.next > 10


def test_types_that_nothing_names_share_what_they_concern(plan: Plan) -> None:
    made_up = [plan.concern(f"made.up.{at}") for at in range(5)]
    assert all(concern is made_up[0] for concern in made_up)
    assert plan.concern("viewed") is not made_up[0]
    assert not made_up[0].takes.features


def test_a_wildcard_is_found_for_types_that_nothing_names() -> None:
    wild = plan_of(
        library({"all": {"count": "content.*"}, "some": {"score": {"*": 1, "content.*": 2}, "half_life": "1h"}})
    )
    assert len(wild.concern("content.a").takes.features) == 2
    assert wild.concern("content.a") is wild.concern("content.b.c")
    assert len(wild.concern("other").takes.features) == 1
    assert wild.concern("clock.tick").takes.features == ()
