"""The shop pack: nothing to complain of, its timelines hold and are sharp, and it leaves customers in peace."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from rules import (
    Library,
    Partition,
    PlacedLibrary,
    Rig,
    compile_plan,
    lint_library,
    load_placed,
    replay,
    subjects,
    try_changes,
)
from rules.declaration import Timeline, TimelineStep
from rules.timeline.run import records_of, states_of
from streams.demo.traffic import bundled

SHOP: Final = Path(__file__).parents[2] / "rules" / "library" / "shop"
SHARP: Final = 0.98
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
CONSENTS: Final = {"email": "email_consent", "sms": "sms_consent"}
WEEKS: Final = 26  # that the recorded traffic lasts

# What offers a product, or leads to one: not what somebody has just bought.
OFFERS: Final = frozenset(
    f"shop.{name}"
    for name in (
        "abandoned-basket",
        "browse-left",
        "checkout-left",
        "cross-sell",
        "engaged-without-value",
        "engagement-rising",
        "first-moment",
        "keen-browser",
        "keen-on-product",
        "price-dropped",
        "price-watcher",
        "replenishment",
        "wishlist-warm",
        "zero-moment",
    )
)
# What a customer with a complaint is not to be asked, told or sold; the calls of customer service go on.
CHEERFUL: Final = frozenset(
    f"shop.{name}"
    for name in (
        "advocate",
        "birthday",
        "browse-left",
        "cross-sell",
        "dormant-top-customer",
        "engaged-without-value",
        "engagement-falling",
        "poor-review",
        "price-dropped",
        "replenishment",
        "review-asked",
        "second-moment",
        "stuck-after-delivery",
        "third-moment",
    )
)


@pytest.fixture(scope="module")
def placed() -> PlacedLibrary:
    return load_placed(SHOP)


@pytest.fixture(scope="module")
def library(placed: PlacedLibrary) -> Library:
    return placed.library


@pytest.fixture(scope="module")
def rig(library: Library) -> Rig:
    return Rig(library)


def test_there_is_nothing_to_complain_of(placed: PlacedLibrary) -> None:
    assert [str(finding) for finding in lint_library(placed)] == []


def test_each_signal_is_signed(library: Library) -> None:
    assert len(library.signals) == 32
    for signal in library.signals:
        assert signal.status == "live"
        assert signal.owner
        assert signal.reason
        assert signal.reason.endswith(".")
        assert signal.value > 0


def test_all_timelines_come_out_as_expected(rig: Rig) -> None:
    failed = [f"{one.signal}: {one.name}" for one in rig.library.timelines if not rig.run(one).passed]
    assert failed == []


def test_small_changes_are_noticed(rig: Rig) -> None:
    names = [signal.name for signal in rig.library.signals]
    tried = [one for subject in subjects(rig, names) for one in try_changes(rig, subject)]
    unnoticed = [f"{one.change.name}: {one.change.says}" for one in tried if not one.noticed]
    assert len(tried) >= 600
    assert 1 - len(unnoticed) / len(tried) >= SHARP, unnoticed


def test_channels_get_all_that_a_signal_carries(rig: Rig) -> None:
    filled: dict[str, set[str]] = defaultdict(set)
    for timeline in rig.library.timelines:
        for trigger in triggers(rig, timeline):
            filled[timeline.signal] |= {name for name, value in trigger["carry"].items() if value is not None}
    sending = [one for one in rig.library.signals if one.then.channel]
    assert {one.name: filled[one.name] for one in sending} == {
        one.name: {name for name, _ in one.then.carry} for one in sending
    }


@pytest.mark.parametrize("channel", sorted(CONSENTS))
def test_nothing_goes_to_who_said_no(rig: Rig, channel: str) -> None:
    no = (CONSENTS[channel], False)
    asked = [one for one in firing(rig) if rig.relations.signals[one.signal].then.channel == channel]
    assert asked
    for timeline in asked:
        profile = (*(said for said in timeline.profile if said[0] != no[0]), no)
        assert not list(triggers(rig, replace(timeline, profile=profile))), f"{timeline.signal}: {timeline.name}"


def test_nothing_just_bought_is_offered(rig: Rig) -> None:
    """All timelines in which an offer is made, but of a customer who has bought a minute before it."""
    offering = [one for one in firing(rig) if one.signal in OFFERS]
    assert {one.signal for one in offering} == OFFERS
    for timeline in offering:
        bought = [step for fired in timeline.fires for step in purchase(timeline, fired.time - MINUTE)]
        offered = {trigger["moment"] for trigger in triggers(rig, with_steps(timeline, bought))}
        assert offered.isdisjoint(fired.time for fired in timeline.fires), f"{timeline.signal}: {timeline.name}"


def test_who_complains_is_left_in_peace(rig: Rig) -> None:
    """All timelines in which a signal fires for cheerful customers, but of one who complains day after day."""
    cheerful = [one for one in firing(rig) if one.signal in CHEERFUL]
    assert {one.signal for one in cheerful} == CHEERFUL
    for timeline in cheerful:
        days = range(timeline.steps[0].time - HOUR, timeline.end, DAY)
        complaints = [TimelineStep(time, "complaint.made") for time in days]
        assert not list(triggers(rig, with_steps(timeline, complaints))), f"{timeline.signal}: {timeline.name}"


def test_on_recorded_traffic_it_is_lively_and_sane(library: Library) -> None:
    """Half a year of a shop: signals of all kinds fire, and none of them at every turn."""
    touchpoints = [one.value for one in bundled().touchpoints]
    visits = {orjson.loads(value)["properties"]["session"] for value in touchpoints}
    sent = Counter[tuple[str, str]]()
    for done in replay(compile_plan(library), touchpoints):
        for trigger in done.slice.triggers:
            event = orjson.loads(trigger.value)
            sent[event["data"]["signal"], event["subject"]] += 1
    of_signal = Counter[str]()
    for (signal, _), count in sent.items():
        of_signal[signal] += count
    assert len(of_signal) >= 12
    assert max(of_signal.values()) < len(visits) / 8
    assert max(sent.values()) <= WEEKS / 3


def firing(rig: Rig) -> list[Timeline]:
    """The timelines in which something is sent."""
    sending = {signal.name for signal in rig.library.signals if signal.then.channel}
    return [one for one in rig.library.timelines if one.fires and one.signal in sending]


def triggers(rig: Rig, timeline: Timeline) -> Iterator[dict[str, Any]]:
    """The data of the triggers that a timeline makes of its own signal, and the moment (ms) of each as `moment`."""
    partition = Partition(rig.plan(timeline.signal), states_of(timeline), number=0, log="timeline", clock="log")
    records = list(records_of(timeline))
    while records:
        done = partition.evaluate(records)
        partition.commit(done)
        for event in (orjson.loads(trigger.value) for trigger in done.triggers):
            if event["type"] == "telltale.trigger" and event["data"]["signal"] == timeline.signal:
                yield event["data"] | {"moment": int(event["id"].rpartition(":")[2])}
        records = records[done.consumed :]


def with_steps(timeline: Timeline, steps: Iterable[TimelineStep]) -> Timeline:
    """A timeline with more steps, at their times, and the same end."""
    ordered = tuple(sorted((*timeline.steps, *steps), key=lambda step: step.time))
    return replace(timeline, steps=ordered, until=timeline.end - ordered[-1].time)


def purchase(timeline: Timeline, time: int) -> Iterator[TimelineStep]:
    """An order of all products that a timeline tells of."""
    yield TimelineStep(time, "order.placed")
    for product in sorted({dict(step.fields)["product"] for step in timeline.steps if "product" in dict(step.fields)}):
        yield TimelineStep(time, "product.bought", (("product", product),))
