"""The AsyncAPI 3.0 document of an installation: its topics, what keys, headers and records they have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rules import message_components
from streams.settings import Settings
from streams.topics import Catalogue

VERSION = "3.0.0"
TEMPLATE = "#/components/schemas/{name}"
KAFKA = {"bindingVersion": "0.5.0"}
CHANNEL = "{channel}"
"""Stands for a channel where no library names them."""

KEYED = {"type": "string", "description": "The customer, in UTF-8."}
LETTER_HEADERS: dict[str, str] = {
    "topic": "The topic that the record stood in.",
    "partition": "Its partition there.",
    "offset": "Its offset there.",
    "reason": "Why it can't be used: one of a few words.",
    "place": "Where in the record, such as `$.attention`; empty for all of it.",
    "detail": "What was found and what was expected.",
}


def asyncapi(settings: Settings, title: str, version: str, channels: Sequence[str]) -> dict[str, Any]:
    """The document, as JSON is made of it. Of no channels, one topic stands for any of them."""
    references, schemas = message_components(TEMPLATE)
    catalogue = Catalogue(settings, channels or [CHANNEL])
    topics = {
        "touchpoints": _channel(
            catalogue.touchpoints.name,
            "The log, keyed by customer. Records without a key are the detector's own.",
            "touchpoint",
            "outcome",
        )
    }
    for channel in channels or [CHANNEL]:
        topics |= _triggers(catalogue, channel)
    topics["decisions"] = _channel(catalogue.decisions.name, "What became of every firing, and why.", "decision")
    topics["deadLetters"] = _channel(catalogue.dead_letters.name, "What could not be used.", "deadLetter")
    return {
        "asyncapi": VERSION,
        "info": {
            "title": title,
            "version": version,
            "description": "Touchpoints come in; triggers go out to each channel, with a decision for every firing.",
        },
        "defaultContentType": "application/json",
        "channels": topics,
        "operations": {_operation(name): _direction(name, topic) for name, topic in topics.items()},
        "components": {"messages": _messages(references), "schemas": schemas},
    }


def _triggers(catalogue: Catalogue, channel: str) -> dict[str, Any]:
    described = _channel(
        catalogue.triggers(channel).name,
        "What the channel is to do, keyed by customer; a cancel stands behind its trigger in the same partition.",
        "trigger",
        "cancel",
    )
    if channel == CHANNEL:
        return {"triggers": {**described, "parameters": {"channel": {"description": "A channel of the library."}}}}
    return {f"triggers.{channel}": described}


def _channel(address: str, description: str, *messages: str) -> dict[str, Any]:
    return {
        "address": address,
        "description": description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }


def _operation(name: str) -> str:
    return ("read." if name == "touchpoints" else "write.") + name


def _direction(name: str, channel: dict[str, Any]) -> dict[str, Any]:
    messages = [{"$ref": f"#/channels/{name}/messages/{message}"} for message in channel["messages"]]
    action = "receive" if name == "touchpoints" else "send"
    return {"action": action, "channel": {"$ref": f"#/channels/{name}"}, "messages": messages}


def _messages(references: dict[str, dict[str, Any]]) -> dict[str, Any]:
    titles = {
        "touchpoint": "An interaction of a customer",
        "outcome": "What became of a trigger, reported by its channel",
        "trigger": "A trigger",
        "cancel": "A trigger taken back",
        "decision": "A decision",
    }
    events = ("trigger", "cancel")
    return {name: _message(titles[name], references[name], cloud_event=name in events) for name in titles} | {
        "deadLetter": _dead_letter()
    }


def _message(title: str, payload: dict[str, Any], *, cloud_event: bool) -> dict[str, Any]:
    return {
        "title": title,
        "contentType": "application/cloudevents+json" if cloud_event else "application/json",
        "payload": payload,
        "bindings": {"kafka": {"key": KEYED, **KAFKA}},
    }


def _dead_letter() -> dict[str, Any]:
    told = {name: {"type": "string", "description": about} for name, about in LETTER_HEADERS.items()}
    cut = {"type": "string", "description": "How many bytes the record had, where it was cut to 256 KB."}
    return {
        "title": "A record that could not be used, its key and value as they came",
        "contentType": "application/octet-stream",
        "headers": {"type": "object", "required": list(told), "properties": {**told, "cut": cut}},
        "payload": {"description": "The record's value; null where it had none."},
        "bindings": {"kafka": {"key": {"description": "The record's key; null where it had none."}, **KAFKA}},
    }
