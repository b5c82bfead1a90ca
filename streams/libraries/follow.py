"""Follows the topic `libraries`: reads it to its end, then what comes; no group, as every worker needs all of it."""

import asyncio
import logging
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from streams.broker import reader_options
from streams.libraries.shelf import Shelf
from streams.settings import Settings
from streams.topics import LIBRARY_BYTES

log = logging.getLogger(__name__)

POLL = 500
"""Milliseconds that one look for more takes at most."""

PAUSE = 2.0
"""Seconds until a broker that didn't answer is asked again."""


class Follower:
    """Puts what the topic has, and gets, on a shelf."""

    def __init__(self, settings: Settings, topic: str, shelf: Shelf) -> None:
        self._settings = settings
        self._tp = TopicPartition(topic, 0)
        self._shelf = shelf
        self._consumer: Any = None

    @property
    def started(self) -> bool:
        """Whether it has read the topic to the end that it had."""
        return self._consumer is not None

    async def start(self) -> None:
        """Reads the topic to its end. Raises KafkaError where the broker refuses."""
        self._consumer = AIOKafkaConsumer(**reader_options(self._settings), max_partition_fetch_bytes=LIBRARY_BYTES)
        await self._consumer.start()
        self._consumer.assign([self._tp])
        await self._consumer.seek_to_beginning(self._tp)
        await self.catch_up()

    async def catch_up(self) -> None:
        """Reads on to the topic's present end. Raises KafkaError where the broker refuses."""
        (end,) = (await self._consumer.end_offsets([self._tp])).values()
        records: list[Any] = []
        # By position, not by records: compaction has taken some away.
        while await self._consumer.position(self._tp) < end:
            records += await self._read()
        await self._shelf.add(records)

    async def run(self) -> None:
        """Follows the topic, for ever."""
        while True:
            try:
                records = await self._read()
            except KafkaError as error:
                log.warning("topic %s can't be read for the time being: %r", self._tp.topic, error)
                await asyncio.sleep(PAUSE)
                continue
            if records:
                await self._shelf.add(records)

    async def stop(self) -> None:
        """Lets go of the broker."""
        if self._consumer is not None:
            await self._consumer.stop()

    async def _read(self) -> list[Any]:
        found = await self._consumer.getmany(self._tp, timeout_ms=POLL)
        return [record for records in found.values() for record in records]
