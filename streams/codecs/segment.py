"""The Segment spec (track, page, screen, identify, group, alias) to touchpoints.

Who has no userId is the customer ``anon:ANONYMOUSID``; an identify with both ids and an alias link the two.

https://segment.com/docs/connections/spec/ says what the messages hold. An event's name becomes a type by lower case
and ``_`` for what isn't a letter, a digit, a dot or a dash: "Product Viewed" is ``product_viewed``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rules import BadRecord
from streams.codecs.body import json_object, object_at, shown, text_at
from streams.codecs.native import refuse_ours
from streams.codecs.record import Fields, SourceRecord, bad, position

ANONYMOUS = "anon:"
"""Before an anonymousId in a customer's id, so that it is told from the ids of known customers."""

TIMES = ("timestamp", "originalTimestamp", "receivedAt", "sentAt")
"""Segment's own choice first: ``timestamp`` is corrected for the device's wrong clock."""

CHANNELS = {"browser": "web", "mobile": "app"}
TEXTS = {"product": ("product_id", "sku"), "brand": ("brand",), "content": ("content_id",)}
VALUES = ("value", "revenue", "total")

_NOT_IN_TYPE = re.compile(r"[^\w.-]+")


def decode(record: SourceRecord) -> Fields | list[Fields]:
    """Decodes one message of the Segment spec. Raises BadRecord."""
    message = json_object(record.value)
    kind = text_at(message, "type")
    if kind == "alias":
        return _alias(message, _common(message, record))
    call = CALLS.get(kind or "")
    if call is None:
        raise _unknown_call(kind)
    fields = _common(message, record) | call(message)
    anonymous = fields["identities"].get("anonymous")
    if kind != "identify" or anonymous is None or "user" not in fields["identities"]:
        return fields
    return [fields, _link(_common(message, record), ANONYMOUS + anonymous)]


def _common(message: Mapping[str, Any], record: SourceRecord) -> Fields:
    user, anonymous = text_at(message, "userId"), text_at(message, "anonymousId")
    if user is None and anonymous is None:
        raise bad("missing field", "$.userId", "neither userId nor anonymousId", "at least one of them")
    fields: Fields = {
        "id": text_at(message, "messageId") or position(record),
        "time": _time(message),
        "customer": user or f"{ANONYMOUS}{anonymous}",
        "identities": _present({"user": user, "anonymous": anonymous}),
    }
    return fields | _present({"channel": _channel(message), "source": _campaign(message)})


def _time(message: Mapping[str, Any]) -> str:
    for name in TIMES:
        if (time := text_at(message, name)) is not None:
            return time
    raise bad("missing field", "$.timestamp", f"none of {', '.join(TIMES)}", "the time of the message")


def _channel(message: Mapping[str, Any]) -> str | None:
    channel = text_at(message, "channel")
    return CHANNELS.get(channel, channel) if channel else None


def _campaign(message: Mapping[str, Any]) -> str | None:
    """Who sent the customer: ``context.campaign.source``. The context is free, so what has another shape is left."""
    context = message.get("context")
    campaign = context.get("campaign") if isinstance(context, dict) else None
    source = campaign.get("source") if isinstance(campaign, dict) else None
    return source if isinstance(source, str) else None


def _track(message: Mapping[str, Any]) -> Fields:
    event = text_at(message, "event")
    if event is None:
        raise bad("missing field", "$.event", "nothing", "the event's name")
    kind = type_of(event)
    refuse_ours(kind, "$.event")
    return {"type": kind} | _promoted(object_at(message, "properties"))


def _page(message: Mapping[str, Any]) -> Fields:
    return {"type": "page_view"} | _view(message)


def _screen(message: Mapping[str, Any]) -> Fields:
    return {"type": "screen_view"} | _view(message)


def _view(message: Mapping[str, Any]) -> Fields:
    properties = object_at(message, "properties")
    name = text_at(message, "name") or _first_text(properties, ("name", "path"))
    return _promoted(properties) | _present({"content": name})


def _identify(message: Mapping[str, Any]) -> Fields:
    return {"type": "profile.updated", "properties": object_at(message, "traits")}


def _alias(message: Mapping[str, Any], common: Fields) -> list[Fields]:
    """What was another id's is the user's. Where nothing tells whether that one was anonymous, both may have been."""
    user, previous = text_at(message, "userId"), text_at(message, "previousId")
    if user is None or previous is None:
        place = "$.userId" if user is None else "$.previousId"
        raise bad("missing field", place, "nothing", "an alias's userId and previousId")
    anonymous = text_at(message, "anonymousId")
    others = {previous: [ANONYMOUS + previous], None: [ANONYMOUS + previous, previous]}.get(anonymous, [previous])
    return [_link(common, other) for other in others]


def _link(common: Fields, other: str) -> Fields:
    """The record that makes the message's customer one with another id."""
    link = {"id": f"{common['id']}:{other}", "type": "identity.linked", "properties": {"to": other}}
    return common | link


def _group(message: Mapping[str, Any]) -> Fields:
    """Traits of a group are the group's: they don't go to the customer's profile."""
    group = text_at(message, "groupId")
    if group is None:
        raise bad("missing field", "$.groupId", "nothing", "the group's id")
    return {"type": "group.joined", "properties": {**object_at(message, "traits"), "group": group}}


CALLS: Mapping[str, Callable[[Mapping[str, Any]], Fields]] = {
    "track": _track,
    "page": _page,
    "screen": _screen,
    "identify": _identify,
    "group": _group,
}


def _unknown_call(kind: str | None) -> BadRecord:
    expected = "track, page, screen, identify, group or alias"
    if kind is None:
        return bad("missing field", "$.type", "nothing", expected)
    return bad("unknown value", "$.type", shown(kind), expected)


def type_of(event: str) -> str:
    """A touchpoint type from an event's name. Raises BadRecord where nothing is left of it."""
    kind = _NOT_IN_TYPE.sub("_", event.strip()).strip("_.").lower()
    if not kind:
        raise bad("unknown value", "$.event", shown(event), "a name with letters or digits")
    return kind


def _promoted(properties: dict[str, Any]) -> Fields:
    """The fields of a touchpoint that Segment has among the properties, and all of the properties."""
    named = {name: _first_text(properties, keys) for name, keys in TEXTS.items()}
    return _present({**named, "value": _first_number(properties)}) | {"properties": properties}


def _first_text(properties: Mapping[str, Any], names: Iterable[str]) -> str | None:
    values = (properties.get(name) for name in names)
    return next((str(v) for v in values if isinstance(v, str | int) and not isinstance(v, bool) and v != ""), None)


def _first_number(properties: Mapping[str, Any]) -> int | float | None:
    values = (properties.get(name) for name in VALUES)
    return next((v for v in values if isinstance(v, int | float) and not isinstance(v, bool)), None)


def _present(fields: Mapping[str, Any]) -> Fields:
    return {name: value for name, value in fields.items() if value is not None}
