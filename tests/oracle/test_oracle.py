"""The oracle reads the timelines as they were written down by hand."""

from __future__ import annotations

import pytest

from tests.oracle import evaluate
from tests.oracle.evaluate import Decision
from tests.oracle.timelines import TIMELINES, Timeline


@pytest.mark.parametrize("timeline", TIMELINES, ids=lambda timeline: timeline.name)
def test_oracle_reads_the_timeline_as_written(timeline: Timeline) -> None:
    decisions = evaluate(timeline.library, timeline.log)
    parts = ("signal", "customer", "per", "time", "outcome", "reason", "late")
    found = [(*(decision[part] for part in parts), made_by(decision)) for decision in decisions]
    assert found == timeline.expected


def made_by(decision: Decision) -> tuple[str, ...]:
    """The touchpoints of a firing: those of one that waits are said when it goes."""
    return () if decision["outcome"] == "deferred" else tuple(decision["touchpoints"])


def test_each_timeline_has_its_own_name() -> None:
    assert len({timeline.name for timeline in TIMELINES}) == len(TIMELINES)


def test_identity_encodes_percent_and_colon() -> None:
    timeline = next(one for one in TIMELINES if "percent-encoded" in one.name)
    assert evaluate(timeline.library, timeline.log)[0]["id"] == "s:c:50%25%3Ax:1767607200000"
