"""The benchmarks compare like with like: the hand-written evaluation gives what the engine gives, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rules import Plan, compile_plan, load_library
from tests.bench.engine import Engine
from tests.bench.handwritten import HandWritten, Output
from tests.bench.workload import LIBRARY, Record, log

COUNT = 12_000


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compile_plan(load_library(LIBRARY))


@pytest.mark.parametrize("batch", [1, 7, 500])
@pytest.mark.parametrize("encoded", [False, True])
def test_same_triggers_and_decisions(plan: Plan, batch: int, encoded: bool) -> None:
    fired = 0
    for number, records in enumerate(log(COUNT)):
        engine = _engine(plan, number, records)
        by_hand = _by_hand(plan, records, batch, encoded=encoded)
        assert by_hand == engine
        fired += len(engine[0])
    assert fired > COUNT / 20  # else nothing was compared


def _engine(plan: Plan, number: int, records: Sequence[Record]) -> tuple[list[Output], list[Output]]:
    slices = list(Engine(plan, number).evaluate(records))
    assert not any(done.dead_letters for done in slices)
    triggers = [(one.key, one.value) for done in slices for one in done.triggers]
    return triggers, [(one.key, one.value) for done in slices for one in done.decisions]


def _by_hand(plan: Plan, records: Sequence[Record], batch: int, *, encoded: bool) -> tuple[list[Output], list[Output]]:
    evaluation = HandWritten(plan.version, encoded=encoded)
    triggers: list[Output] = []
    decisions: list[Output] = []
    for start in range(0, len(records), batch):
        done = evaluation.evaluate(records[start : start + batch])
        triggers += done.triggers
        decisions += done.decisions
    return triggers, decisions
