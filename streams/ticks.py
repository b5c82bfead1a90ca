"""Ticks: the passing of time, written into the log by the worker that owns the partition.

A tick is written when the partition's earliest timer is due, at most ten a second, and never while one of our own is
unread: so ticks stand behind the backlog, and after downtime what was missed comes before the timers it may cancel.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from streams.metrics import Metrics
from streams.sender import Sender, SendError

log = logging.getLogger(__name__)

PERIOD = 0.1
"""Seconds between two looks at the timers: so no partition gets more than ten ticks a second."""

LONGEST_HOLD = 15 * 60 * 1000
"""How long ticks wait for what an ingest source has not forwarded, in ms."""


class Owned(Protocol):
    """What the ticker needs of a partition. `next_due` in ms, None without a timer."""

    @property
    def number(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def next_due(self) -> int | None: ...


Oldest = Callable[[], int | None]
"""The append time (ms) of the oldest record of an ingest source that isn't forwarded yet; None without one."""


def tick_time(now: int, settle: int, oldest: int | None) -> int:
    """The time that a tick written now has, in ms: `settle` behind the clock, and not beyond what is still to come."""
    time_now = now - settle
    if oldest is None:
        return time_now
    return min(time_now, max(oldest - settle, now - LONGEST_HOLD))


class Ticker:
    """Writes ticks for the partitions that this worker owns."""

    def __init__(self, sender: Sender, topic: str, settle: int, metrics: Metrics, oldest: Oldest) -> None:
        self._sender = sender
        self._topic = topic
        self._settle = settle
        self._metrics = metrics
        self._oldest = oldest
        self._unread: dict[int, int] = {}

    async def run(self, owned: Callable[[], Iterable[Owned]]) -> None:
        """Looks at the timers of what is owned, for ever."""
        while True:
            await self.look(owned(), time.time_ns() // 1_000_000)
            await asyncio.sleep(PERIOD)

    async def look(self, owned: Iterable[Owned], now: int) -> None:
        """Writes a tick into each partition with a due timer and no tick of ours unread. `now` in ms."""
        oldest = self._oldest()
        at = tick_time(now, self._settle, oldest)
        self._metrics.ticks_held_back.set((now - self._settle - at) / 1000)
        due = [one for one in owned if self._may(one, at)]
        await asyncio.gather(*(self._write(one.number, at) for one in due))

    def _may(self, one: Owned, at: int) -> bool:
        due = one.next_due
        return due is not None and due <= at and one.offset >= self._unread.get(one.number, -1)

    async def _write(self, number: int, at: int) -> None:
        value = json.dumps({"type": "clock.tick", "time": at}, separators=(",", ":")).encode()
        try:
            self._unread[number] = await self._sender.as_one_batch(self._topic, number, [(None, value)])
        except SendError as error:
            # The next look tries again; two ticks instead of one do no harm.
            log.warning("tick for %s/%s not written: %s", self._topic, number, error)
            return
        self._metrics.ticks.inc()

    def forget(self) -> None:
        """Partitions have moved: what was written before says nothing about those that are ours now."""
        self._unread.clear()
