"""Libraries that are warmed before their switch: as though they had read the log since then."""

from __future__ import annotations

import pytest

from rules import Partition, Warming
from tests.rules.switching.going import Gone, records_of, told
from tests.rules.switching.test_switches import HOUR, KEEN, MINUTE, VIEWS, everywhere, fired, plan, to
from tests.rules.test_whole_language import DAY, START, profile, tick, touchpoint

GONE = {"signal": "gone", "silent": "60s", "of": "viewed"}
WEEK = {"views_7d": {"count": "viewed", "over": "7d"}}
OFTEN = {"signal": "often", "when": "views_7d >= 3"}


def held(gone: Gone, sequence: int = 1) -> list[tuple[str, int, str, str | None]]:
    return [
        (one["signal"], int(one["id"].rpartition(":")[2]) - START, one["outcome"], one["reason"])
        for one in told(gone.held[sequence])
    ]


def test_a_new_window_is_full_right_behind_the_switch() -> None:
    plans = [plan(KEEN, features=VIEWS), plan(OFTEN, features=WEEK)]
    log = [touchpoint(0, "viewed"), touchpoint(DAY, "viewed"), to(1, plans[1], 2 * DAY, warm_from=0)]
    gone = everywhere(plans, [*log, touchpoint(3 * DAY, "viewed")])
    assert fired(gone) == [("keen", DAY), ("often", 3 * DAY)]


def test_what_lies_before_warm_from_does_not_count() -> None:
    plans = [plan(), plan(OFTEN, features=WEEK)]
    log = [touchpoint(0, "viewed"), touchpoint(DAY, "viewed"), to(1, plans[1], 2 * DAY, warm_from=1)]
    log += [touchpoint(3 * DAY, "viewed")]
    assert fired(everywhere(plans, log)) == []
    assert fired(everywhere(plans, [*log, touchpoint(3 * DAY + 1, "viewed")])) == [("often", 3 * DAY + 1)]


def test_firings_before_the_switch_are_recorded_as_held_and_never_sent() -> None:
    plans = [plan(GONE), plan(GONE, {**OFTEN, "when": "views_7d >= 2"}, features=WEEK)]
    log = [
        touchpoint(0, "viewed"),
        touchpoint(1, "viewed"),
        to(1, plans[1], HOUR, warm_from=0),
        touchpoint(DAY, "viewed"),
    ]
    gone = everywhere(plans, log)
    assert held(gone) == [("often", 1, "held", "warming")]
    assert fired(gone) == [("gone", MINUTE + 1)]
    assert told(gone.held[1])[0]["library"] == plans[1].version


def test_a_timer_due_by_the_switch_is_held_and_one_behind_it_is_sent() -> None:
    plans = [plan(), plan(GONE)]
    before = [touchpoint(0, "viewed"), to(1, plans[1], MINUTE, warm_from=0), tick(HOUR)]
    gone = everywhere(plans, before)
    assert (held(gone), fired(gone)) == ([("gone", MINUTE, "held", "warming")], [])
    gone = everywhere(plans, [touchpoint(0, "viewed"), to(1, plans[1], MINUTE - 1, warm_from=0), tick(HOUR)])
    assert (held(gone), fired(gone)) == ([], [("gone", MINUTE)])


def test_a_moment_that_if_refuses_is_no_firing_while_warming_either() -> None:
    plans = [plan(), plan({**GONE, "if": "profile.x"})]
    gone = everywhere(plans, [touchpoint(0, "viewed"), to(1, plans[1], HOUR, warm_from=0)])
    assert held(gone) == [("gone", MINUTE, "held", "if")]


def test_again_counts_the_firings_of_the_warm_and_of_the_live_one() -> None:
    often = {**OFTEN, "when": "views_7d >= 2", "again": "5d"}
    new = plan({**often, "when": "views_7d in [2, 4]"}, features=WEEK)
    log = [touchpoint(at, "viewed") for at in (0, 1)]
    log += [to(1, new, HOUR, warm_from=0), touchpoint(DAY, "viewed"), touchpoint(DAY + 1, "viewed")]
    gone = everywhere([plan(), new], log)
    assert (held(gone), fired(gone)) == ([("often", 1, "held", "warming")], [])
    gone = everywhere([plan(often, features=WEEK), new], log)
    assert (held(gone), fired(gone)) == ([("often", 1, "held", "warming")], [("often", 1)])


