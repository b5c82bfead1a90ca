"""Timers by the wall clock: they fire in time, whatever else comes or doesn't, and the backlog comes first."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.end_to_end.conftest import Installer
from tests.end_to_end.traffic import Feed, Step, message, now, touchpoint
from tests.kafka import Record
from tests.waiting import wait_for

SILENCE = 2_000  # ms: the quick library's basket
LATEST = 2_000  # ms after its due time at which a trigger must be there


def lateness(trigger: Record, due: int) -> int:
    """How long after the due time the trigger was written, in ms."""
    return int(trigger.timestamp) - due


def test_quiet_partition(install: Installer) -> None:
    quick = install()
    detector = quick.start()
    at = now()
    quick.publish([touchpoint("ann", "basket.added", at, product="tent")])
    (reminder,) = quick.wait_triggers(1)
    assert json.loads(reminder.value)["id"] == f"basket:ann:tent:{at + SILENCE}"
    assert 0 <= lateness(reminder, at + SILENCE) <= LATEST
    quick.wait_quiet()
    assert quick.check() == []
    assert detector.terminate() == 0


def late_views() -> Iterator[Step]:
    """Views of long ago, for ever; none of them moves a clock."""
    number = 0
    while True:
        number += 1
        kinds = ("ann", "bob", "cid", "dan")
        yield [
            message(touchpoint(one, "product.viewed", now() - 60_000, f"{one}-{number}", product="lamp"))
            for one in kinds
        ]


def test_late_traffic_does_not_hold_timers_up(install: Installer) -> None:
    quick = install(partitions=1)
    quick.start()
    at = now()
    first = [touchpoint(one, "basket.added", at, product="tent") for one in ("ann", "bob", "cid", "dan")]
    quick.publish(first)
    with Feed(quick, late_views(), pause=0.02):
        reminders = quick.wait_triggers(len(first))
    assert {json.loads(one.value)["subject"] for one in reminders} == {"ann", "bob", "cid", "dan"}
    assert max(lateness(one, at + SILENCE) for one in reminders) <= LATEST
    quick.wait_quiet()
    types = [json.loads(record.value)["type"] for record in quick.read("touchpoints")]
    assert "product.viewed" in types[types.index("clock.tick") :], "late views on both sides of the tick"
    assert quick.check() == []


def test_backlog_after_downtime_cancels_what_it_cancels(install: Installer) -> None:
    quick = install()
    detector = quick.start()
    at = now()
    quick.publish([touchpoint(one, "basket.added", at, product="tent") for one in ("buys", "leaves")])
    quick.wait_read()
    quick.kill9(detector)
    assert now() < at + SILENCE, "the machine is too slow for this test: the basket was due before the kill"
    quick.publish([touchpoint("buys", "order.placed", at + 1_000, product="tent")])
    wait_for(lambda: now() > at + SILENCE + 500, "the baskets to be due")
    quick.start()
    (reminder,) = quick.wait_triggers(1)
    assert json.loads(reminder.value)["subject"] == "leaves"
    quick.wait_quiet()
    assert quick.check() == []
    assert len(quick.read("triggers.email")) == 1
