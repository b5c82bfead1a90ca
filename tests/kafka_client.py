"""Small clients of a broker for tests: each opens what it needs, does one thing, and closes it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    KafkaError,
    NotCoordinatorForGroupError,
    for_code,
)
from aiokafka.protocol.group import LeaveGroupRequest

Record = ConsumerRecord
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Message:
    """What to write: `timestamp` in epoch milliseconds; without a `partition` the key decides."""

    value: bytes | None
    key: bytes | None = None
    partition: int | None = None
    timestamp: int | None = None
    headers: Sequence[tuple[str, bytes]] = ()


def run(work: Coroutine[Any, Any, Result], *, limit: float = 60.0) -> Result:
    """Runs the coroutine in an event loop of its own, in a thread, so that async tests may call it too."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asyncio.wait_for(work, limit)).result()


async def answers(bootstrap: str) -> bool:
    """True when the broker takes requests."""
    try:
        # A bare connection first: the admin client writes a line to the log for each one refused.
        _, writer = await asyncio.open_connection(*bootstrap.split(":"))
        writer.close()
        async with _admin(bootstrap) as admin:
            return bool((await admin.describe_cluster())["brokers"])
    except (KafkaError, OSError):
        return False


async def create_topic(bootstrap: str, name: str, partitions: int = 1, config: Mapping[str, str] | None = None) -> str:
    """Creates a topic and waits until each partition has a leader; returns its name."""
    async with _admin(bootstrap) as admin:
        response = await admin.create_topics([NewTopic(name, partitions, 1, topic_configs=dict(config or {}))])
        for topic, code, *message in response.topic_errors:
            if code:
                raise for_code(code)(f"topic {topic}: {message}")
        deadline = time.monotonic() + 30
        while not await _has_leaders(admin, name, partitions):
            if time.monotonic() > deadline:
                raise TimeoutError(f"topic {name} has no leaders 30 s after it was made")
            await asyncio.sleep(0.02)
    return name


async def delete_topic(bootstrap: str, name: str) -> None:
    """Deletes a topic."""
    async with _admin(bootstrap) as admin:
        response = await admin.delete_topics([name])
        for topic, code in response.topic_error_codes:
            if code:
                raise for_code(code)(f"topic {topic}")


async def topics(bootstrap: str) -> set[str]:
    """The names of all topics but the broker's own."""
    async with _admin(bootstrap) as admin:
        return {name for name in await admin.list_topics() if not name.startswith("__")}