def test_an_unchanged_part_stays_the_live_one() -> None:
    plans = [plan(KEEN, features=VIEWS), plan(KEEN, OFTEN, features={**VIEWS, **WEEK})]
    log = [touchpoint(0, "viewed"), to(1, plans[1], HOUR, warm_from=1), touchpoint(DAY, "viewed")]
    assert fired(everywhere(plans, log)) == [("keen", DAY)]


def test_a_new_condition_over_a_kept_feature_reads_what_was_kept() -> None:
    few = {"signal": "few", "when": "views_7d < 2"}
    plans = [plan({"signal": "many", "when": "views_7d > 9"}, features=WEEK), plan(few, features=WEEK)]
    log = [touchpoint(0, "viewed"), touchpoint(DAY, "viewed"), to(1, plans[1], 2 * DAY, warm_from=DAY)]
    assert fired(everywhere(plans, [*log, tick(6 * DAY)])) == []
    assert fired(everywhere(plans, [*log, tick(8 * DAY)])) == [("few", 7 * DAY)]


def test_a_new_date_is_told_by_the_profile_that_was_there_long_before() -> None:
    renewal = {"signal": "renewal", "date": {"of": "profile.until", "ahead": "1d"}}
    plans = [plan(), plan(renewal)]
    log = [profile(0, until="2026-01-08"), touchpoint(HOUR), to(1, plans[1], 2 * HOUR, warm_from=HOUR), tick(3 * DAY)]
    assert fired(everywhere(plans, log)) == [("renewal", 2 * DAY)]


def test_a_customer_who_did_nothing_since_warm_from_goes_over_too() -> None:
    renewal = {"signal": "renewal", "date": {"of": "profile.until", "ahead": "1d"}}
    plans = [plan(), plan(renewal)]
    log = [profile(0, until="2026-01-08"), to(1, plans[1], 2 * HOUR, warm_from=HOUR), tick(3 * DAY)]
    assert fired(everywhere(plans, log)) == [("renewal", 2 * DAY)]


def test_a_customer_whom_only_the_warm_side_knows_is_taken_whole() -> None:
    new = plan(GONE)
    records = records_of([touchpoint(0, "viewed"), to(1, new, 1, warm_from=0)])
    warming = Warming(plan(), new, sequence=1, warm_from=START, number=0, log="log")
    warming.read(records)
    states: dict[bytes, bytes] = {}
    partition = Partition(plan(), states, number=0, log="log", library=0)
    partition.prepare(1, new, warming.states())
    partition.commit(partition.evaluate(records[1:]))
    assert states[b"c"] == warming.states()[b"c"]
    assert partition.next_due == START + MINUTE


def test_a_state_too_heavy_sheds_as_ever() -> None:
    words = {"seen": {"distinct": "product", "of": "viewed"}}
    others = {"seen_7d": {"distinct": "product", "of": "viewed", "over": "7d"}}
    plans = [plan(KEEN, features={**VIEWS, **words}), plan(KEEN, features={**VIEWS, **words, **others})]
    log = [touchpoint(at, "viewed", product=f"{at:0200d}") for at in range(200)]
    gone = everywhere(plans, [*log, to(1, plans[1], DAY, warm_from=0)])
    assert len(gone.states[b"c"]) < 64 * 1024


def test_a_switch_newer_than_the_one_warmed_for_ends_the_warming() -> None:
    new = plan(GONE)
    warming = Warming(plan(), new, sequence=1, warm_from=START, number=0, log="log")
    records = records_of([touchpoint(0, "viewed"), to(2, new, 1), touchpoint(2, "viewed")])
    warming.read(records)
    assert (warming.done, warming.offset) == (True, 0)
    assert warming.reached is not None
    assert warming.reached.sequence == 2


@pytest.mark.parametrize("size", [1, 2, 7])
def test_warming_in_any_batches_is_the_same(size: int) -> None:
    new = plan(GONE, {**OFTEN, "when": "views_7d >= 2", "again": "1h"}, features=WEEK)
    log = [touchpoint(at * MINUTE, "viewed" if at % 3 else "other") for at in range(40)]
    log += [to(0, new, HOUR), tick(2 * HOUR), to(1, new, 3 * HOUR, warm_from=10 * MINUTE), touchpoint(DAY, "viewed")]
    records, found = records_of(log), []
    for step in (len(records), size):
        warming = Warming(plan(), new, sequence=1, warm_from=START + 10 * MINUTE, number=0, log="log")
        slices = [warming.read(records[at : at + step]) for at in range(0, len(records), step)]
        found.append(([one for done in slices for one in done.decisions], warming.states(), warming.reached))
    assert found[0] == found[1]
    assert len(found[0][0]) > 2
