"""The log to lines of JSON, each with its place in the log (``_log``), so that a replay of them is the live run."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

import msgspec
import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from rules import ERASED, Erasures
from streams.broker import Say, reader_options, wait
from streams.feed import NoLogError
from streams.pseudonyms import Pseudonymiser
from streams.scanning import batches, erasures_in
from streams.settings import Settings
from streams.topics import partition_counts

LOG = "touchpoints"

Progress = Callable[[int, int], None]
CONTROLS = frozenset({"clock.tick", "library.switched", "context.updated"})


class Dumped(Protocol):
    """A record as a dump takes it; aiokafka's ConsumerRecord is one. ``timestamp`` in epoch milliseconds."""

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


class _Head(msgspec.Struct, gc=False):
    type: str | None = None
    customer: str | None = None


_decode_head = msgspec.json.Decoder(_Head).decode


def line(record: Dumped) -> bytes:
    """A record as a line, without its end. Its own bytes are kept: written anew, a number might look different.

    Where key and value don't follow from the line (what isn't JSON, a key that isn't the customer) ``_log`` has them
    in base64.
    """
    place: dict[str, Any] = {"partition": record.partition, "offset": record.offset, "time": record.timestamp}
    head = _head(record.value)
    if head is None or record.value is None:
        return b'{"_log":' + orjson.dumps(place | {"key": _packed(record.key), "value": _packed(record.value)}) + b"}"
    if record.key != _expected_key(head):
        place["key"] = _packed(record.key)
    body = record.value.replace(b"\n", b" ").replace(b"\r", b" ").rstrip()[:-1].rstrip()
    return body + (b'"_log":' if body.endswith(b"{") else b',"_log":') + orjson.dumps(place) + b"}"


def pseudonymous_line(record: Dumped, naming: Pseudonymiser) -> bytes | None:
    """A record as a line that names nobody; None for what can't be read: nobody knows whom that names.

    That somebody was erased is left out as what they did is: they would get a pseudonym again.
    """
    try:
        said = None if record.value is None else orjson.loads(record.value)
    except orjson.JSONDecodeError:
        return None
    if (
        not isinstance(said, dict)
        or said.get("type") == ERASED
        or (_expected_key(_Head(said.get("type"), said.get("customer"))) != record.key)
    ):
        return None
    place = {"partition": record.partition, "offset": record.offset, "time": record.timestamp}
    return orjson.dumps({**naming.record(said), "_log": place})


def _head(value: bytes | None) -> _Head | None:
    if value is None:
        return None
    try:
        return _decode_head(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _expected_key(head: _Head) -> bytes | None:
    if head.customer is None:
        return None if head.type in CONTROLS else b"?"
    return head.customer.encode()


def _packed(data: bytes | None) -> str | None:
    return None if data is None else b64encode(data).decode()


AsLine = Callable[[Dumped], bytes | None]
"""Makes a line of a record; None leaves it out."""


async def dump(
    settings: Settings,
    write: Callable[[bytes], object],
    progress: Progress,
    say: Say,
    name: str = LOG,
    as_line: AsLine = line,
) -> int:
    """Writes all records that the log holds now, partition by partition in order, as lines; how many were written.

    Those of customers who were erased later on are left out: the log is gone through once before, to know them.

    ``name``: of another topic, without the namespace. Raises BrokerAbsentError, NoLogError, and KafkaError where the
    broker refuses.
    """
    await wait(settings, say)
    topic = settings.name(name)
    count = (await partition_counts(settings, [topic])).get(topic)
    if count is None:
        raise NoLogError(topic)
    consumer = AIOKafkaConsumer(**reader_options(settings))
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(count)]
        begins = await consumer.beginning_offsets(partitions) if name == LOG else {}
        erased = await erasures_in(consumer, begins)
        return await _write_all(consumer, partitions, write, progress, partial(_kept_line, as_line, erased))
    finally:
        await consumer.stop()


def _kept_line(as_line: AsLine, erased: Mapping[TopicPartition, Erasures], record: Any) -> bytes | None:
    found = erased.get(TopicPartition(record.topic, record.partition))
    if record.value is None and found is None and record.key:  # only the log's own dump tells where something stood
        return None
    return None if found is not None and found.covers(record) else as_line(record)


async def _write_all(
    consumer: AIOKafkaConsumer,
    partitions: list[TopicPartition],
    write: Callable[[bytes], object],
    progress: Progress,
    as_line: AsLine,
) -> int:
    consumer.assign(partitions)
    starts, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    await consumer.seek_to_beginning(*partitions)
    total, done, written = sum(ends.values()) - sum(starts.values()), 0, 0
    async for batch in batches(consumer, ends):
        for record in batch:
            if (text := as_line(record)) is not None:
                write(text + b"\n")
                written += 1
        done += len(batch)
        progress(done, total)
    return written
