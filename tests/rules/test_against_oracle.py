"""The engine against a brute-force evaluation that shares no code with it: by hand-made timelines and at random."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules import Clock
from tests.oracle import evaluate
from tests.oracle.busy import busy_libraries, busy_logs
from tests.oracle.strategies import libraries, logs
from tests.oracle.timelines import TIMELINES, Timeline
from tests.rules.driving import as_engine_says, decoded, drive, plan_of

Tree = dict[str, Any]
Log = list[Tree]
PLACES = st.lists(st.integers(1, 40), max_size=6)
CLOCKS: st.SearchStrategy[Clock] = st.sampled_from(["wall", "wall", "log"])
many = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.mark.parametrize("timeline", TIMELINES, ids=lambda timeline: timeline.name)
def test_engine_reads_the_timeline_as_written(timeline: Timeline) -> None:
    decisions = decoded(drive(plan_of(timeline.library), timeline.log))
    parts = ("signal", "customer", "per", "time", "outcome", "reason", "late")
    found = [(*(decision[part] for part in parts), tuple(decision.get("touchpoints", ()))) for decision in decisions]
    assert found == [one if one[4] == "sent" else (*one[:-1], ()) for one in timeline.expected]


@pytest.mark.parametrize("timeline", TIMELINES, ids=lambda timeline: timeline.name)
def test_engine_says_the_same_after_a_restart_at_every_record(timeline: Timeline) -> None:
    plan = plan_of(timeline.library)
    at_once = drive(plan, timeline.log)
    restarted = drive(plan, timeline.log, restarts=range(len(timeline.log)))
    assert restarted == at_once


def check(library: Tree, log: Log, clock: Clock, cuts: list[int], restarts: list[int]) -> None:
    """The engine decides as the oracle does; in batches and with restarts it makes the same bytes."""
    plan = plan_of(library)
    at_once = drive(plan, log, clock=clock)
    assert decoded(at_once) == as_engine_says(evaluate(library, log, clock))
    assert drive(plan, log, clock=clock, cuts=cuts, restarts=restarts) == at_once


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ["when", "follow", "silent"])
def test_engine_decides_as_the_oracle_does_where_much_happens(pattern: str) -> None:
    @settings(many, max_examples=250)
    @given(busy_libraries(pattern), busy_logs(), CLOCKS, PLACES, PLACES)
    def agrees(library: Tree, log: Log, clock: Clock, cuts: list[int], restarts: list[int]) -> None:
        check(library, log, clock, cuts, restarts)

    agrees()


@pytest.mark.slow
def test_engine_decides_as_the_oracle_does_over_all_of_the_language() -> None:
    @settings(many, max_examples=250)
    @given(libraries(), logs(), CLOCKS, PLACES, PLACES)
    def agrees(library: Tree, log: Log, clock: Clock, cuts: list[int], restarts: list[int]) -> None:
        check(library, log, clock, cuts, restarts)

    agrees()
