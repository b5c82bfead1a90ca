"""What a mapping file says: where each field of a touchpoint comes from. Plain frozen values, made by ``read``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, Literal

Kind = Literal["text", "number", "boolean", "any"]
Others = Literal["refuse", "keep", "drop"]


@dataclass(frozen=True, slots=True)
class From:
    """Where one value comes from: a column (or a dotted path in JSON), or a constant where ``column`` is None.

    ``table`` translates it; ``others`` says what happens to a value that the table lacks. ``default`` stands in for
    an empty one; it isn't translated.
    """

    column: str | None
    kind: Kind
    constant: Any = None
    table: Mapping[str, Any] | None = None
    others: Others = "refuse"
    default: Any = None


@dataclass(frozen=True, slots=True)
class TimeFrom:
    """Where the time comes from. ``pattern``: ``iso``, ``epoch_s``, ``epoch_ms`` or one of strptime.

    ``zone`` is that of times without an offset.
    """

    column: str
    pattern: str = "iso"
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class CsvStyle:
    """How a CSV file is written. ``decimal`` is the mark in its numbers."""

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    decimal: str = "."


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """A whole mapping file. ``places`` has the line and column (from 1) where each source column is named."""

    file: str
    time: TimeFrom
    fields: Mapping[str, From]
    identities: Mapping[str, From]
    properties: Mapping[str, From]
    csv: CsvStyle
    places: Mapping[str, tuple[int, int]]
