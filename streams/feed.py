"""Touchpoints from a file into the log, keyed by their customers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from rules import encode_context
from streams.broker import Say, wait
from streams.sender import Record, Sender, start_producer
from streams.settings import Settings
from streams.topics import partition_counts

CHUNK = 5_000
"""Records sent at once; the next ones are read when the broker has them."""


class NoLogError(Exception):
    """The broker has no log to feed."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"topic {topic}: found no such topic, expected the log; run `telltale topics --create` first")


async def publish(settings: Settings, records: Iterable[Record], say: Say) -> int:
    """Sends keyed records to the log; how many, all of them safe with the broker.

    Raises BrokerAbsentError, NoLogError, and KafkaError where the broker refuses.
    """
    await wait(settings, say)
    topic = settings.name("touchpoints")
    if topic not in await partition_counts(settings, [topic]):
        raise NoLogError(topic)
    producer = await start_producer(settings)
    try:
        return await _send(Sender(producer), topic, records)
    finally:
        await producer.stop()


async def publish_context(settings: Settings, properties: Mapping[str, Any], time: int, say: Say) -> int:
    """Changes the context from ``time`` (epoch ms) on, in every partition of the log; how many there are.

    Raises as `publish`.
    """
    await wait(settings, say)
    topic = settings.name("touchpoints")
    count = (await partition_counts(settings, [topic])).get(topic)
    if count is None:
        raise NoLogError(topic)
    producer = await start_producer(settings)
    try:
        await Sender(producer).to_all(topic, [(None, encode_context(properties, time))])
    finally:
        await producer.stop()
    return count


async def _send(sender: Sender, topic: str, records: Iterable[Record]) -> int:
    sent = 0
    for chunk in _chunks(records):
        await sender.by_key(topic, chunk)
        sent += len(chunk)
    return sent


def _chunks(records: Iterable[Record]) -> Iterator[list[Record]]:
    rest = iter(records)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
