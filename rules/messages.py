"""The records that leave, as those who read them see them: triggers and their cancels, decisions, and the outcomes that
connectors report back into the log.

One description serves reading and the published schemas. Unknown keys are allowed: a newer release may say more.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

import msgspec
import orjson
from msgspec import Meta, Struct

from rules.touchpoint import BadRecord, Name, bad_record, to_millis

Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339, in UTC with milliseconds.")]
SignalName = Annotated[str, Meta(min_length=1, description="The signal's name.")]
Customer = Annotated[str, Meta(min_length=1, description="The customer, the record's key too.")]
Channel = Annotated[str, Meta(min_length=1, description="The channel that is to act.")]
Version = Annotated[str, Meta(description="The version of the library that decided.")]
Per = Annotated[str | None, Meta(description="The value of the signal's `per`; null where it has none.")]
Content = Annotated[str | None, Meta(description="What the channel is to say.")]
Ids = Annotated[tuple[str, ...], Meta(description="Ids of the touchpoints that caused it.")]
Subject = Annotated[str, Meta(min_length=1, description="The customer.")]
Source = Annotated[str, Meta(min_length=1, description="`telltale/` and the library's name.")]
SpecVersion = Annotated[Literal["1.0"], Meta(description="CloudEvents 1.0.")]


class TriggerData(Struct, gc=False):
    """What a channel is to do, for whom and why."""

    signal: SignalName
    library: Version
    customer: Customer
    channel: Channel
    expires: Annotated[datetime, Meta(tz=True, description="From when on it isn't to be delivered any more.")]
    touchpoints: Ids
    reason: Annotated[str | None, Meta(description="Why the signal is there, in its owner's words.")] = None
    per: Per = None
    content: Content = None
    value: Annotated[float | None, Meta(description="What one trigger is worth, in the library's currency.")] = None
    at: Annotated[datetime, Meta(tz=True, description="When it went, where it had to wait.")] | None = None
    late: Annotated[bool, Meta(description="Whether a late touchpoint made it.")] = False
    carry: Annotated[dict[str, Any], Meta(description="What the signal asks to be carried along.")] = {}
    to: Annotated[str | None, Meta(description="The relation by which the customer is addressed.")] = None
    purpose: Annotated[str | None, Meta(description="The purpose whose consent was asked.")] = None
    group: Annotated[str | None, Meta(description="The signal's group.")] = None
    stage: Annotated[str | None, Meta(description="The stage of its story.")] = None


class TriggerEvent(Struct, tag_field="type", tag="telltale.trigger"):
    """A trigger, a CloudEvent in structured mode. The same firing always has the same id."""

    specversion: SpecVersion
    id: Annotated[str, Meta(min_length=1, description="SIGNAL:CUSTOMER[:PER]:EPOCHMS of the firing.")]
    source: Source
    subject: Subject
    time: Moment
    data: TriggerData
    datacontenttype: str = "application/json"


class CancelData(Struct, gc=False):
    """Which trigger isn't to be acted on any more, and why."""

    trigger: Annotated[str, Meta(min_length=1, description="The id of the trigger.")]
    signal: SignalName
    customer: Customer
    channel: Channel
    reason: Annotated[str, Meta(description="`cancel_on`, `opted out`, `late` or `erased`.")]
    library: Version
    touchpoints: Ids = ()


class CancelEvent(Struct, tag_field="type", tag="telltale.trigger.cancelled"):
    """A trigger is taken back, a CloudEvent with the same key as the trigger, behind it in the same partition."""

    specversion: SpecVersion
    id: Annotated[str, Meta(min_length=1, description="The trigger's id and `:cancel`.")]
    source: Source
    subject: Subject
    time: Moment
    data: CancelData
    datacontenttype: str = "application/json"


