"""Triggers and cancels made by hand, as the engine writes them."""

from __future__ import annotations

import time
from typing import Any

import orjson

from tests.kafka import Message

HOUR = 3_600_000


def now() -> int:
    """Epoch ms."""
    return time.time_ns() // 1_000_000


def iso(at: int) -> str:
    """A time in ms as RFC 3339."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at // 1000)) + f".{at % 1000:03}Z"


def trigger(
    customer: str, number: int = 1, *, expires: int | None = None, at: int | None = None, channel: str = "email"
) -> dict[str, Any]:
    """The trigger of a signal's firing; `at` and `expires` in epoch ms (now, and 48 hours later)."""
    at = now() if at is None else at
    return {
        "specversion": "1.0",
        "id": f"basket:{customer}:{number}",
        "source": "telltale/shop",
        "type": "telltale.trigger",
        "subject": customer,
        "time": iso(at),
        "datacontenttype": "application/json",
        "data": {
            "signal": "basket",
            "reason": "A basket left is a warm lead.",
            "library": "shop@1",
            "customer": customer,
            "per": None,
            "channel": channel,
            "content": "basket-reminder",
            "value": 12.0,
            "expires": iso(at + 48 * HOUR if expires is None else expires),
            "late": False,
            "touchpoints": ["t1"],
            "carry": {},
        },
    }


def cancel(event: dict[str, Any], reason: str = "cancel_on") -> dict[str, Any]:
    """The cancel of a trigger."""
    data = {name: event["data"][name] for name in ("signal", "customer", "channel", "library")}
    return {
        **event,
        "id": f"{event['id']}:cancel",
        "type": "telltale.trigger.cancelled",
        "time": iso(now()),
        "data": {**data, "trigger": event["id"], "reason": reason, "touchpoints": ["t2"]},
    }


def message(event: dict[str, Any], partition: int | None = None) -> Message:
    """The record of an event."""
    return Message(orjson.dumps(event), key=event["subject"].encode(), partition=partition)
