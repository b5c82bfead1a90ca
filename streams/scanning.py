"""Topics read once, from where they begin to where they end now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from rules import Erasures
from streams.broker import reader_options
from streams.settings import Settings

POLL = 500
"""Milliseconds that one look for more records takes at most."""


async def batches(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> AsyncIterator[list[Any]]:
    """Records below the ends. A partition ends where its position does: the last offsets may be no records."""
    open_ = {partition for partition, end in ends.items() if await consumer.position(partition) < end}
    while open_:
        for partition, records in (await consumer.getmany(*open_, timeout_ms=POLL, max_records=10_000)).items():
            yield [record for record in records if record.offset < ends[partition]]
        open_ = {partition for partition in open_ if await consumer.position(partition) < ends[partition]}
        await asyncio.sleep(0)


async def scan(consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> AsyncIterator[list[Any]]:
    """All records that these partitions hold now, batch by batch; it takes the consumer over."""
    if partitions:
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        async for batch in batches(consumer, ends):
            yield batch


async def erasures_in(
    consumer: AIOKafkaConsumer, begins: Mapping[TopicPartition, int]
) -> dict[TopicPartition, Erasures]:
    """Who is erased in partitions of the log, from these offsets on; it takes the consumer over."""
    found = {partition: Erasures() for partition in begins}
    if begins:
        consumer.assign(list(begins))
        ends = await consumer.end_offsets(list(begins))
        for partition, begin in begins.items():
            consumer.seek(partition, begin)
        async for batch in batches(consumer, ends):
            if batch:
                found[TopicPartition(batch[0].topic, batch[0].partition)].read(batch)
    return found


async def erasures_of(settings: Settings, topic: str, numbers: list[int]) -> dict[int, Erasures]:
    """Who is erased in partitions of the log that are about to be read from their beginning.

    Raises KafkaError where the broker doesn't give them.
    """
    if not numbers:
        return {}
    consumer = AIOKafkaConsumer(**reader_options(settings))
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in numbers]
        begins = await consumer.beginning_offsets(partitions)
        return {one.partition: erasures for one, erasures in (await erasures_in(consumer, begins)).items()}
    finally:
        await consumer.stop()
