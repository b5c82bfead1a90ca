"""The pack for insurers and banks: nothing to complain of, its timelines hold, and they are sharp."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from rules import Library, Partition, PlacedLibrary, Rig, lint_library, load_placed, subjects, try_changes
from rules.declaration import Timeline, TimelineStep
from rules.timeline.run import records_of, states_of

INSURANCE: Final = Path(__file__).parents[2] / "rules" / "library" / "insurance"
SHARP: Final = 0.98
HOUR: Final = 3_600_000
CONSENT: Final = "marketing_consent"
# What is about a contract, claim, complaint or call of the customer's own needs no consent to be sold to. A branch
# nearby is one of them where a paper waits to be signed; its own timelines show that a quote alone needs the consent.
SERVICE: Final = frozenset(
    f"insurance.{name}"
    for name in (
        "address-changed",
        "call-dropped",
        "claim-silence",
        "complaint-unanswered",
        "dependent-turning-26",
        "document-unsigned",
        "nearby-branch",
        "new-customer",
        "payment-bounced",
        "policy-lapsing",
        "renewal-reminder",
    )
)


@pytest.fixture(scope="module")
def placed() -> PlacedLibrary:
    return load_placed(INSURANCE)


@pytest.fixture(scope="module")
def library(placed: PlacedLibrary) -> Library:
    return placed.library


@pytest.fixture(scope="module")
def rig(library: Library) -> Rig:
    return Rig(library)


def test_there_is_nothing_to_complain_of(placed: PlacedLibrary) -> None:
    assert [str(finding) for finding in lint_library(placed)] == []


def test_all_timelines_come_out_as_expected(rig: Rig) -> None:
    failed = [f"{one.signal}: {one.name}" for one in rig.library.timelines if not rig.run(one).passed]
    assert failed == []


def test_small_changes_are_noticed(rig: Rig) -> None:
    names = [signal.name for signal in rig.library.signals]
    tried = [one for subject in subjects(rig, names) for one in try_changes(rig, subject)]
    unnoticed = [f"{one.change.name}: {one.change.says}" for one in tried if not one.noticed]
    assert 1 - len(unnoticed) / len(tried) >= SHARP, unnoticed


def carried(rig: Rig, timeline: Timeline) -> Iterator[dict[str, Any]]:
    """What the triggers that a timeline makes of its own signal carry."""
    partition = Partition(rig.plan(timeline.signal), states_of(timeline), number=0, log="timeline", clock="log")
    records = list(records_of(timeline))
    while records:
        done = partition.evaluate(records)
        partition.commit(done)
        for trigger in done.triggers:
            event = orjson.loads(trigger.value)
            if event["type"] == "telltale.trigger" and event["data"]["signal"] == timeline.signal:
                yield event["data"]["carry"]
        records = records[done.consumed :]


def test_channels_get_all_that_a_signal_carries(rig: Rig) -> None:
    filled: dict[str, set[str]] = defaultdict(set)
    for timeline in rig.library.timelines:
        for carry in carried(rig, timeline):
            filled[timeline.signal] |= {name for name, value in carry.items() if value is not None}
    assert filled == {one.name: {name for name, _ in one.then.carry} for one in rig.library.signals}


@pytest.mark.parametrize("against", ["complaint", "bereavement", "vulnerable", "no consent"])
def test_nothing_is_sold_against_a_customers_interest(rig: Rig, against: str) -> None:
    """All timelines in which a signal that sells fires, but of a customer who is to be left in peace."""
    selling = [one for one in rig.library.timelines if one.fires and one.signal not in SERVICE]
    assert {one.signal for one in selling} | SERVICE == {signal.name for signal in rig.library.signals}
    sold = [f"{one.signal}: {one.name}" for one in selling if list(carried(rig, _in_peace(one, against)))]
    assert sold == []


def _in_peace(timeline: Timeline, against: str) -> Timeline:
    begin = timeline.steps[0].time - HOUR
    match against:
        case "complaint":
            opened = ("properties", {"complaint": "K99"})
            return _with(timeline, TimelineStep(begin, "complaint.opened", (opened,)))
        case "bereavement":
            every = range(begin, timeline.end, 90 * 24 * HOUR)
            return _with(timeline, *(TimelineStep(time, "life.bereaved") for time in every))
        case "vulnerable":
            return replace(timeline, profile=(*timeline.profile, ("vulnerable", True)))
    return replace(timeline, profile=tuple((name, said) for name, said in timeline.profile if name != CONSENT))


def _with(timeline: Timeline, *steps: TimelineStep) -> Timeline:
    """A timeline with more steps, at their times, and the same end."""
    ordered = tuple(sorted((*timeline.steps, *steps), key=lambda step: step.time))
    return replace(timeline, steps=ordered, until=timeline.end - ordered[-1].time)
