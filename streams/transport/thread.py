"""The thread that talks to the broker: fetches small and soon, and tells records of before a seek from those after."""

# ruff: noqa: SLF001  see `touched`
import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.types import TP

from streams.transport.batch import Batch


class BatchThread(AIOKafkaConsumerThread):
    """Faust's consumer thread, with batches instead of records."""

    logger = logging.getLogger("faust.consumer")

    def __init__(self, *args: Any, fetch_wait: int, **options: Any) -> None:
        self._fetch_wait = fetch_wait
        # Written in this thread, read in the main one: how often each partition was sought. Records that were fetched
        # before a seek and arrive behind it are known by the older number.
        self.seeks: dict[TP, int] = defaultdict(int)
        super().__init__(*args, **options)

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # Faust has 1,500 ms written into the call. A partition whose records come while a fetch for the others is
        # waiting at the broker has to wait for its end.
        consumer._fetch_max_wait_ms = self._fetch_wait
        return consumer

    async def getmany(self, active_partitions: Iterable[TP], timeout: float) -> Any:  # type: ignore[override]  # noqa: ASYNC109
        """Fetches from these partitions, each noted with how often it has been sought by now."""
        asked: Any = {tp: self.seeks[tp] for tp in active_partitions}
        return await super().getmany(asked, timeout)

    async def _fetch_records(  # type: ignore[override]  # the limits go through as they are
        self, consumer: AIOKafkaConsumer, active_partitions: Mapping[TP, int], **limits: Any
    ) -> Mapping[TP, Any]:
        fetched = await super()._fetch_records(consumer, set(active_partitions), **limits)
        batches, now = {}, time.monotonic()
        for partition, records in fetched.items():
            tp = _tp(partition)
            if self.seeks[tp] != active_partitions[tp]:
                # Whoever asked may be gone, and these lie behind the new position: they are to be fetched once more.
                with suppress(IllegalStateError):  # revoked meanwhile
                    consumer.seek(partition, records[0].offset)
            else:
                batches[tp] = Batch(records, self.seeks[tp], now)
        return batches

    async def _seek_wait(self, consumer: AIOKafkaConsumer, partitions: Mapping[TP, int]) -> None:
        self._count(partitions)
        await super()._seek_wait(consumer, partitions)

    async def start_at(self, offsets: Mapping[TP, int], beginning: Iterable[TP]) -> None:
        """Seeks partitions to offsets, others to their beginning. Raises IllegalStateError when one was revoked."""
        await self.call_thread(self._start_at, dict(offsets), list(beginning))

    async def _start_at(self, offsets: Mapping[TP, int], beginning: list[TP]) -> None:
        consumer = self._ensure_consumer()
        self._count([*offsets, *beginning])
        for tp, offset in offsets.items():
            consumer.seek(TopicPartition(*tp), offset)
        if beginning:
            await consumer.seek_to_beginning(*(TopicPartition(*tp) for tp in beginning))

    async def committed(self, tps: Iterable[TP]) -> dict[TP, int | None]:
        """The group's committed offsets; None where there is none."""
        found: dict[TP, int | None] = await self.call_thread(self._committed, list(tps))
        return found

    async def _committed(self, tps: list[TP]) -> dict[TP, int | None]:
        consumer = self._ensure_consumer()
        return {tp: await consumer.committed(TopicPartition(*tp)) for tp in tps}

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        # Stock Faust ends the process when a commit fails. Commits of the log only serve the lag, those of sources only
        # spare forwards that are duplicates: they are tried again.
        consumer, ours = self._ensure_consumer(), self.assignment()
        wanted = {TopicPartition(*tp): OffsetAndMetadata(offset, "") for tp, offset in offsets.items() if tp in ours}
        try:
            await consumer.commit(wanted)
        except KafkaError as error:
            self.log.warning("offsets not committed, tried again later: %r", error)
            return False
        return True

    def _count(self, tps: Iterable[TP]) -> None:
        for tp in tps:
            self.seeks[_tp(tp)] += 1


def _tp(tp: Any) -> TP:
    return TP(tp.topic, tp.partition)
