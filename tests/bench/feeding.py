"""Topics of a benchmark, and logs written into them in bulk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaProducer

from tests.bench.workload import PARTITIONS, Record
from tests.kafka import Kafka

APPENDED: Final = {"message.timestamp.type": "LogAppendTime"}
BATCH: Final = 500  # records that a publisher sends at once


def create_topics(kafka: Kafka, *names: str) -> None:
    """Topics whose records carry the time at which the broker took them."""
    for name in names:
        kafka.create_topic(name, PARTITIONS, APPENDED)


def feed(kafka: Kafka, topic: str, parts: Sequence[Sequence[Record]]) -> None:
    """Writes each partition's records, as they stand, into the partition of the same number."""
    asyncio.run(_feed(kafka.bootstrap, topic, parts))


async def _feed(bootstrap: str, topic: str, parts: Sequence[Sequence[Record]]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=1_000_000) as producer:
        for start in range(0, max(map(len, parts)), BATCH):
            batches = [(number, records[start : start + BATCH]) for number, records in enumerate(parts)]
            await asyncio.gather(*(_send(producer, topic, number, batch) for number, batch in batches if batch))


async def _send(producer: AIOKafkaProducer, topic: str, number: int, records: Sequence[Record]) -> None:
    batch = producer.create_batch()
    for record in records:
        if batch.append(timestamp=None, key=record.key, value=record.value) is None:
            raise ValueError(f"found {len(records)} records that are larger than a batch, expected fewer; see BATCH")
    await (await producer.send_batch(batch, topic, partition=number))
