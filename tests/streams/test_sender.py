"""Sending in bulk: batches, order, the partition of a key, records that are too large, failures that tell the topic."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError
from aiokafka.producer.message_accumulator import BatchBuilder

from streams.sender import Sender, SendError, TooLargeError, start_producer
from streams.settings import Settings
from tests.kafka import Kafka

LARGEST = 10_000


class FakeProducer:
    """Takes batches as aiokafka's producer does; `error` fails what is sent."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, int, int]] = []
        self.error: Exception | None = None
        self.asked = 0

    def create_batch(self) -> BatchBuilder:
        return BatchBuilder(LARGEST, 0)

    async def partitions_for(self, topic: str) -> set[int]:
        return {0}

    async def send_batch(self, batch: BatchBuilder, topic: str, partition: int) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.asked += 1
        if self.error:
            future.set_exception(self.error)
        else:
            offset = sum(count for _, at, count in self.batches if at == partition)
            future.set_result(SimpleNamespace(offset=offset))
            self.batches.append((topic, partition, batch.record_count()))
        return future


@pytest.fixture
def producer() -> FakeProducer:
    return FakeProducer()


def sender(producer: FakeProducer) -> Sender:
    faked: Any = producer
    return Sender(faked)


async def test_few_records_are_one_batch_many_are_several(producer: FakeProducer) -> None:
    await sender(producer).to_partition("t", 1, [(b"k", b"v"), (None, b"w", [("h", b"x")])])
    await sender(producer).to_partition("t", 2, [(b"k", b"v" * 4_000)] * 5)
    assert producer.batches == [("t", 1, 2), ("t", 2, 2), ("t", 2, 2), ("t", 2, 1)]


async def test_nothing_to_send(producer: FakeProducer) -> None:
    await sender(producer).to_partition("t", 0, [])
    assert producer.batches == []


async def test_one_batch_or_none(producer: FakeProducer) -> None:
    assert await sender(producer).as_one_batch("t", 0, [(b"a", b"1"), (b"b", None)]) == 0
    assert await sender(producer).as_one_batch("t", 0, [(b"a", b"1")]) == 2
    with pytest.raises(TooLargeError, match=r"t/0: found 3 records of 2 batches, expected 1"):
        await sender(producer).as_one_batch("t", 0, [(b"k", b"v" * 4_000)] * 3)
    assert len(producer.batches) == 2


async def test_a_record_that_is_too_large(producer: FakeProducer) -> None:
    with pytest.raises(TooLargeError, match=r"found a record of 1,000,001 bytes, expected 1,000,000 at most"):
        await sender(producer).to_partition("t", 0, [(b"k", b"v" * 1_000_000)])
    assert producer.batches == []


async def test_a_failure_tells_where_the_records_were_to_go(producer: FakeProducer) -> None:
    producer.error = KafkaTimeoutError()
    with pytest.raises(SendError, match=r"t/3: found .*Timeout"):
        await sender(producer).to_partition("t", 3, [(b"k", b"v")])
    with pytest.raises(SendError, match=r"t/3: found .*Timeout"):
        await sender(producer).as_one_batch("t", 3, [(b"k", b"v")])


async def test_nothing_follows_what_is_not_taken(producer: FakeProducer) -> None:
    records = [(b"k", b"v" * 4_000)] * 5
    await sender(producer).in_order("t", records)
    assert producer.batches == [("t", 0, 2), ("t", 0, 2), ("t", 0, 1)]
    producer.error, producer.asked = KafkaTimeoutError(), 0
    with pytest.raises(SendError, match=r"t/0: found .*Timeout"):
        await sender(producer).in_order("t", records)
    assert producer.asked == 1


async def test_keyed_records_go_where_every_client_puts_them(kafka: Kafka) -> None:
    topic = await asyncio.to_thread(kafka.create_topic, kafka.topic_name(), 3)
    keys = [f"customer-{number}".encode() for number in range(20)]
    producer = await start_producer(Settings(broker=kafka.bootstrap))
    try:
        await Sender(producer).by_key(topic, [(key, b"1", [("h", b"x")]) for key in keys])
        for key in keys:
            await producer.send_and_wait(topic, b"2", key=key)
    finally:
        await producer.stop()
    found: dict[bytes | None, set[int]] = {}
    for record in await asyncio.to_thread(kafka.read_all, topic):
        found.setdefault(record.key, set()).add(record.partition)
    assert set(found) == set(keys)
    assert all(len(partitions) == 1 for partitions in found.values())
    assert len({partition for partitions in found.values() for partition in partitions}) == 3
