"""The warming process at work: the log read by the new library alone, partition by partition up to its switch.

What was decided until then is sent when the switch has been read, not before: a library that is never switched to, as a
newer one came first, has decided nothing.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from rules import Erasures, Plan, Warming
from streams.broker import reader_options
from streams.libraries import Follower, Shelf
from streams.metrics import Metrics
from streams.scanning import erasures_in
from streams.sender import Sender, start_producer
from streams.settings import Settings
from streams.warming.messages import Job, Message, Passed, Progress, Ready, settings_of
from streams.warming.pairs import append, pairs_in, write_states

log = logging.getLogger(__name__)

POLL = 200
"""Milliseconds that one look for more records takes at most."""

MANY = 5_000
"""Records of one look, and decisions sent at once."""

TOLD = 0.2
"""Seconds between two words about how far a partition is."""

PATIENCE = 60.0
"""Seconds that a library's record may take to come."""


async def warm(job: Job, tell: Callable[[Message], None]) -> None:
    """Reads all partitions of a job up to their switches. Raises KafkaError, and TimeoutError for a missing library."""
    settings = settings_of(job)
    plans = await asyncio.wait_for(_plans(job, settings), PATIENCE)
    producer = await start_producer(settings)
    consumer = AIOKafkaConsumer(**reader_options(settings))
    await consumer.start()
    try:
        await Reading(job, settings, plans, consumer, Sender(producer), tell).run()
    finally:
        await consumer.stop()
        await producer.stop()


async def _plans(job: Job, settings: Settings) -> dict[str, Plan]:
    """The plans of all libraries of the job by their digests."""
    shelf = Shelf(job.topics["libraries"], Metrics())
    follower = Follower(settings, job.topics["libraries"], shelf)
    await follower.start()
    following = asyncio.create_task(follower.run())
    try:
        return {digest: await shelf.wait(digest) for digest in sorted({job.digest, *job.partitions.values()})}
    finally:
        following.cancel()
        await follower.stop()


class Reading:
    """One job, with all that it needs."""

    def __init__(
        self,
        job: Job,
        settings: Settings,
        plans: dict[str, Plan],
        consumer: Any,
        sender: Sender,
        tell: Callable[[Message], None],
    ) -> None:
        self._job = job
        self._consumer = consumer
        self._sender = sender
        self._tell = tell
        self._told: dict[int, float] = {}
        self._erasures: Mapping[TopicPartition, Erasures] = {}
        self._warmings = {
            TopicPartition(job.topics["log"], number): Warming(
                plans[old],
                plans[job.digest],
                sequence=job.sequence,
                warm_from=job.warm_from,
                number=number,
                log=job.identity,
                clock=settings.clock,
            )
            for number, old in job.partitions.items()
        }

    async def run(self) -> None:
        """Until the switch has been read in every partition."""
        await self._seek()
        while self._warmings:
            found = await self._consumer.getmany(*self._warmings, timeout_ms=POLL, max_records=MANY)
            for tp, records in found.items():
                await self._read(tp, records)
            for tp in list(self._warmings):
                await self._progress(tp)

    async def _seek(self) -> None:
        """To the first records that may count; where there are none yet, to the end. Who is erased behind is known."""
        tps = list(self._warmings)
        self._consumer.assign(tps)
        begins, ends = await self._consumer.offsets_for_times(dict.fromkeys(tps, self._job.warm_from)), {}
        if any(begin is None for begin in begins.values()):
            ends = await self._consumer.beginning_offsets(tps)
        places = {tp: ends[tp] if begins.get(tp) is None else begins[tp].offset for tp in tps}
        self._erasures = await erasures_in(self._consumer, places)
        for tp, place in places.items():
            self._consumer.seek(tp, place)

    async def _read(self, tp: TopicPartition, records: list[Any]) -> None:
        warming = self._warmings[tp]
        held = warming.read(self._erasures[tp].without(records))
        if held.decisions:
            with self._file(tp.partition, "decisions").open("ab") as file:
                append(file, ((one.key, one.value) for one in held.decisions))
        if warming.done:
            self._consumer.pause(tp)
            del self._warmings[tp]
            await self._finish(tp.partition, warming)

    async def _finish(self, number: int, warming: Warming) -> None:
        """Hands all over; where a newer library came first, nobody waits for it."""
        if warming.reached is None or warming.reached.sequence != self._job.sequence:
            self._tell(Passed(number))
            return
        await self._send_decisions(number)
        path = self._file(number, "states")
        write_states(path, warming.states())
        self._tell(Ready(number, str(path)))

    async def _send_decisions(self, number: int) -> None:
        path, topic = self._file(number, "decisions"), self._job.topics["decisions"]
        if path.exists():
            decisions = pairs_in(path)
            while sent := list(islice(decisions, MANY)):
                await self._sender.to_partition(topic, number % self._job.decisions, sent)
            path.unlink()

    def _file(self, number: int, what: str) -> Path:
        return Path(self._job.folder, f"{number}.{what}")

    async def _progress(self, tp: TopicPartition) -> None:
        if time.monotonic() - self._told.get(tp.partition, 0.0) < TOLD:
            return
        self._told[tp.partition] = time.monotonic()
        offset, end = await self._consumer.position(tp), self._consumer.highwater(tp)
        if end is not None:
            self._tell(Progress(tp.partition, offset, end))
