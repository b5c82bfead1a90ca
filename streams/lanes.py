"""Lanes: each partition's batches are worked off in order, one merged batch at a time; partitions side by side."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol

from faust.types import TP, Message

from streams.transport import Batch, BatchConsumer

MERGED = 5_000
"""Records that queued batches of a partition are merged up to."""

FULL = 2 * MERGED
"""Queued records above which a partition isn't fetched for the time being."""

Work = Callable[[Sequence[Batch]], Awaitable[None]]
Fail = Callable[[BaseException], None]


class GivenUp(Exception):
    """Raised by work whose partition moves while it waits: what isn't done is the next owner's."""


class BatchEvent(Protocol):
    """An event of a stream of batches."""

    @property
    def value(self) -> Batch: ...
    @property
    def message(self) -> Message: ...
    def ack(self) -> bool: ...


class Lane:
    """One partition's queue and the task that works it off.

    `work` gets merged batches; when it returns they are wholly done and are acked. When it raises, nothing is acked,
    the lane ends, and `fail` is told but for GivenUp.
    """

    def __init__(self, tp: TP, work: Work, throttled: set[TP], fail: Fail) -> None:
        self._tp = tp
        self._work = work
        self._throttled = throttled
        self._fail = fail
        self._queue: deque[BatchEvent] = deque()
        self._queued = 0
        self._oldest = 0
        self._closed = False
        self._wake = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name=f"lane {tp.topic}/{tp.partition}")

    def put(self, event: BatchEvent) -> None:
        """Queues a batch. When too much is queued the partition is throttled until half of it is worked off."""
        if self._closed:
            return
        if not self._queued:
            self._oldest = event.value.records[0].timestamp
        self._queue.append(event)
        self._queued += len(event.value)
        if self._queued > FULL:
            self._throttled.add(self._tp)
        self._wake.set()

    async def close(self) -> None:
        """Drops what is queued and waits until the running batch has ended."""
        self._closed = True
        self._queue.clear()
        self._throttled.discard(self._tp)
        self._wake.set()
        await self._task

    @property
    def oldest(self) -> int | None:
        """The append time (ms) of the first record that isn't done; None when nothing is queued or worked on."""
        return self._oldest if self._queued else None

    async def _run(self) -> None:
        try:
            while await self._filled():
                await self._next()
        except GivenUp:
            self._closed = True
        except Exception as error:  # noqa: BLE001  whatever it is, the process must end: the batch is not done
            self._closed = True
            self._fail(error)

    async def _filled(self) -> bool:
        while not self._queue and not self._closed:
            self._wake.clear()
            await self._wake.wait()
        return not self._closed

    async def _next(self) -> None:
        events = self._take()
        batches = [event.value for event in events]
        await self._work(batches)
        size = sum(map(len, batches))
        for event in events:
            event.ack()
        self._queued -= size
        if self._queue:
            self._oldest = self._queue[0].value.records[0].timestamp
        if self._queued <= FULL / 2:
            self._throttled.discard(self._tp)

    def _take(self) -> list[BatchEvent]:
        events = [self._queue.popleft()]
        size = len(events[0].value)
        while self._queue and size + len(self._queue[0].value) <= MERGED:
            events.append(self._queue.popleft())
            size += len(events[-1].value)
        return events


class Lanes:
    """The lanes of all partitions that this worker has now."""

    def __init__(self, fail: Fail) -> None:
        self._fail = fail
        self._lanes: dict[TP, Lane] = {}

    def open(self, consumer: BatchConsumer, works: Iterable[tuple[TP, Work]]) -> None:
        """Starts a lane for each partition; those of before must be closed."""
        for tp, work in works:
            self._lanes[tp] = Lane(tp, work, consumer.throttled, self._fail)

    def put(self, event: BatchEvent) -> None:
        """Queues a batch in its lane. One of a partition that was revoked is dropped: its next owner reads it."""
        lane = self._lanes.get(event.message.tp)
        if lane is not None:
            lane.put(event)

    async def close(self) -> None:
        """Ends all lanes, after the batches that are being worked on."""
        lanes, self._lanes = self._lanes, {}
        await asyncio.gather(*(lane.close() for lane in lanes.values()))

    def waiting(self) -> dict[TP, int | None]:
        """By partition, the append time (ms) of the first record that isn't done; None when all are."""
        return {tp: lane.oldest for tp, lane in self._lanes.items()}
