"""Switches among random libraries and logs: whatever the batches, the restarts and who goes over when."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rules import Clock, Plan
from rules import adopting as adopting_module
from rules import evaluation as evaluation_module
from tests.oracle.busy import RARELY, busy_libraries, busy_logs
from tests.oracle.strategies import ORIGIN, SECOND, Tree
from tests.rules.driving import plan_of
from tests.rules.switching.going import Gone, go, switched

CLOCKS: st.SearchStrategy[Clock] = st.sampled_from(["wall", "wall", "log"])
PLACES = st.lists(st.integers(1, 40), max_size=6)
many = settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
PATTERNS = ["when", "follow", "silent", "date"]
SWITCHES = st.lists(
    st.tuples(
        st.integers(0, 40),  # its place in the log
        st.sampled_from([0, 0, 1, 3]),  # seconds that its time lies back
        st.none() | st.sampled_from([0, 0, 3, 10]),  # seconds before it from which it is warmed
    ),
    min_size=1,
    max_size=3,
)
"""Of each library that is switched to, in order."""


@st.composite
def lineages(draw: st.DrawFn) -> list[Tree]:
    """Libraries that have much in common: each has some signals of one pool, or of a pool changed a little."""
    pool = [draw(busy_libraries(pattern)) for pattern in PATTERNS]
    features = {name: one for library in pool for name, one in library["features"].items()}
    signals = [
        {**signal, "signal": f"{pattern}{number}"}
        for pattern, library in zip(PATTERNS, pool, strict=True)
        for number, signal in enumerate(library["signals"])
    ]
    made = []
    for _ in range(draw(st.integers(2, 4))):
        chosen = draw(st.lists(st.sampled_from(signals), min_size=1, unique_by=lambda signal: signal["signal"]))
        again = draw(st.sampled_from([None, None, "2s", "5s"]))
        changed = [
            {**signal, "again": again} if again and number == 0 else signal for number, signal in enumerate(chosen)
        ]
        settings = {**pool[0]["library"], "late_by": draw(st.sampled_from(["5s", "5s", "1m"]))}
        windows = {name: {**one, "over": "4s"} for name, one in features.items() if draw(RARELY) and "over" in one}
        catalogue = draw(st.sampled_from(pool))["interactions"]
        parts = {"library": settings, "interactions": catalogue, "features": features | windows, "signals": changed}
        made.append({**pool[0], **parts})
    return made


def with_switches(log: list[Tree], plans: list[Plan], switches: list[tuple[int, int, int | None]]) -> list[Tree]:
    """The log with a switch to each plan but the first, and now and then one that came before."""
    whole = list(log)
    for sequence, (place, back, warm) in enumerate(switches[: len(plans) - 1], 1):
        at = min(place, len(whole))
        append = whole[at - 1]["_append"] if at else ORIGIN
        warm_from = None if warm is None else append - warm * SECOND
        whole.insert(at, switched(sequence, plans[sequence], append - back * SECOND, warm_from, append))
    return whole


def same(one: Gone, other: Gone) -> None:
    assert one.decisions == other.decisions
    assert one.triggers == other.triggers
    assert one.states == other.states
    assert one.held == other.held


@pytest.mark.slow
@pytest.mark.parametrize(("timers", "changes"), [(1, 512 * 1024), (5_000, 1), (5_000, 512 * 1024)])
def test_batches_and_restarts_make_no_difference(timers: int, changes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices of one customer, too, so that restarts fall into the midst of a sweep."""
    monkeypatch.setattr(evaluation_module, "MAX_TIMERS", timers)
    monkeypatch.setattr(evaluation_module, "MAX_CHANGES", changes)

    @settings(many, max_examples=80)
    @given(lineages(), busy_logs(), SWITCHES, CLOCKS, PLACES, PLACES)
    def agrees(
        made: list[Tree], log: list[Tree], switches: Any, clock: Clock, cuts: list[int], again: list[int]
    ) -> None:
        plans = [plan_of(library) for library in made]
        whole = with_switches(log, plans, switches)
        at_once = go(plans, whole, clock)
        same(go(plans, whole, clock, cuts=cuts, restarts=again), at_once)
        same(go(plans, whole, clock, cuts=range(99), restarts=range(999)), at_once)

    agrees()


@pytest.mark.slow
def test_customers_who_go_over_at_once_and_later_decide_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    adopted = adopting_module.Adoption.__init__

    def everyone(self: Any, *given: Any) -> None:
        adopted(self, *given)
        self.everyone = True

    @settings(many, max_examples=80)
    @given(lineages(), busy_logs(), SWITCHES, CLOCKS)
    def agrees(made: list[Tree], log: list[Tree], switches: Any, clock: Clock) -> None:
        plans = [plan_of(library) for library in made[:2]]
        whole = with_switches(log, plans, [(place, back, None) for place, back, _ in switches])
        at_will = go(plans, whole, clock)
        with monkeypatch.context() as patch:
            patch.setattr(adopting_module.Adoption, "__init__", everyone)
            at_once = go(plans, whole, clock)
        assert at_once.decisions == at_will.decisions
        assert at_once.triggers == at_will.triggers

    agrees()
