"""Sending in bulk: all records for one partition as few batches, each awaited until the broker has it for good."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from streams.broker import client_options
from streams.settings import Settings

BATCH_BYTES = 1_000_000
"""The largest batch, in bytes: below a broker's default limit of 1 MiB for a message."""

REQUEST_BYTES = 2 * 1024 * 1024
REQUEST = 30_000
"""Milliseconds that sending may take before it fails, retries included."""

Headers = Sequence[tuple[str, bytes]]
Record = tuple[bytes | None, bytes | None] | tuple[bytes | None, bytes | None, Headers]
"""Key, value and, where there are any, headers."""


class TooLargeError(Exception):
    """A record, or records that must be one batch, are larger than a batch may be."""


class SendError(KafkaError):  # type: ignore[misc]  # aiokafka has no types
    """Records could not be sent; the text says where to, and why."""


class Sender:
    """Sends through one started producer of aiokafka."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer
        self._partitioner = DefaultPartitioner()

    async def to_partition(self, topic: str, partition: int, records: Sequence[Record]) -> None:
        """Sends records to one partition, in order; returns when the broker has them all.

        Raises SendError when one could not be sent, TooLargeError for a record above BATCH_BYTES.
        """
        with _told(topic, partition):
            send = self._producer.send_batch
            await _all([await send(batch, topic, partition=partition) for batch in self._batches(records)])

    async def as_one_batch(self, topic: str, partition: int, records: Sequence[Record]) -> int:
        """Sends records as one batch, which the broker takes wholly or not; the offset of the first.

        Raises SendError when it could not be sent, TooLargeError when they don't fit into one batch.
        """
        batches = list(self._batches(records))
        if len(batches) != 1:
            raise TooLargeError(
                f"{topic}/{partition}: found {len(records)} records of {len(batches)} batches, expected 1"
            )
        with _told(topic, partition):
            future = await self._producer.send_batch(batches[0], topic, partition=partition)
            sent = await future
        return int(sent.offset)

    async def by_key(self, topic: str, records: Iterable[Record]) -> None:
        """Sends keyed records, each to the partition that every Kafka client takes for its key.

        Raises as `to_partition`.
        """
        groups = await self._by_partition(topic, records)
        await _all([self.to_partition(topic, partition, group) for partition, group in groups.items()])

    async def to_all(self, topic: str, records: Sequence[Record]) -> None:
        """Sends records to every partition; raises as `to_partition`."""
        if records:
            partitions = sorted(await self._producer.partitions_for(topic))
            await _all([self.to_partition(topic, partition, records) for partition in partitions])

    async def in_order(self, topic: str, records: Iterable[Record]) -> None:
        """As `by_key`, but where a record isn't taken none that follows it in its partition is.

        Whoever skips what lies behind a record that came would else lose it.
        """
        groups = await self._by_partition(topic, records)
        await _all([self._one_by_one(topic, partition, group) for partition, group in groups.items()])

    async def _one_by_one(self, topic: str, partition: int, records: Sequence[Record]) -> None:
        with _told(topic, partition):
            for batch in self._batches(records):
                await (await self._producer.send_batch(batch, topic, partition=partition))

    async def _by_partition(self, topic: str, records: Iterable[Record]) -> dict[int, list[Record]]:
        partitions = sorted(await self._producer.partitions_for(topic))
        groups: dict[int, list[Record]] = {}
        for record in records:
            chosen = self._partitioner(record[0], partitions, partitions)
            groups.setdefault(chosen, []).append(record)
        return groups

    def _batches(self, records: Iterable[Record]) -> Iterator[Any]:
        batch = None
        for record in records:
            headers = list(record[2]) if len(record) == 3 else []
            while (
                batch is None or batch.append(timestamp=None, key=record[0], value=record[1], headers=headers) is None
            ):
                if batch is not None:
                    yield batch
                batch = self._new_batch(record)
        if batch is not None:
            yield batch

    def _new_batch(self, first: Record) -> Any:
        # A builder takes its first record however large it is, and the broker would refuse it after many tries.
        size = len(first[0] or b"") + len(first[1] or b"")
        if size > BATCH_BYTES:
            raise TooLargeError(f"found a record of {size:,} bytes, expected {BATCH_BYTES:,} at most")
        return self._producer.create_batch()


@contextmanager
def _told(topic: str, partition: int) -> Iterator[None]:
    """Tells in an error of the producer where the records were to go."""
    try:
        yield
    except KafkaError as error:
        raise SendError(f"{topic}/{partition}: found {error!r}, expected the records to be taken") from error


async def _all(waiting: Sequence[Any]) -> None:
    # Every one is awaited even when one fails: none may be on its way while the process already winds up.
    results = await asyncio.gather(*waiting, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result


async def start_producer(settings: Settings, **options: Any) -> AIOKafkaProducer:
    """A started producer of our own: idempotent where the settings say so, every copy acknowledged.

    The caller stops it. `options` go before these settings.
    """
    producer = AIOKafkaProducer(**{**client_options(settings), **producer_options(settings), **options})
    await producer.start()
    return producer


def producer_options(settings: Settings) -> dict[str, Any]:
    """What every producer of the runtime has in common, as aiokafka's keyword arguments."""
    return {
        "acks": "all",
        "enable_idempotence": settings.idempotent,
        "max_batch_size": BATCH_BYTES,
        "max_request_size": REQUEST_BYTES,
        "request_timeout_ms": REQUEST,
        "linger_ms": 0,
    }
