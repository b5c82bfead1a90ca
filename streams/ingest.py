"""Ingest: the records of a source topic to touchpoints in the log, keyed by their customers.

Sources can't write the log's format themselves. What can't be read goes to the dead letters; nothing is dropped.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from rules import CONTEXT, BadRecord, decode_control, decode_touchpoint, read_context
from streams.codecs import Codec, SourceRecord, codec_for
from streams.dead_letters import DeadLetters
from streams.metrics import Metrics
from streams.sender import Record, Sender
from streams.settings import Source

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refused:
    """A source record that makes no touchpoint, as the dead letters take it."""

    offset: int
    reason: str
    place: str
    detail: str
    key: bytes | None
    value: bytes | None


class Ingest:
    """Forwards one source topic. ``topic`` and ``log`` are full names.

    Raises ValueError, MappingError or OSError where the source's format or mapping can't be used.
    """

    def __init__(
        self, source: Source, topic: str, log: str, sender: Sender, letters: DeadLetters, metrics: Metrics
    ) -> None:
        self._codec = codec_for(source.format, source.mapping)
        self._topic, self._log = topic, log
        self._sender, self._letters, self._metrics = sender, letters, metrics

    async def forward(self, partition: int, records: Sequence[SourceRecord]) -> None:
        """Forwards records of one partition, in order; returns when every one, or its dead letter, is durable.

        Raises KafkaError where the broker doesn't take them: the records are then to be forwarded again.
        """
        outcomes = [translate(self._codec, record) for record in records]
        made = [one for outcome in outcomes if isinstance(outcome, list) for one in outcome]
        touchpoints = [one for one in made if one[0] is not None]
        await self._sender.to_all(self._log, [one for one in made if one[0] is None])
        await self._sender.by_key(self._log, touchpoints)
        await self._letters.send(self._topic, partition, [one for one in outcomes if isinstance(one, Refused)])
        self._metrics.forwarded.labels(self._topic).inc(len(touchpoints))


def translate(codec: Codec, record: SourceRecord) -> list[Record] | Refused:
    """The records of the log that a source record becomes, none where its mapping leaves it out, or its refusal."""
    try:
        return _translated(codec, record)
    except BadRecord as error:
        return _refused(record, error.reason, error.place, error.detail)
    except Exception as error:  # whatever a publisher sends, the others' records go on
        log.exception("%s:%s:%s can't be translated", record.topic, record.partition, record.offset)
        return _refused(record, "translation failed", "", f"{type(error).__name__}: {error}")


def _translated(codec: Codec, record: SourceRecord) -> list[Record]:
    fields = codec(record)
    if fields is None:
        return []
    return [_record(one) for one in (fields if isinstance(fields, list) else [fields])]


def _record(fields: dict[str, object]) -> Record:
    """The record of the log; one for all partitions, where it changes the context, has no key."""
    value = _encoded(fields)
    if fields.get("type") == CONTEXT:
        read_context(decode_control(value))
        return None, value
    return decode_touchpoint(value).customer.encode(), value


def _encoded(fields: dict[str, object]) -> bytes:
    try:
        return orjson.dumps(fields)
    except TypeError as error:  # a number beyond 64 bits, half of a surrogate pair
        raise BadRecord("wrong type", "", f"found {error}; expected numbers of 64 bits and texts of Unicode") from None


def _refused(record: SourceRecord, reason: str, place: str, detail: str) -> Refused:
    return Refused(record.offset, reason, place, detail, record.key, record.value)
