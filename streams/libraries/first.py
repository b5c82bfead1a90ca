"""Where the log names a partition's first library: what stands before that was that library's too."""

from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from rules import Switch, switch_in
from streams.broker import reader_options
from streams.settings import Settings

POLL = 200
"""Milliseconds that one look for more records takes at most."""

MANY = 10_000
"""Records of one look."""


async def first_switches(settings: Settings, topic: str, numbers: set[int]) -> Mapping[int, Switch]:
    """The first `library.switched` in each of these partitions up to its present end; none where there is none.

    Raises KafkaError when the broker doesn't answer.
    """
    consumer = AIOKafkaConsumer(**reader_options(settings))
    await consumer.start()
    try:
        return await _look(consumer, [TopicPartition(topic, number) for number in sorted(numbers)])
    finally:
        await consumer.stop()


async def _look(consumer: Any, partitions: list[TopicPartition]) -> dict[int, Switch]:
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    ends = await consumer.end_offsets(partitions)
    found: dict[int, Switch] = {}
    open_ = {tp for tp in partitions if await consumer.position(tp) < ends[tp]}
    while open_:
        for tp, records in (await consumer.getmany(*open_, timeout_ms=POLL, max_records=MANY)).items():
            first = next(filter(None, map(switch_in, records)), None)
            if first is not None:
                found[tp.partition] = first
        open_ = {tp for tp in open_ if tp.partition not in found and await consumer.position(tp) < ends[tp]}
    return found
