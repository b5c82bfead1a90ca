"""The engine against a brute-force evaluation that shares no code with it: by hand-made timelines and at random."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules import Clock, firing
from rules.features import holder
from rules.patterns import follow
from tests.oracle import customer as oracle_customer
from tests.oracle import evaluate
from tests.oracle import features as oracle_features
from tests.oracle import follow as oracle_follow
from tests.oracle.busy import busy_libraries, busy_logs, chained_libraries, kept_libraries
from tests.oracle.calendars import calendar_libraries, calendar_logs
from tests.oracle.policed import policed_libraries, policed_logs
from tests.oracle.strategies import libraries, logs
from tests.oracle.tales import tale_libraries, tale_logs
from tests.oracle.timelines import TIMELINES, Timeline
from tests.rules.driving import as_engine_says, decoded, drive, plan_of

Tree = dict[str, Any]
Log = list[Tree]
PLACES = st.lists(st.integers(1, 40), max_size=6)
CLOCKS: st.SearchStrategy[Clock] = st.sampled_from(["wall", "wall", "log"])
FEW = [
    (holder, "PER_LIMIT", 2),
    (oracle_features, "KEPT_VALUES", 2),
    (firing, "INSTANCE_LIMIT", 2),
    (oracle_customer, "KEPT_INSTANCES", 2),
    (follow, "KEEP", 3),
    (oracle_follow, "KEPT", 3),
]
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
    by_engine = decoded(at_once, born_again="forget_after" in library["library"])
    assert by_engine == as_engine_says(evaluate(library, log, clock))
    assert drive(plan, log, clock=clock, cuts=cuts, restarts=restarts) == at_once


def agrees(libraries: st.SearchStrategy[Tree], logs: st.SearchStrategy[Log], examples: int) -> None:
    """Runs `check` over that many random worlds."""

    @settings(many, max_examples=examples)
    @given(libraries, logs, CLOCKS, PLACES, PLACES)
    def in_a_world(library: Tree, log: Log, clock: Clock, cuts: list[int], restarts: list[int]) -> None:
        check(library, log, clock, cuts, restarts)

    in_a_world()


@pytest.mark.slow
@pytest.mark.parametrize(("pattern", "examples"), [("when", 200), ("follow", 200), ("silent", 150), ("date", 80)])
def test_engine_decides_as_the_oracle_does_where_much_happens(pattern: str, examples: int) -> None:
    agrees(busy_libraries(pattern), busy_logs(), examples)


@pytest.mark.slow
def test_engine_decides_as_the_oracle_does_over_all_of_the_language() -> None:
    agrees(libraries(), logs(), 200)


@pytest.mark.slow
def test_engine_decides_as_the_oracle_does_where_signals_read_one_another() -> None:
    agrees(chained_libraries(), busy_logs(), 120)


@pytest.mark.slow
def test_engine_decides_as_the_oracle_does_over_days_and_time_zones() -> None:
    agrees(calendar_libraries(), calendar_logs(), 120)


@pytest.mark.slow
def test_engine_decides_as_the_oracle_does_where_policy_has_much_to_say() -> None:
    agrees(policed_libraries(), policed_logs(), 120)


@pytest.mark.slow
def test_engine_decides_as_the_oracle_does_over_stories() -> None:
    agrees(tale_libraries(), tale_logs(), 60)


@pytest.mark.slow
def test_engine_decides_as_the_oracle_does_where_values_have_to_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both keep two values of `per`, and three touchpoints of a run: what else takes 100 happens all the time."""
    for module, name, kept in FEW:
        monkeypatch.setattr(module, name, kept)
    agrees(kept_libraries(), busy_logs((*"pqrs", None)), 100)
