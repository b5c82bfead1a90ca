"""The context beside the customers' states: kept, bounded, in dumps and plain files."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest

from rules import (
    CONTEXT_KEY,
    MARKER_KEY,
    BadRecord,
    Partition,
    Plan,
    decode_control,
    encode_context,
    read_context,
    replay,
)
from rules.context import MAX_CONTEXT, MOST_ENTRIES, Context
from rules.expression import ExpressionError, Scope, parse
from streams.log_dump import line
from tests.oracle.strategies import Tree
from tests.oracle.timelines.contexts import context
from tests.oracle.timelines.make import at, library, moment, signal, tick
from tests.rules.driving import Record, plan_of, record_of


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(library(signal(follow=["a"], if_="context.weather == 'rain'")))


def records(*log: Tree) -> list[Record]:
    return [record_of(offset, {"_append": record["time"], **record}) for offset, record in enumerate(log)]


def reasons(plan: Plan, lines: list[bytes], **how: Any) -> list[str | None]:
    decisions = [one.value for done in replay(plan, lines, **how) for one in done.slice.decisions]
    return [json.loads(decision)["reason"] for decision in decisions]


def test_it_is_a_key_of_the_changelog_and_known_after_a_restart(plan: Plan) -> None:
    states: dict[bytes, bytes] = {}
    partition = Partition(plan, states, number=0, log="log")
    done = partition.evaluate(records(context(1, weather="rain")))
    assert [key for key, _ in done.changes] == [CONTEXT_KEY, MARKER_KEY]
    partition.commit(done)
    assert partition.customers_waiting == 0
    again = Partition(plan, dict(states), number=0, log="log")
    assert len(again.evaluate([record_of(9, {**at(2, "a"), "_append": moment(2)})]).triggers) == 1


def test_two_partitions_of_one_plan_have_each_their_own(plan: Plan) -> None:
    one, other = (Partition(plan, {}, number=number, log="log") for number in (0, 1))
    one.commit(one.evaluate(records(context(1, weather="rain"))))
    other.commit(other.evaluate(records(context(1, weather="sun"))))
    asked = [record_of(9, {**at(2, "a"), "_append": moment(2)})]
    assert [len(partition.evaluate(asked).triggers) for partition in (one, other, one)] == [1, 0, 1]


def test_a_customer_cannot_have_its_key(plan: Plan) -> None:
    forged = records(at(0, "a", customer=CONTEXT_KEY.decode()))
    [letter] = Partition(plan, {}, number=0, log="log").evaluate(forged).dead_letters
    assert letter.reason == "wrong key"


def test_a_dump_of_it_replays_the_same(plan: Plan) -> None:
    class Dumped:
        def __init__(self, record: Record) -> None:
            self.partition = 0
            self.offset, self.timestamp, self.key, self.value = record

    log = records(at(0, "a"), context(1, weather="rain"), at(2, "a"), tick(3))
    lines = [line(Dumped(record)) for record in log]
    assert b'"key"' not in b"".join(lines), "that it has no key follows from its type"
    assert reasons(plan, lines) == ["if", None]


def test_a_plain_file_may_hold_it_with_times_as_text(plan: Plan) -> None:
    said = {"type": "context.updated", "time": "2026-01-05T10:00:01Z", "properties": {"weather": "rain"}}
    lines = [orjson.dumps(one) for one in (at(0, "a"), said, at(2, "a"))]
    assert reasons(plan, lines) == ["if", None]


def test_in_a_plain_file_what_is_due_before_it_fires_before_it() -> None:
    made = plan_of(library(signal(silent="5s", of="a", if_="context.weather == 'rain'")))
    assert reasons(made, [orjson.dumps(one) for one in (at(0, "a"), context(5.5, weather="rain"), at(9, "b"))]) == [
        "if"
    ]
    assert reasons(made, [orjson.dumps(one) for one in (at(0, "a"), context(5.4, weather="rain"), at(9, "b"))]) == [
        None
    ]


@pytest.mark.parametrize(
    ("record", "place", "reason"),
    [
        ({"time": 1}, "$.properties", "wrong type"),
        ({"properties": {}}, "$.time", "wrong time"),
        ({"time": -1, "properties": {}}, "$.time", "wrong time"),
        ({"time": 1, "properties": []}, "$.properties", "wrong type"),
        ({"time": 1, "properties": {"a\0b": 1}}, "$.properties", "wrong type"),
        ({"time": 1, "properties": {"a": {"\0": 1}}}, "$.properties", "wrong type"),
    ],
)
def test_what_is_none_is_a_dead_letter(plan: Plan, record: dict[str, Any], place: str, reason: str) -> None:
    raw = orjson.dumps({"type": "context.updated", **record})
    [letter] = Partition(plan, {}, number=0, log="log").evaluate([Record(0, 5, None, raw)]).dead_letters
    assert (letter.place, letter.reason) == (place, reason)


def test_what_was_changed_longest_ago_goes() -> None:
    kept, gone = Context().updated({f"n{number}": number for number in range(MOST_ENTRIES)}, 1)
    assert gone == 0
    kept, gone = kept.updated({"n0": "again", "new": {"a": 1, "b": 2}}, 2)
    assert gone == 2
    assert [name in kept.values for name in ("n0", "n1", "n2", "n3", "new")] == [True, False, False, True, True]


def test_it_is_at_most_64_kb() -> None:
    kept, gone = Context().updated({f"n{number}": "x" * 1_000 for number in range(100)}, 1)
    assert gone > 0
    assert len(kept.encoded()) <= MAX_CONTEXT
    assert "n99" in kept.values


def test_values_too_large_are_counted_and_removed() -> None:
    control = decode_control(encode_context({"a": "x" * 2_000, "b": {"c": ["y" * 2_000], "d": 1}}, 1))
    change = read_context(control)
    assert change.too_large == 2
    assert Context().updated(change.properties, change.time)[0].values == {"b": {"d": 1}}


def test_nothing_is_kept_of_a_record_that_is_refused() -> None:
    with pytest.raises(BadRecord):
        read_context(decode_control(b'{"type":"context.updated","time":1,"properties":{"a\\u0000":1}}'))


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("context.a == 1", "ask for the context in the signal's `if`"),
        ("context.a['b'][profile.c].d == 1", "ask for the context in the signal's `if`"),
    ],
)
def test_a_when_does_not_read_it(text: str, instead: str) -> None:
    assert parse(text, Scope("customer", {})).context == {"a"}
    with pytest.raises(ExpressionError) as refused:
        parse(text, Scope("customer", {}), timed=True)
    assert refused.value.mistakes[0].instead == instead
