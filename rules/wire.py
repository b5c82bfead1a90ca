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
    return f"{(_EPOCH + timedelta(days=days)).isoformat()}T{minute // 60:02d}:{minute % 60:02d}:"


def encode_decision(plan: Plan, customer: str, identifier: str, moment: str, decision: Decision, state: State) -> bytes:
    """A decision; ``moment`` is the firing's in RFC 3339."""
    firing, channel = decision.firing, decision.channel
    said: dict[str, Any] = {
        "id": identifier,
        "signal": firing.signal.name,
        "customer": customer,
        "per": firing.per,
        "time": moment,
        "outcome": decision.outcome,
        "reason": decision.reason,
        "detail": decision.detail,
        "channel": None if channel is None else channel.name,
        "late": firing.late,
        "library": plan.version,
    }
    if decision.at is not None:
        said["at"] = rfc3339(decision.at)
    if plan.policy.used:
        said.update(_of_policy(decision))
        if plan.segments:
            said["segments"] = _segments(plan, decision, state)
    return orjson.dumps(said)


def _of_policy(decision: Decision) -> dict[str, Any]:
    """What a decision says only where the library says something of policy, as far as there is any."""
    declared, channel = decision.firing.signal.declared, decision.channel
    said = {
        "value": declared.value,
        "cost": None if channel is None else channel.cost,
        "content": declared.then.content,
        "group": declared.group,
        "loop": None if channel is None else channel.loop,
    }
    return {name: value for name, value in said.items() if value is not None}


def _segments(plan: Plan, decision: Decision, state: State) -> list[str]:
    """The names of the segments that the customer is in as it is decided."""
    firing = decision.firing
    now = firing.moment if decision.at is None else decision.at
    return [name for name, is_in in plan.segments if is_in(state.parts, state.profile, firing.touchpoint, now, None)]


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


def encode_cancel(plan: Plan, customer: str, identifier: str, decision: Decision) -> bytes:
    """The CloudEvent that takes a trigger back."""
    firing, channel = decision.firing, decision.channel
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": f"{identifier}:cancel",
            "source": f"telltale/{plan.library.name}",
            "type": "telltale.trigger.cancelled",
            "subject": customer,
            "time": rfc3339(firing.moment if decision.at is None else decision.at),
            "datacontenttype": "application/json",
            "data": {
                "trigger": identifier,
                "signal": firing.signal.name,
                "library": plan.version,
                "customer": customer,
                "channel": None if channel is None else channel.name,
                "reason": decision.reason,
                "touchpoints": list(firing.touchpoints),
            },
        }
    )


def _carry(decision: Decision, state: State) -> dict[str, Any]:
    firing, kept = decision.firing, decision.carry
    carried: dict[str, Any] = {}
    for carry in firing.signal.carry:
        if kept is None:
            value = carry.value(state.parts, state.profile, firing.touchpoint, firing.moment, firing.per)
        elif carry.name in kept:
            value = kept[carry.name]
        else:
            continue  # there wasn't room to keep it
        carried[carry.name] = rfc3339(value) if carry.is_time and isinstance(value, int) else value
    return carried


def _event(
    plan: Plan, customer: str, identifier: str, moment: str, decision: Decision, carry: dict[str, Any]
) -> dict[str, Any]:
    firing, channel = decision.firing, decision.channel
    declared = firing.signal.declared
    at = None if decision.at is None else rfc3339(decision.at)  # when it goes, where it had to wait
    of_policy = {"purpose": declared.purpose, "group": declared.group, "at": at}
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
            "channel": None if channel is None else channel.name,
            "content": declared.then.content,
            "value": declared.value,
            "expires": rfc3339(decision.expires),
            "late": firing.late,
            "touchpoints": list(firing.touchpoints),
            "carry": carry,
            **{name: value for name, value in of_policy.items() if value is not None},
        },
    }
