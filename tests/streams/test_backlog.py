"""What ingest sources have not forwarded: of others by the group's commits, of ours by the lanes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from faust.types import TP

from streams.backlog import Backlog
from streams.settings import Settings
from tests.kafka import Kafka, Message

LIMIT = 20


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT):
        while not true():  # noqa: ASYNC110  it is the broker that is waited for
            await asyncio.sleep(0.05)


async def commit(kafka: Kafka, group: str, topic: str, offset: int) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0)])
        await consumer.commit({TopicPartition(topic, 0): offset})
    finally:
        await consumer.stop()


async def test_the_group_tells_how_far_others_are(kafka: Kafka) -> None:
    topic, group = await asyncio.to_thread(kafka.create_topic, kafka.topic_name("web"), 2), kafka.topic_name("group")
    before = int(time.time() * 1000)
    await asyncio.to_thread(kafka.produce, topic, [Message(b"{}", partition=0) for _ in range(3)])
    appended = [record.timestamp for record in await asyncio.to_thread(kafka.read_all, topic)]
    ours: dict[TP, int | None] = {}
    backlog = Backlog(Settings(broker=kafka.bootstrap), group, [TP(topic, 0), TP(topic, 1)], lambda: ours)
    task = asyncio.create_task(backlog.run())
    try:
        await until(lambda: backlog.oldest() == appended[0] >= before)
        await commit(kafka, group, topic, 2)
        await until(lambda: backlog.oldest() == appended[2])
        await commit(kafka, group, topic, 3)
        await until(lambda: backlog.oldest() is None)
    finally:
        task.cancel()


@pytest.mark.parametrize(("ours", "oldest"), [({}, 5), ({TP("web", 0): None}, None), ({TP("web", 0): 7}, 7)])
def test_of_our_own_partitions_the_lanes_know(ours: dict[TP, int | None], oldest: int | None) -> None:
    backlog = Backlog(Settings(), "group", [TP("web", 0)], lambda: ours)
    backlog._others = {TP("web", 0): 5}
    assert backlog.oldest() == oldest


async def test_without_sources_there_is_nothing_to_look_at() -> None:
    backlog = Backlog(Settings(broker="127.0.0.1:1"), "group", [], dict)
    await asyncio.wait_for(backlog.run(), 5)
    assert backlog.oldest() is None