class DecisionRecord(Struct, gc=False):
    """What became of a firing, and why. One that was deferred or cancelled gets a second record with the same id."""

    id: Annotated[str, Meta(min_length=1, description="The trigger's id, sent or not.")]
    signal: SignalName
    customer: Customer
    time: Moment
    outcome: Literal["sent", "deferred", "held", "cancelled"]
    library: Version
    per: Per = None
    reason: Annotated[str | None, Meta(description="What held it back, deferred or cancelled it.")] = None
    detail: Annotated[str | float | None, Meta(description="The value that decided.")] = None
    channel: Annotated[str | None, Meta(description="The channel chosen, or declared where none was.")] = None
    late: Annotated[bool, Meta(description="Whether a late touchpoint made it.")] = False
    value: Annotated[float | None, Meta(description="What one trigger is worth.")] = None
    cost: Annotated[float | None, Meta(description="What one contact on the channel costs.")] = None
    content: Content = None
    group: Annotated[str | None, Meta(description="The signal's group.")] = None
    loop: Annotated[str | None, Meta(description="The loop that the signal belongs to.")] = None
    segments: Annotated[tuple[str, ...], Meta(description="Segments that the customer was in.")] = ()
    stages: Annotated[dict[str, Any], Meta(description="The customer's stage in each story.")] = {}
    at: Annotated[datetime | None, Meta(description="When this was decided, where that isn't `time`.")] = None
    to: Annotated[str | None, Meta(description="The relation by which the customer is addressed.")] = None


OutcomeType = Literal[
    "trigger.delivered", "trigger.opened", "trigger.clicked", "trigger.converted", "trigger.failed", "trigger.refused"
]


class OutcomeProperties(Struct, omit_defaults=True, gc=False):
    """Which trigger an outcome is of."""

    trigger: Annotated[str, Meta(min_length=1, description="The trigger's id.")]
    signal: Annotated[str | None, Meta(description="Its signal.")] = None
    reason: Annotated[str | None, Meta(description="Why it failed or was refused.")] = None
    format: Annotated[str | None, Meta(description="The format that the channel chose, such as `push`.")] = None


class OutcomeRecord(Struct, omit_defaults=True, gc=False):
    """A touchpoint about a trigger that a channel reports into the log."""

    id: Annotated[Name, Meta(description="The trigger's id and the outcome; the same outcome always has the same.")]
    type: OutcomeType
    time: Moment
    customer: Name
    properties: OutcomeProperties
    channel: str | None = None
    content: Content = None
    value: Annotated[float | None, Meta(description="What a conversion was worth.")] = None


Event = TriggerEvent | CancelEvent
"""What stands in the topic of a channel."""

_decode: Final = msgspec.json.Decoder(Event).decode
encode_outcome: Final = msgspec.json.Encoder().encode


def decode_event(raw: bytes | None) -> Event:
    """Reads a record of a channel's topic. Raises BadRecord where it is neither a trigger nor a cancel."""
    try:
        event: Event = _decode(raw or b"")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise bad_record(error) from None
    return event


def cancelling(raw: bytes, now: int) -> bytes | None:
    """The event that takes a trigger back at ``now`` (ms), as its customer is erased; None for one that has expired,
    and for what is no trigger."""
    try:
        event = decode_event(raw)
    except BadRecord:
        return None
    if not isinstance(event, TriggerEvent) or to_millis(event.data.expires) <= now:
        return None
    data = event.data
    return orjson.dumps(
        {
            "specversion": event.specversion,
            "id": f"{event.id}:cancel",
            "source": event.source,
            "type": "telltale.trigger.cancelled",
            "subject": event.subject,
            "time": _moment(now),
            "datacontenttype": "application/json",
            "data": {
                "trigger": event.id,
                "signal": data.signal,
                "library": data.library,
                "customer": data.customer,
                "channel": data.channel,
                "reason": "erased",
                "touchpoints": [],
            },
        }
    )


def _moment(millis: int) -> str:
    return datetime.fromtimestamp(millis / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
