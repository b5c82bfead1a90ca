"""What a switch of the library does to one partition, by hand-made logs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules import MARKER_KEY, Partition, Plan, Switch, decode_marker, encode_switch, library_of
from rules.forgetting import FORGET
from rules.state import decode_state
from tests.rules.driving import plan_of
from tests.rules.switching.going import Gone, go, ids, records_of, switched, told
from tests.rules.test_whole_language import DAY, HOUR, SECOND, START, library, profile, tick, touchpoint

MINUTE = 60 * SECOND
KEEN = {"signal": "keen", "when": "views >= 2"}
GONE = {"signal": "gone", "silent": "60s", "of": "viewed"}
VIEWS = {"views": {"count": "viewed"}}


def plan(*signals: dict[str, Any], features: dict[str, Any] | None = None, **more: Any) -> Plan:
    return plan_of(library(*signals, features=features, **more))


def to(sequence: int, new: Plan, at: int, warm_from: int | None = None) -> dict[str, Any]:
    return switched(sequence, new, START + at, None if warm_from is None else START + warm_from)


def fired(gone: Gone) -> list[tuple[str, int]]:
    """(signal, ms since START) of the triggers, in order."""
    said = [one.rpartition(":") for one in ids(gone.triggers)]
    return [(name.partition(":")[0], int(moment) - START) for name, _, moment in said]


def everywhere(plans: list[Plan], log: list[dict[str, Any]]) -> Gone:
    """The same at once, record by record, and restarted before every slice."""
    gone = go(plans, log)
    every = range(200)
    for again in (
        go(plans, log, cuts=every),
        go(plans, log, cuts=every, restarts=every),
        go(plans, log, restarts=every),
    ):
        assert (again.decisions, again.triggers, again.states) == (gone.decisions, gone.triggers, gone.states)
    return gone


def test_the_new_library_decides_from_the_switch_on() -> None:
    old, new = plan(KEEN, features=VIEWS), plan({**KEEN, "when": "views >= 3"}, features=VIEWS)
    log = [touchpoint(0, "viewed"), to(1, new, 1), touchpoint(2, "viewed"), touchpoint(3, "viewed")]
    gone = everywhere([old, new], log)
    assert fired(gone) == [("keen", 3)]
    assert [one["library"] for one in told(gone.decisions)] == [new.version]
    assert library_of(gone.states[MARKER_KEY]) == 1
    assert decode_marker(gone.states[MARKER_KEY]).digest == new.digest


def test_a_part_whose_definition_stays_keeps_its_value() -> None:
    plans = [plan(KEEN, features=VIEWS), plan(KEEN, GONE, features=VIEWS)]
    log = [touchpoint(0, "viewed"), to(1, plans[1], 1), touchpoint(2, "viewed")]
    assert fired(everywhere(plans, log)) == [("keen", 2)]


def test_a_part_whose_definition_changes_begins_empty() -> None:
    plans = [plan(KEEN, features=VIEWS), plan(KEEN, features={"views": {"count": "viewed", "over": "1h"}})]
    log = [touchpoint(0, "viewed"), to(1, plans[1], 1), touchpoint(2, "viewed"), touchpoint(3, "viewed")]
    assert fired(everywhere(plans, log)) == [("keen", 3)]


@pytest.mark.parametrize("sequence", [0, 1])
def test_an_equal_or_older_library_is_passed_over(sequence: int) -> None:
    plans = [plan(GONE), plan()]
    log = [touchpoint(0, "viewed"), to(sequence, plans[sequence], 2 * MINUTE)]
    partition = Partition(plans[0], {}, number=0, log="log", library=1)
    done = partition.evaluate(records_of(log))
    assert (done.consumed, done.awaiting, done.switched, done.decisions) == (2, None, None, [])


def test_timers_due_by_the_switch_fire_under_the_old_library() -> None:
    plans = [plan(GONE), plan()]
    gone = everywhere(plans, [touchpoint(0, "viewed"), to(1, plans[1], 2 * MINUTE)])
    assert fired(gone) == [("gone", MINUTE)]
    assert told(gone.decisions)[0]["library"] == plans[0].version


def test_a_switch_counts_no_later_than_its_append_time() -> None:
    plans = [plan(GONE), plan(GONE, KEEN, features=VIEWS)]
    early = switched(1, plans[1], START + 2 * MINUTE, append=START + MINUTE - 1)
    assert fired(everywhere(plans, [touchpoint(0, "viewed"), early])) == []
    in_time = switched(1, plans[1], START + 2 * MINUTE, append=START + MINUTE)
    assert fired(everywhere(plans, [touchpoint(0, "viewed"), in_time])) == [("gone", MINUTE)]


def test_the_timer_of_a_removed_signal_fires_no_more() -> None:
    plans = [plan(GONE), plan(KEEN, features=VIEWS)]
    gone = everywhere(plans, [touchpoint(0, "viewed"), to(1, plans[1], 1), tick(DAY)])
    assert fired(gone) == []
    assert decode_state(gone.states[b"c"]).timers.keys() == {FORGET}


def test_a_timer_that_stays_fires_by_the_new_library() -> None:
    plans = [plan(GONE), plan(GONE, KEEN, features=VIEWS)]
    gone = everywhere(plans, [touchpoint(0, "viewed"), to(1, plans[1], 1), tick(DAY)])
    assert [one["library"] for one in told(gone.decisions)] == [plans[1].version]


def test_what_is_true_at_the_switch_counts_as_true_before() -> None:
    few = {"signal": "few", "when": "views_1m < 2"}
    quiet = {"views_1m": {"count": "viewed", "over": "60s"}}
    plans = [plan(features=quiet), plan(few, features=quiet)]
    log = [touchpoint(0, "viewed"), to(1, plans[1], 1), tick(30 * SECOND)]
    assert fired(everywhere(plans, log)) == []
    log = [touchpoint(0, "viewed"), touchpoint(1, "viewed"), to(1, plans[1], 2), tick(2 * MINUTE)]
    assert fired(everywhere(plans, log)) == [("few", MINUTE)]


def test_what_turned_true_between_the_last_record_and_the_switch_counts_as_true_before() -> None:
    few = {"signal": "few", "when": "views_1m < 2"}
    quiet = {"views_1m": {"count": "viewed", "over": "60s"}}
    plans = [plan(features=quiet), plan(few, features=quiet)]
    log = [touchpoint(0, "viewed"), touchpoint(1, "viewed"), to(1, plans[1], 3 * MINUTE), tick(9 * MINUTE)]
    assert fired(everywhere(plans, log)) == []


def test_a_new_date_fires_by_time_alone_for_one_who_does_nothing_more() -> None:
    renewal = {"signal": "renewal", "date": {"of": "profile.until", "ahead": "1d"}}
    plans = [plan(KEEN, features=VIEWS), plan(KEEN, renewal, features=VIEWS)]
    log = [profile(0, until="2026-01-08"), to(1, plans[1], HOUR), tick(3 * DAY)]
    assert fired(everywhere(plans, log)) == [("renewal", 2 * DAY)]


def test_a_date_whose_window_is_open_at_the_switch_stood_before() -> None:
    renewal = {"signal": "renewal", "date": {"of": "profile.until", "ahead": "3d"}}
    plans = [plan(KEEN, features=VIEWS), plan(KEEN, renewal, features=VIEWS)]
    log = [profile(0, until="2026-01-06"), to(1, plans[1], HOUR), tick(3 * DAY)]
    assert fired(everywhere(plans, log)) == []


def test_a_new_condition_that_time_turns_fires_by_time_alone() -> None:
    cold = {"signal": "cold", "when": "views_1h == 0"}
    views = {"views_1h": {"count": "viewed", "over": "1h"}}
    plans = [plan({"signal": "hot", "when": "views_1h >= 5"}, features=views), plan(cold, features=views)]
    log = [touchpoint(0, "viewed"), to(1, plans[1], MINUTE), tick(2 * HOUR)]
    assert fired(everywhere(plans, log)) == [("cold", HOUR)]


def test_a_lazy_customer_goes_over_several_libraries_at_once() -> None:
    a = plan(KEEN, features=VIEWS)
    b = plan(features={"spend": {"sum": "value", "of": "order"}})
    log = [touchpoint(0, "viewed"), to(1, b, 1), to(2, a, 2), touchpoint(3, "viewed")]
    assert fired(everywhere([a, b, a], log)) == [("keen", 3)]
    seen = [touchpoint(0, "viewed"), to(1, b, 1), touchpoint(2, "other"), to(2, a, 3), touchpoint(4, "viewed")]
    assert fired(everywhere([a, b, a], seen)) == []


@pytest.mark.parametrize("again", ["10m", None])
@pytest.mark.parametrize(
    "waits",
    [
        GONE,
        {"signal": "gone", "follow": ["viewed", {"without": "viewed", "for": "60s"}], "restart": "latest"},
        {"signal": "gone", "when": "views_90s >= 1", "hold": "60s"},
    ],
    ids=["silent", "follow", "hold"],
)
def test_a_shorter_again_allows_what_is_to_come_but_makes_up_for_nothing(
    waits: dict[str, Any], again: str | None
) -> None:
    first, second = {**waits, "again": "1h"}, {**waits, "again": again} if again else waits
    views = {"views_90s": {"count": "viewed", "over": "90s"}}
    plans = [plan(first, features=views), plan(second, features=views)]
    log = [touchpoint(0, "viewed"), touchpoint(5 * MINUTE, "viewed"), tick(7 * MINUTE)]
    late = [*log, to(1, plans[1], 20 * MINUTE), tick(HOUR)]
    assert fired(everywhere(plans, late)) == [("gone", MINUTE)]
    early = [*log, touchpoint(19 * MINUTE + 30 * SECOND, "viewed"), to(1, plans[1], 20 * MINUTE), tick(HOUR)]
    assert fired(everywhere(plans, early)) == [("gone", MINUTE), ("gone", 20 * MINUTE + 30 * SECOND)]


def test_an_again_that_grew_holds_back_what_waits() -> None:
    plans = [plan({**GONE, "again": "1m"}), plan({**GONE, "again": "1d"})]
    log = [touchpoint(0, "viewed"), tick(2 * MINUTE), touchpoint(3 * MINUTE, "viewed"), to(1, plans[1], 3 * MINUTE + 1)]
    assert fired(everywhere(plans, [*log, tick(HOUR)])) == [("gone", MINUTE)]


def test_another_segment_is_another_condition() -> None:
    rich = {"signal": "rich", "when": "segment.big and spend_1h < 10", "hold": "1m"}
    features = {"spend_1h": {"sum": "value", "of": "order", "over": "1h"}}
    plans = [plan(rich, features=features, segments={"big": f"profile.x >= {least}"}) for least in (1, 5)]
    keys = [next(iter(one.matchers)) for one in plans]
    assert keys[0] != keys[1]


def test_another_latency_is_another_silence() -> None:
    plans = [plan(GONE, interactions={"viewed": more}) for more in ({}, {"latency": "1h"}, {"says": "Seen."})]
    keys = [next(iter(one.matchers)) for one in plans]
    assert keys[0] == keys[2] != keys[1]


def test_another_time_zone_is_another_date_and_leaves_counts_alone() -> None:
    renewal = {"signal": "renewal", "date": {"of": "profile.until", "ahead": "1d"}}
    plans = [
        plan(renewal, KEEN, features=VIEWS, settings={"time_zone": zone}) for zone in ("UTC", "Pacific/Kiritimati")
    ]
    assert next(iter(plans[0].matchers)) != next(iter(plans[1].matchers))
    assert [one.key for one in plans[0].features] == [one.key for one in plans[1].features]


def test_a_slice_ends_before_a_switch_whose_library_is_not_at_hand() -> None:
    new = plan(KEEN, features=VIEWS)
    partition = Partition(plan(), {}, number=0, log="log", library=3)
    records = records_of([touchpoint(0), to(7, new, 1), touchpoint(2)])
    done = partition.evaluate(records)
    assert (done.consumed, done.awaiting) == (1, Switch(7, new.library.digest, START + 1, None, 1))
    partition.commit(done)
    again = partition.evaluate(records[1:])
    assert (again.consumed, again.changes, again.awaiting) == (0, [], done.awaiting)
    partition.commit(again)
    partition.prepare(7, new)
    done = partition.evaluate(records[1:])
    assert (done.consumed, done.switched, done.awaiting) == (1, 7, None)
    assert (partition.library, partition.plan) != (7, new)
    partition.commit(done)
    assert (partition.library, partition.plan) == (7, new)


def test_a_switch_that_is_to_be_warm_awaits_warm_states() -> None:
    new = plan(KEEN, features=VIEWS)
    partition = Partition(plan(), {}, number=0, log="log", library=0)
    records = records_of([to(1, new, 1, warm_from=0)])
    partition.prepare(1, new)
    assert partition.evaluate(records).awaiting == Switch(1, new.library.digest, START + 1, START, 0)
    partition.prepare(1, new, {})
    assert partition.evaluate(records).switched == 1


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"sequence": None}, "$.sequence"),
        ({"sequence": -1}, "$.sequence"),
        ({"sequence": "1"}, "$.sequence"),
        ({"digest": None}, "$.digest"),
        ({"digest": "nothing"}, "$.digest"),
        ({"time": None}, "$.time"),
        ({"warm_from": "yesterday"}, "$.warm_from"),
    ],
)
def test_a_switch_that_says_too_little_is_a_dead_letter(changed: dict[str, Any], place: str) -> None:
    said = {**json.loads(encode_switch(1, "ab12", START, None)), **changed}
    partition = Partition(plan(), {}, number=0, log="log")
    done = partition.evaluate(records_of([{**said, "_append": START}]))
    assert [(letter.reason, letter.place) for letter in done.dead_letters] == [("wrong type", place)]
    assert (done.consumed, done.awaiting) == (1, None)


def test_a_switch_with_a_key_is_no_switch() -> None:
    body = {"id": "x", "type": "library.switched", "time": START, "customer": "c", "_append": START}
    record = records_of([{**body, "type": "a"}])[0]
    record = record._replace(value=json.dumps(body).encode())
    done = Partition(plan(), {}, number=0, log="log").evaluate([record])
    assert [letter.reason for letter in done.dead_letters] == ["reserved type"]
