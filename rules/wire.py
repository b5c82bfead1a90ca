"""The records that leave: triggers as CloudEvents, decisions, the partition record."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

import msgspec
import orjson
from msgspec import Struct

from rules.plan import Plan
from rules.policy import Decision
from rules.state import State
from rules.switch import NO_LIBRARY

MARKER_KEY: Final = b"\0"
MAX_TRIGGER: Final = 64 * 1024
_EPOCH: Final = date(1970, 1, 1)
_SECONDS: Final = tuple(f"{second:02d}." for second in range(60))
_MILLIS: Final = tuple(f"{millis:03d}Z" for millis in range(1_000))


class Marker(Struct, array_like=True):
    """The partition record: how far a log's partition is evaluated in the states beside it.

    ``offset``: the last record wholly processed (-1: none). ``time``: the partition's time (ms). ``library``: the
    sequence of its library (-1: the log has named none), ``digest`` the short one that states carry.
    """

    log: str
    offset: int = -1
    time: int = 0
    library: int = NO_LIBRARY
    digest: int = 0


encode_marker = msgspec.msgpack.Encoder().encode
decode_marker = msgspec.msgpack.Decoder(Marker).decode


def library_of(marker: bytes | None) -> int:
    """The sequence of the library that a partition has gone over to; -1 where its record names none, or is missing."""
    return NO_LIBRARY if marker is None else decode_marker(marker).library


def rfc3339(millis: int) -> str:
    """A moment as RFC 3339 in UTC with milliseconds."""
    minute, rest = divmod(millis, 60_000)
    return _minute(minute) + _SECONDS[rest // 1_000] + _MILLIS[rest % 1_000]


@lru_cache(maxsize=4096)  # firings of one time come together
def _minute(minute: int) -> str:
    """The beginning of a minute since 1970, as ISO 8601 writes it."""
    days, minute = divmod(minute, 24 * 60)
    return f"{_day(days)}T{minute // 60:02d}:{minute % 60:02d}:"


@lru_cache(maxsize=1024)
def _day(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).isoformat()


def encode_decision(plan: Plan, customer: str, identifier: str, moment: str, decision: Decision) -> bytes:
    """A decision; ``moment`` is the firing's in RFC 3339."""
    firing = decision.firing
    return orjson.dumps(
        {
            "id": identifier,
            "signal": firing.signal.name,
            "customer": customer,
            "per": firing.per,
            "time": moment,
            "outcome": decision.outcome,
            "reason": decision.reason,
            "detail": decision.detail,
            "channel": firing.signal.declared.then.channel,
            "late": firing.late,
            "library": plan.version,
        }
    )


def encode_trigger(plan: Plan, customer: str, identifier: str, moment: str, decision: Decision, state: State) -> bytes:
    """The CloudEvent of a decision that is sent: 64 KB at most, what doesn't fit of `carry` being left out."""
    firing = decision.firing
    carry = _carry(decision, state)
    event = _event(plan, customer, identifier, moment, decision, carry)
    raw = orjson.dumps(event)
    while len(raw) > MAX_TRIGGER and carry:
        largest = max(carry, key=lambda name: len(orjson.dumps(carry[name])))
        del carry[largest]
        raw = orjson.dumps(event)
    if len(raw) > MAX_TRIGGER:
        event["data"]["touchpoints"] = list(firing.touchpoints[:8])
        raw = orjson.dumps(event)
    return raw


def _carry(decision: Decision, state: State) -> dict[str, Any]:
    firing = decision.firing
    carried: dict[str, Any] = {}
    for carry in firing.signal.carry:
        value = carry.value(state.parts, state.profile, firing.touchpoint, firing.moment, firing.per)
        carried[carry.name] = rfc3339(value) if carry.is_time and isinstance(value, int) else value
    return carried


def _event(
    plan: Plan, customer: str, identifier: str, moment: str, decision: Decision, carry: dict[str, Any]
) -> dict[str, Any]:
    firing = decision.firing
    declared = firing.signal.declared
    return {
        "specversion": "1.0",
        "id": identifier,
        "source": f"telltale/{plan.library.name}",
        "type": "telltale.trigger",
        "subject": customer,
        "time": moment,
        "datacontenttype": "application/json",
        "data": {
            "signal": firing.signal.name,
            "reason": declared.reason,
            "library": plan.version,
            "customer": customer,
            "per": firing.per,
            "channel": declared.then.channel,
            "content": declared.then.content,
            "value": declared.value,
            "expires": rfc3339(decision.expires),
            "late": firing.late,
            "touchpoints": list(firing.touchpoints),
            "carry": carry,
        },
    }
