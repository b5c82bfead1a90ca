"""Sources that can't write the log's format: through to a trigger, and forwarded again after a crash without harm."""

from __future__ import annotations

import json
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.end_to_end.conftest import Installer
from tests.end_to_end.crashing import FORWARDED
from tests.end_to_end.installation import Installation
from tests.end_to_end.traffic import now, touchpoint
from tests.kafka import Message

SITE = Path(__file__).parent / "site.yaml"
SOURCES = ("clicks=segment", "events=cloudevents", "tablets=native", f"pages=json:{SITE}")


def segment(customer: str, at: int) -> dict[str, Any]:
    """A basket as Segment tells of it."""
    more = {"timestamp": iso(at), "properties": {"product_id": "tent"}}
    return {"type": "track", "event": "Basket.Added", "userId": customer, "messageId": "m1", **more}


def cloud_event(customer: str, at: int) -> dict[str, Any]:
    """A basket as a CloudEvent."""
    more = {"time": iso(at), "subject": customer, "data": {"product": "tent"}}
    return {"specversion": "1.0", "id": "1", "source": "/app", "type": "basket.added", **more}


def page(customer: str, at: int) -> dict[str, Any]:
    """A basket as the site's own JSON, which site.yaml explains."""
    return {"at": at, "who": {"id": customer}, "what": "basket", "sku": "tent"}


def iso(at: int) -> str:
    """A time in ms as RFC 3339."""
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at % 1000:03}Z"


def baskets(installation: Installation) -> dict[str, str]:
    """A basket from each source; the ids of the reminders that are to come."""
    at = now()
    tablet = touchpoint("dan", "basket.added", at, product="tent")
    told = {"clicks": segment("ann", at), "events": cloud_event("bob", at), "tablets": tablet, "pages": page("cid", at)}
    for topic, fields in told.items():
        installation.write([Message(json.dumps(fields).encode(), b"k")], topic)
    customers = {"clicks": "ann", "events": "bob", "tablets": "dan", "pages": "cid"}
    return {topic: f"basket:{customer}:tent:{at + 2_000}" for topic, customer in customers.items()}


def test_from_each_source_to_a_trigger(install: Installer) -> None:
    quick = install(sources=SOURCES)
    detector = quick.start()
    expected = baskets(quick)
    reminders = quick.wait_triggers(len(expected))
    assert {json.loads(one.value)["id"] for one in reminders} == set(expected.values())
    quick.wait_quiet()
    assert quick.check() == []
    assert detector.terminate() == 0


def test_forwarded_twice_counts_once(install: Installer) -> None:
    quick = install(sources=SOURCES[:1])
    command = ("-m", "tests.end_to_end.crashing", "SIGKILL", FORWARDED, "1", "run")
    crashing = quick.detector(command=command)
    crashing.start().wait_ready()
    at = now()
    quick.write([Message(json.dumps(segment("ann", at)).encode())], "clicks")
    assert crashing.wait_ended() == -signal.SIGKILL
    quick.kafka.evict(quick.group)
    quick.start()
    quick.wait_triggers(1)
    quick.wait_quiet()
    assert [one.key for one in quick.read("touchpoints") if one.key] == [b"ann", b"ann"]
    assert len(quick.read("triggers.email")) == 1
    assert quick.check() == []
