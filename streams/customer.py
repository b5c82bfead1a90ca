"""What the topics hold of one customer: the state as it is kept, and what was decided, sent and seen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.partitioner import DefaultPartitioner

from rules import CONTEXT_KEY, MARKER_KEY, Kept, alias_of, identities_of
from streams.broker import Say, client_options, wait
from streams.feed import NoLogError
from streams.settings import Settings
from streams.topics import Catalogue, partition_counts

POLL = 500
"""Milliseconds that one look for more records takes at most."""

Progress = Callable[[int, int], None]


async def read_customer(
    settings: Settings, customer: str, channels: Sequence[str], progress: Progress, say: Say
) -> tuple[str, Kept]:
    """Reads the partitions that a customer's records are in, under all identities; for an alias those of the customer
    that it has become.

    Raises BrokerAbsentError, NoLogError, and KafkaError where the broker refuses.
    """
    await wait(settings, say)
    catalogue = Catalogue(settings, channels)
    counts = await partition_counts(settings, [topic.name for topic in catalogue.all()])
    for needed in (catalogue.touchpoints.name, catalogue.states.name):
        if needed not in counts:
            raise NoLogError(needed)
    consumer = AIOKafkaConsumer(**client_options(settings), enable_auto_commit=False, isolation_level="read_committed")
    await consumer.start()
    try:
        reader = _Reader(consumer, catalogue, counts, customer, progress)
        kept = await reader.kept(channels)
        while kept.state is not None and (of := alias_of(kept.state)) is not None:
            reader = _Reader(consumer, catalogue, counts, of, progress)
            kept = await reader.kept(channels)
        return reader.customer, kept
    finally:
        await consumer.stop()


class _Reader:
    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        catalogue: Catalogue,
        counts: dict[str, int],
        customer: str,
        progress: Progress,
    ) -> None:
        self.customer = customer
        self._consumer, self._catalogue, self._counts = consumer, catalogue, counts
        self._key, self._progress = customer.encode(), progress
        self._keys = {self._key}

    async def kept(self, channels: Sequence[str]) -> Kept:
        states, home = self._catalogue.states.name, self._guess(self._key)
        for number in sorted(range(self._counts[states]), key=lambda one: one != home):
            found = await self._last(states, number, (self._key, MARKER_KEY, CONTEXT_KEY))
            if self._key in found:
                break
        else:
            number, found = home, await self._last(states, home, (MARKER_KEY, CONTEXT_KEY))
        state = found.get(self._key)
        # What an alias did, and what was decided of it, stands where it was another customer.
        aliases = [] if state is None or alias_of(state) is not None else identities_of(state)
        self._keys |= {name.encode() for name in aliases}
        homes = sorted({number, *(self._guess(name.encode()) for name in aliases)})
        triggers = [value for name in channels for value in await self._all(self._catalogue.triggers(name).name, homes)]
        return Kept(
            state=state,
            marker=found.get(MARKER_KEY),
            context=found.get(CONTEXT_KEY),
            touchpoints=await self._all(self._catalogue.touchpoints.name, homes),
            decisions=await self._all(self._catalogue.decisions.name, homes),
            triggers=triggers,
        )

    def _guess(self, key: bytes) -> int:
        """The partition that clients choose for a key, unless a publisher has a way of its own."""
        numbers = list(range(self._counts[self._catalogue.touchpoints.name]))
        place: int = DefaultPartitioner()(key, numbers, numbers)
        return place

    async def _last(self, topic: str, number: int, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The last values of keys in a partition; those whose last one is a deletion are left out."""
        last: dict[bytes, bytes | None] = {}
        async for record in self._records(topic, number):
            if record.key in keys:
                last[record.key] = record.value
        return {key: value for key, value in last.items() if value is not None}

    async def _all(self, topic: str, homes: Sequence[int]) -> list[bytes]:
        """The customer's values in the topic; `homes` are the customer's partitions of the log."""
        if topic not in self._counts:
            return []
        places = sorted({number % self._counts[topic] for number in homes})
        found = [self._records(topic, place) for place in places]
        return [record.value for records in found async for record in records if self._is_own(record)]

    def _is_own(self, record: Any) -> bool:
        return record.key in self._keys and record.value is not None

    async def _records(self, topic: str, number: int) -> AsyncIterator[Any]:
        """What a partition holds now. It ends where the position does: the last offsets may be no records."""
        consumer, partition = self._consumer, TopicPartition(topic, number)
        consumer.assign([partition])
        [start] = (await consumer.beginning_offsets([partition])).values()
        [end] = (await consumer.end_offsets([partition])).values()
        consumer.seek(partition, start)
        while (position := await consumer.position(partition)) < end:
            self._progress(position - start, end - start)
            for record in (await consumer.getmany(partition, timeout_ms=POLL, max_records=10_000)).get(partition, []):
                if record.offset < end:
                    yield record
