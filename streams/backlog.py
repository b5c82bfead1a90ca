"""What ingest sources have not forwarded yet, on any worker: ticks wait for it.

Of the source partitions that this worker forwards itself the lanes know; of the others the group's commits tell how far
they are, and the record behind that tells since when it waits.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from faust.types import TP

from streams.broker import client_options
from streams.settings import Settings

log = logging.getLogger(__name__)

PERIOD = 0.1
"""Seconds between two looks."""

READ = 200
"""Milliseconds that reading the oldest records may take."""

Waiting = Mapping[TP, int | None]
"""By source partition, the append time (ms) of the oldest record that is not forwarded; None when all is."""


class Backlog:
    """Looks after the source partitions of all workers. Not one of theirs is joined or committed here."""

    def __init__(self, settings: Settings, group: str, tps: Iterable[TP], ours: Callable[[], Waiting]) -> None:
        """`ours` tells of the partitions that this worker forwards now."""
        self._settings = settings
        self._group = group
        self._tps = [TopicPartition(*tp) for tp in tps]
        self._ours = ours
        self._others: dict[TP, int] = {}

    def oldest(self) -> int | None:
        """The append time (ms) of the oldest record that is not forwarded; None when all is."""
        ours = self._ours()
        waiting = [at for at in ours.values() if at is not None]
        waiting += [at for tp, at in self._others.items() if tp not in ours]
        return min(waiting, default=None)

    async def run(self) -> None:
        """Looks again and again, for ever. Without source partitions there is nothing to look at."""
        if not self._tps:
            return
        consumer = AIOKafkaConsumer(
            **client_options(self._settings),
            group_id=self._group,
            enable_auto_commit=False,
            max_partition_fetch_bytes=1,
            fetch_max_wait_ms=READ // 2,
        )
        await consumer.start()
        try:
            consumer.assign(self._tps)
            while True:
                await self._look(consumer)
                await asyncio.sleep(PERIOD)
        finally:
            await consumer.stop()

    async def _look(self, consumer: AIOKafkaConsumer) -> None:
        started = time.time_ns() // 1_000_000
        try:
            behind = await self._behind(consumer)
            found = await _oldest(consumer, behind) if behind else {}
        except KafkaError as error:
            # What was known stays: ticks wait rather than pass by what may still come.
            log.warning("how far the sources are forwarded is not known: %r", error)
            return
        # A record that could not be read in time came after the last look, or waits since that one saw it.
        self._others = {tp: found.get(tp, self._others.get(tp, started)) for tp in map(_tp, behind)}

    async def _behind(self, consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
        """The partitions of others with records that aren't forwarded, and the offset of the first such record."""
        others = [tp for tp in self._tps if _tp(tp) not in self._ours()]
        if not others:
            return {}
        ends, begins = await asyncio.gather(consumer.end_offsets(others), consumer.beginning_offsets(others))
        committed = await asyncio.gather(*(consumer.committed(tp) for tp in others))
        starts = {tp: max(offset or 0, begins[tp]) for tp, offset in zip(others, committed, strict=True)}
        return {tp: start for tp, start in starts.items() if start < ends[tp]}


async def _oldest(consumer: AIOKafkaConsumer, behind: Mapping[TopicPartition, int]) -> dict[TP, int]:
    """The append times of the records at these offsets, of those that could be read in time."""
    consumer.pause(*(tp for tp in consumer.assignment() if tp not in behind))
    consumer.resume(*behind)
    for tp, offset in behind.items():
        consumer.seek(tp, offset)
    found: dict[TP, int] = {}
    end = time.monotonic() + READ / 1000
    while len(found) < len(behind) and (left := end - time.monotonic()) > 0:
        for tp, records in (await consumer.getmany(*behind, timeout_ms=int(left * 1000))).items():
            found.setdefault(_tp(tp), records[0].timestamp)
    return found


def _tp(tp: TopicPartition) -> TP:
    return TP(tp.topic, tp.partition)
