"""The records that leave: triggers as CloudEvents, decisions, the partition record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

import msgspec
import orjson
from msgspec import Struct

from rules.context import CONTEXT_KEY
from rules.firing import Firing
from rules.plan import Plan
from rules.policy import TOO_MANY, Decision
from rules.state import State
from rules.switch import NO_LIBRARY
from rules.touchpoint import Touchpoint

MARKER_KEY: Final = b"\0"
ASIDE: Final = frozenset({MARKER_KEY, CONTEXT_KEY})
"""The keys of the changelog that are no customers'."""
MAX_TRIGGER: Final = 64 * 1024
_EPOCH: Final = date(1970, 1, 1)
_SECONDS: Final = tuple(f"{second:02d}." for second in range(60))
_MILLIS: Final = tuple(f"{millis:03d}Z" for millis in range(1_000))


class Marker(Struct, array_like=True):
    """The partition record: how far a log's partition is evaluated in the states beside it.

    ``offset``: the last record wholly processed (-1: none). ``time``: the partition's time (ms). ``library``: the
    sequence of its library (-1: the log has named none), ``digest`` the short one that states carry. ``unfinished``: as
    a slice says.
    """

    log: str
    offset: int = -1
    time: int = 0
    library: int = NO_LIBRARY
    digest: int = 0
    unfinished: tuple[int, int] = (-1, 0)


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
        **_relation(firing),
    }
    if decision.at is not None:
        said["at"] = rfc3339(decision.at)
    if plan.policy.used:
        said.update(_of_policy(decision))
    if plan.segments:
        said["segments"] = plan.segments_of(state, firing.moment if decision.at is None else decision.at)
    if plan.stories:
        said["stages"] = plan.stages(state.parts)
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


def encode_refusal(plan: Plan, link: Touchpoint, identifier: str, moment: str, other: str, detail: str) -> bytes:
    """The decision not to make a link with another identity."""
    return orjson.dumps(
        {
            "id": identifier,
            "signal": link.type,
            "customer": link.customer,
            "per": other,
            "time": moment,
            "outcome": "held",
            "reason": TOO_MANY,
            "detail": detail,
            "channel": None,
            "late": False,
            "library": plan.version,
        }
    )


def encode_trigger(plan: Plan, customer: str, identifier: str, moment: str, decision: Decision, state: State) -> bytes:
    """The CloudEvent of a decision that is sent: 64 KB at most, what doesn't fit of `carry` being left out."""
    firing = decision.firing
    carry = carried(firing, state, decision.carry)
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


def carried(firing: Firing, state: State, kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a firing carries along, by name, as its customer's state is then; or as it was, where that is ``kept``."""
    if firing.carried is not None:
        return dict(firing.carried)
    found: dict[str, Any] = {}
    for carry in firing.signal.carry:
        if kept is None:
            value = carry.value(state.parts, state.profile, firing.touchpoint, firing.moment, firing.per)
        elif carry.name in kept:
            value = kept[carry.name]
        else:
            continue  # there wasn't room to keep it
        found[carry.name] = rfc3339(value) if carry.is_time and isinstance(value, int) else value
    return found


_NOBODY: Final[dict[str, str]] = {}


def _relation(firing: Firing) -> dict[str, str]:
    """To whom it goes in the customer's place, and of whom it came; nothing where it is the customer's own."""
    to = firing.signal.declared.then.to
    if to is None and firing.about is None:
        return _NOBODY
    said = {"to": None if to is None else f"related.{to}", "about": firing.about}
    return {name: value for name, value in said.items() if value is not None}


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
            **_relation(firing),
        },
    }
