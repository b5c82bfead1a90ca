"""The replay of a dumped log goes over from one library to the next as the live run did, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given, settings

from rules import (
    Clock,
    History,
    Outgoing,
    Plan,
    UnknownLibraryError,
    compare,
    life_of,
    replay,
    switches_in,
)
from rules import replaying as replaying_module
from streams.log_dump import line
from tests.oracle.busy import busy_logs
from tests.oracle.strategies import Tree
from tests.rules.driving import plan_of
from tests.rules.switching.going import Going, Gone, records_of
from tests.rules.switching.test_at_random import CLOCKS, SWITCHES, lineages, many, with_switches
from tests.rules.switching.test_switches import GONE, HOUR, KEEN, VIEWS, fired, plan, to
from tests.rules.switching.test_warming import OFTEN, WEEK
from tests.rules.test_whole_language import DAY, START, tick, touchpoint
from tests.streams.records import Incoming


def dumped(log: Sequence[Tree], partition: int = 0) -> list[bytes]:
    return [
        line(Incoming(record.value, "log", partition, record.offset, record.timestamp, record.key)) + b"\n"
        for record in records_of(log)
    ]


def history(plans: Sequence[Plan], lines: list[bytes], before: Plan | None = None) -> History:
    return History({one.library.digest: one for one in plans}, switches_in(lines), before)


def followed(history_or_plan: History | Plan, lines: list[bytes], clock: Clock = "wall") -> Gone:
    gone = Gone()
    for replayed in replay(history_or_plan, lines, clock):
        gone.decisions += replayed.slice.decisions
        gone.triggers += replayed.slice.triggers
    return gone


def live(plans: Sequence[Plan], log: list[Tree], clock: Clock = "wall") -> Gone:
    """A run that begins with the library of the first switch, as it does live."""
    first = min(switch.sequence for switch in switches_in(dumped(log))[0])
    return Going(dict(enumerate(plans)), log, clock, first=first).run()


def all_decided(gone: Gone) -> list[Outgoing]:
    return sorted([*gone.decisions, *(one for held in gone.held.values() for one in held)])


@pytest.mark.slow
@pytest.mark.parametrize("batch", [1, 7, 1_000])
def test_any_batches_are_the_live_run(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying_module, "BATCH", batch)

    @settings(many, max_examples=40)
    @given(lineages(), busy_logs(), SWITCHES, CLOCKS)
    def agrees(made: list[Tree], log: list[Tree], switches: Any, clock: Clock) -> None:
        plans = [plan_of(library) for library in made]
        whole = with_switches(log, plans, switches)
        lines, ran = dumped(whole), live(plans, whole, clock)
        replayed = followed(history(plans, lines), lines, clock)
        assert replayed.triggers == ran.triggers
        assert sorted(replayed.decisions) == all_decided(ran)

    agrees()


def test_what_a_warmed_library_held_is_among_the_decisions() -> None:
    plans = [plan(), plan(GONE)]
    log = [to(0, plans[0], 0), touchpoint(1, "viewed"), to(1, plans[1], HOUR, warm_from=0), tick(2 * HOUR)]
    lines = dumped(log)
    gone = followed(history(plans, lines), lines)
    assert [orjson.loads(one.value)["reason"] for one in gone.decisions] == ["warming"]
    assert gone.triggers == []


def test_partitions_begin_with_the_library_of_their_own_first_switch() -> None:
    plans = [plan({**KEEN, "when": "views >= 1"}, features=VIEWS), plan(KEEN, features=VIEWS)]
    logs = [[touchpoint(0, "viewed"), to(sequence, plans[sequence], 1)] for sequence in (0, 1)]
    lines = [line for number, log in enumerate(logs) for line in dumped(log, number)]
    assert fired(followed(history(plans, lines), lines)) == [("keen", 0)]
    assert [history(plans, lines).first(number) for number in (0, 1)] == [(plans[0], 0), (plans[1], 1)]


def test_an_older_installation_begins_with_the_library_that_it_had() -> None:
    old, new = plan({**KEEN, "when": "views >= 1"}, features=VIEWS), plan(KEEN, features=VIEWS)
    lines = dumped([touchpoint(0, "viewed"), to(0, new, 1), touchpoint(2, "viewed")])
    assert fired(followed(history([new], lines, before=old), lines)) == [("keen", 0), ("keen", 2)]


def test_without_a_history_switches_are_passed_over() -> None:
    one, other = plan(KEEN, features=VIEWS), plan()
    lines = dumped([touchpoint(0, "viewed"), to(1, other, 1, warm_from=0), touchpoint(2, "viewed")])
    assert fired(followed(one, lines)) == [("keen", 2)]


def test_a_switch_to_a_library_that_is_not_there_is_told_before_anything_is_replayed() -> None:
    lines = dumped([touchpoint(0), to(7, plan(GONE), 1)])
    with pytest.raises(UnknownLibraryError, match=r"partition 0, offset 1: found a switch to the library \w{12} \(seq"):
        history([plan()], lines)


def test_explaining_and_comparing_pass_switches_over() -> None:
    one, other = plan(KEEN, features=VIEWS), plan({**KEEN, "when": "views >= 3"}, features=VIEWS)
    lines = dumped([touchpoint(0, "viewed"), to(1, other, 1), touchpoint(2, "viewed")])
    assert [(firing.signal, int(firing.at)) for firing in life_of(one, "c", lines).fired] == [("keen", START + 2)]
    *_, last = compare(one.library, other.library, lines)
    assert [(each.signal, each.lost) for each in last.found.differences] == [("keen", 1)]


def test_a_long_window_is_warmed_in_one_pass() -> None:
    plans = [plan(KEEN, features=VIEWS), plan(OFTEN, features=WEEK)]
    log = [to(0, plans[0], 0), *(touchpoint(at * DAY + 1, "viewed") for at in (0, 1))]
    lines = dumped([*log, to(1, plans[1], 2 * DAY, warm_from=0), touchpoint(3 * DAY, "viewed")])
    assert fired(followed(history(plans, lines), lines)) == [("keen", DAY + 1), ("often", 3 * DAY)]
