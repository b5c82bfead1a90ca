"""JSON Schemas of the records on the wire, of the descriptions that read them."""

from __future__ import annotations

import inspect
from typing import Any, Final

import msgspec

from rules.messages import CancelEvent, DecisionRecord, OutcomeRecord, TriggerEvent
from rules.touchpoint import Touchpoint

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
MESSAGES: Final[dict[str, type]] = {
    "touchpoint": Touchpoint,
    "outcome": OutcomeRecord,
    "trigger": TriggerEvent,
    "cancel": CancelEvent,
    "decision": DecisionRecord,
}


def message_schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each kind of record, by name."""
    return {name: {"$schema": DIALECT, **_tidy(msgspec.json.schema(kind))} for name, kind in MESSAGES.items()}


def message_components(template: str) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """A reference to each kind of record's schema, and the schemas by their own names.

    ``template`` is a reference with ``{name}`` in the schema's place.
    """
    references, components = msgspec.json.schema_components(tuple(MESSAGES.values()), ref_template=template)
    return dict(zip(MESSAGES, references, strict=True)), _tidy(components)


def _tidy(schema: Any) -> Any:
    """The same with the descriptions of classes as they read, not as they are indented in code."""
    if isinstance(schema, list | tuple):
        return [_tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _said(value) if key == "description" else _tidy(value) for key, value in schema.items()}


def _said(description: Any) -> Any:
    return inspect.cleandoc(description).replace("``", "`") if isinstance(description, str) else _tidy(description)
