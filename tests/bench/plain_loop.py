"""W1 as a plain loop on aiokafka: consume, decode with msgspec, evaluate by hand in memory, produce.

Nothing survives its end, and nothing is written but the triggers: the least that a Python process can do for W1.

    python -m tests.bench.plain_loop BOOTSTRAP TOPIC OUTPUT
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from tests.bench.handwritten import HandWritten, Output
from tests.bench.workload import PARTITIONS


async def main(bootstrap: str, topic: str, output: str) -> None:
    hands = [HandWritten("plain", encoded=False) for _ in range(PARTITIONS)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, fetch_max_wait_ms=20)
    partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    async with consumer, AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        while True:
            sent: list[Any] = []
            for partition, records in (await consumer.getmany(timeout_ms=1000)).items():
                done = hands[partition.partition].evaluate(records)
                sent += [await one for one in _sends(producer, output, partition.partition, done.triggers)]
            await asyncio.gather(*sent)


def _sends(producer: AIOKafkaProducer, topic: str, number: int, records: Iterable[Output]) -> Iterable[Any]:
    batch = producer.create_batch()
    for key, value in records:
        if batch.append(timestamp=None, key=key, value=value) is None:
            yield producer.send_batch(batch, topic, partition=number)
            batch = producer.create_batch()
            batch.append(timestamp=None, key=key, value=value)
    if batch.record_count():
        yield producer.send_batch(batch, topic, partition=number)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
