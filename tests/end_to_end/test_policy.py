"""What waits for the morning survives the night's crash; caps, consent and cancels are as exact as without one."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from tests.end_to_end.conftest import Installer
from tests.end_to_end.installation import LIBRARIES, Installation
from tests.end_to_end.traffic import ticks, touchpoint

CALM = LIBRARIES / "calm"
EVENING = int(datetime(2026, 1, 5, 22, tzinfo=UTC).timestamp()) * 1000
MORNING = int(datetime(2026, 1, 6, 8, tzinfo=UTC).timestamp()) * 1000
MINUTE = 60_000
PEOPLE = ("goes", "buys", "opts-out", "leaves", "three")


def agrees(customer: str, at: int, **fields: Any) -> dict[str, Any]:
    return touchpoint(customer, "profile.updated", at, properties={"email_consent": True, **fields})


def basket(customer: str, at: int, product: str = "tent") -> dict[str, Any]:
    return touchpoint(customer, "basket.added", at, f"{customer}-{product}", product=product)


def outcomes(calm: Installation) -> Counter[tuple[str, str, str | None]]:
    """How often what was decided for whom, each decision once."""
    said = {record.value: json.loads(record.value or b"") for record in calm.read("decisions")}
    return Counter((one["customer"], one["outcome"], one["reason"]) for one in said.values())


def test_what_waits_survives_a_crash(install: Installer) -> None:
    calm = install(CALM, clock="log", partitions=1)
    detector = calm.start()
    calm.publish([agrees(one, EVENING - MINUTE) for one in PEOPLE])
    calm.publish([basket(one, EVENING) for one in PEOPLE])
    calm.publish([basket("three", EVENING + at, f"{at}") for at in (1, 2)])
    calm.wait_read()
    assert calm.read("triggers.email") == []
    calm.kill9(detector)

    calm.publish([touchpoint("buys", "order.placed", EVENING + MINUTE)])
    calm.publish([touchpoint("opts-out", "profile.updated", EVENING + MINUTE, properties={"email_consent": False})])
    calm.publish([agrees("leaves", EVENING + MINUTE, away=True)])
    detector = calm.start()
    calm.write(ticks(MORNING, partitions=1))
    calm.wait_triggers(3)
    calm.wait_read()
    calm.kill9(detector)

    calm.publish([touchpoint("goes", "order.placed", MORNING + MINUTE, product="tent")])
    calm.publish([basket("three", MORNING + MINUTE, "lamp")])
    detector = calm.start()
    calm.wait_read()
    calm.check()
    assert outcomes(calm) == {
        **{(one, "deferred", "quiet"): 1 for one in PEOPLE},
        ("three", "deferred", "quiet"): 2,
        ("three", "held", "cap"): 2,
        ("three", "sent", None): 2,
        ("goes", "sent", None): 1,
        ("goes", "cancelled", "cancel_on"): 1,
        ("buys", "cancelled", "cancel_on"): 1,
        ("opts-out", "cancelled", "opted out"): 1,
        ("leaves", "held", "unless"): 1,
    }
    events = {json.loads(record.value)["id"]: json.loads(record.value) for record in calm.read("triggers.email")}
    assert Counter(one["type"] for one in events.values()) == {
        "telltale.trigger": 3,
        "telltale.trigger.cancelled": 1,
    }
    (went,) = [one for one in events.values() if one["subject"] == "goes" and one["type"] == "telltale.trigger"]
    assert went["data"]["carry"] == {"product": "tent"}
    assert events[f"{went['id']}:cancel"]["data"]["reason"] == "cancel_on"
    assert detector.terminate() == 0
