"""Reading the JSON of a record and the fields in it, with errors that say where and what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from streams.codecs.record import bad

SHOWN = 80
"""As many characters of a bad value go into a message: enough to recognise it, too few to flood a log."""


def json_value(data: bytes | None) -> Any:
    """The value that ``data`` is the JSON of. Raises BadRecord."""
    if data is None:
        raise bad("not json", "", "no value", "a JSON object")
    try:
        return msgspec.json.decode(data)
    except RecursionError:
        raise bad("too deep", "", shown_bytes(data), "a flat object") from None
    except UnicodeDecodeError as error:
        raise bad("not utf-8", "", f"{shown_bytes(data)} ({error.reason})", "JSON in UTF-8") from None
    except msgspec.DecodeError as error:
        raise bad("not json", "", f"{shown_bytes(data)} ({error})", "a JSON object") from None


def json_object(data: bytes | None) -> dict[str, Any]:
    """The object that ``data`` is the JSON of. Raises BadRecord."""
    return as_object(json_value(data), "$")


def as_object(value: Any, place: str) -> dict[str, Any]:
    """``value`` if it is a JSON object. Raises BadRecord."""
    if not isinstance(value, dict):
        raise bad("wrong type", place, shown(value), "a JSON object")
    return value


def text_at(fields: Mapping[str, Any], name: str, place: str = "$") -> str | None:
    """The text of a field; None where it is absent, null or empty. Whole numbers count as text: ids often are."""
    value = fields.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise bad("wrong type", f"{place}.{name}", shown(value), "a text")


def object_at(fields: Mapping[str, Any], name: str, place: str = "$") -> dict[str, Any]:
    """The object of a field; an empty one where it is absent or null."""
    value = fields.get(name)
    return {} if value is None else as_object(value, f"{place}.{name}")


def text_of(data: bytes | None, place: str) -> str | None:
    """A key or a header as text; None where it is absent or empty."""
    if not data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise bad("not utf-8", place, shown_bytes(data), "text in UTF-8") from None


def shown(value: Any) -> str:
    """A value as it stands in a message: its JSON, cut short."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."


def shown_bytes(data: bytes) -> str:
    return repr(data[:SHOWN])[1:] + ("..." if len(data) > SHOWN else "")