async def produce(
    bootstrap: str, topic: str, messages: Iterable[Message | bytes], **options: Any
) -> list[tuple[int, int]]:
    """Writes messages in order; (partition, offset) of each. `options` go to AIOKafkaProducer."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, **{"linger_ms": 5, "acks": "all", **options}) as producer:
        sent = [await _send(producer, topic, m if isinstance(m, Message) else Message(m)) for m in messages]
        return [(done.partition, done.offset) for done in await asyncio.gather(*sent)]


async def _send(producer: AIOKafkaProducer, topic: str, m: Message) -> Any:
    headers = list(m.headers)
    if m.key is None and m.value is None:  # as aiokafka's `send` refuses
        batch = producer.create_batch()
        batch.append(key=None, value=None, timestamp=m.timestamp, headers=headers)
        return await producer.send_batch(batch, topic, partition=m.partition or 0)
    return await producer.send(
        topic, m.value, key=m.key, partition=m.partition, timestamp_ms=m.timestamp, headers=headers
    )


async def read_all(bootstrap: str, topic: str, *, committed: bool = False) -> list[Record]:
    """All records that the topic holds now, by partition and offset; `committed` leaves aborted ones out."""
    async with reader(bootstrap, topic, committed=committed) as consumer:
        ends = {p: end for p, end in (await consumer.end_offsets(consumer.assignment())).items() if end}
        records: list[Record] = []
        for partition, end in ends.items():
            # The position, not the last record, tells the end: a log may close with transaction markers.
            while await consumer.position(partition) < end:
                records += (await consumer.getmany(partition, timeout_ms=200)).get(partition, [])
        return _in_order(r for r in records if r.offset < ends[TopicPartition(topic, r.partition)])


async def consume(
    bootstrap: str,
    topic: str,
    until: int | Callable[[list[Record]], bool],
    *,
    limit: float = 30.0,
    committed: bool = False,
) -> list[Record]:
    """Reads the topic from its beginning until so many records are there, or `until(records)` is true.

    Raises TimeoutError after `limit` seconds, with how many were there.
    """
    enough = until if callable(until) else lambda records: len(records) >= until
    deadline = time.monotonic() + limit
    records: list[Record] = []
    async with reader(bootstrap, topic, committed=committed) as consumer:
        while not enough(records):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{topic}: {len(records)} records in {limit} s, and not what was waited for")
            for batch in (await consumer.getmany(timeout_ms=100)).values():
                records += batch
    return _in_order(records)


async def end_offsets(bootstrap: str, topic: str) -> dict[int, int]:
    """The next offset of each partition."""
    async with reader(bootstrap, topic) as consumer:
        return {p.partition: end for p, end in (await consumer.end_offsets(consumer.assignment())).items()}


async def committed(bootstrap: str, group: str) -> dict[tuple[str, int], int]:
    """The offsets that a consumer group has committed, by (topic, partition)."""
    async with _admin(bootstrap) as admin:
        offsets = await _group_offsets(admin, group)
        return {(p.topic, p.partition): meta.offset for p, meta in offsets.items() if meta.offset >= 0}


async def last_records(bootstrap: str, topic: str) -> dict[int, Record]:
    """The last record of each partition that has one."""
    async with reader(bootstrap, topic) as consumer:
        ends = {p: end for p, end in (await consumer.end_offsets(consumer.assignment())).items() if end}
        for partition, end in ends.items():
            consumer.seek(partition, end - 1)
        return {p.partition: await consumer.getone(p) for p in ends}


async def evict(bootstrap: str, group: str) -> None:
    """Takes all members out of a consumer group, as the broker does itself when they have been silent for long."""
    async with _admin(bootstrap) as admin:
        coordinator = await admin.find_coordinator(group)
        (answer,) = await admin.describe_consumer_groups([group], coordinator)
        members = [member for _, _, _, _, _, listed, *_ in answer.groups for member, *_ in listed]
        for member in members:
            await admin._send_request(LeaveGroupRequest(group, member), coordinator)


@asynccontextmanager
async def reader(bootstrap: str, topic: str, *, committed: bool = False) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of all partitions of the topic, from the beginning, in no group."""
    level = "read_committed" if committed else "read_uncommitted"
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level=level,
        enable_auto_commit=False,
        # The reset that an assignment brings may end after the seek below, and wins: it must lead to the same place.
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
    )
    async with consumer:
        async with _admin(bootstrap) as admin:
            (description,) = await admin.describe_topics([topic])
        if description["error_code"]:
            raise for_code(description["error_code"])(topic)
        partitions = [TopicPartition(topic, p["partition"]) for p in description["partitions"]]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        yield consumer


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


async def _group_offsets(admin: AIOKafkaAdminClient, group: str) -> dict[TopicPartition, Any]:
    # The first question about any group makes the broker create its offsets topic, and is refused meanwhile.
    deadline = time.monotonic() + 30
    while True:
        try:
            return dict(await admin.list_consumer_group_offsets(group))
        except (GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError, GroupLoadInProgressError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)


async def _has_leaders(admin: AIOKafkaAdminClient, name: str, partitions: int) -> bool:
    (description,) = await admin.describe_topics([name])
    return len([p for p in description["partitions"] if p["leader"] >= 0 and not p["error_code"]]) == partitions


def _in_order(records: Iterable[Record]) -> list[Record]:
    return sorted(records, key=lambda record: (record.partition, record.offset))
