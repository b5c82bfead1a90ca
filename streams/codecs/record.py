"""What a codec takes and what it gives: a record of a source topic, a touchpoint in the log's format, a refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

from rules import BadRecord

Fields = dict[str, Any]
"""A touchpoint in the log's JSON format, not yet validated."""

Reason = Literal[
    "not json", "not utf-8", "too deep", "wrong type", "missing field", "wrong time", "unknown value", "not supported"
]
"""Why a record can't become a touchpoint. A bounded set: it is a label of a metric."""


class SourceRecord(Protocol):
    """A record of a source topic. aiokafka's ConsumerRecord is one. ``timestamp`` is in epoch milliseconds."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


Codec = Callable[[SourceRecord], Fields | list[Fields] | None]
"""Decodes one source record, which may become several of the log; None for one that its mapping leaves out. Raises
BadRecord and nothing else."""


def bad(reason: Reason, place: str, found: str, expected: str) -> BadRecord:
    """The refusal of a record. ``place`` is a JSON path, a header or a column; empty for the whole record."""
    return BadRecord(reason, place, f"found {found}; expected {expected}")


def position(record: SourceRecord) -> str:
    """The id of a record that brings none: the same one whenever the record is read again."""
    return f"{record.topic}:{record.partition}:{record.offset}"
