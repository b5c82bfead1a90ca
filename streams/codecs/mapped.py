"""A site's own JSON to touchpoints, by a mapping file whose columns are dotted paths."""

from __future__ import annotations

from functools import partial
from typing import Any

from streams.codecs.body import json_object
from streams.codecs.mapping import SourceMapping, touchpoint
from streams.codecs.record import Codec, Fields, SourceRecord, position


def mapped(mapping: SourceMapping) -> Codec:
    """The codec of a mapping."""
    return partial(_decode, mapping)


def _decode(mapping: SourceMapping, record: SourceRecord) -> Fields | None:
    return touchpoint(mapping, partial(_dig, json_object(record.value)), _place, position(record))


def _place(path: str) -> str:
    return f"$.{path}"


def _dig(value: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value
