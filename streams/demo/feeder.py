"""Recorded traffic into the log at a chosen rate, with ticks between.

With the log's own clock it is the feeder that makes time pass.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import orjson

from streams.demo.sightings import Sightings
from streams.demo.traffic import Traffic
from streams.importer import Imported
from streams.sender import Sender

STEP = 0.05
"""Seconds between two steps: as long as a timer may wait for its tick."""

MOST = 5_000
"""Touchpoints of one step at most, so that a very high speed makes many steps, not one."""


class Feeder:
    """Sends traffic to the log, in order of time. ``speed``: touchpoints a second; ``records``: sent, with ticks."""

    def __init__(
        self, sender: Sender, topic: str, partitions: int, traffic: Traffic, speed: float, sightings: Sightings
    ) -> None:
        self._sender, self._topic, self._partitions = sender, topic, partitions
        self._touchpoints, self._speed, self._sightings = traffic.touchpoints, speed, sightings
        self._next = 0
        self.records = 0

    async def run(self) -> None:
        """Sends all of it; returns when the broker has the last."""
        begin = time.monotonic()
        while self._next < len(self._touchpoints):
            now = time.monotonic()
            due = int((now - begin) * self._speed) - self._next + 1
            await self._step(self._touchpoints[self._next : self._next + min(due, MOST)])
            await asyncio.sleep(max(0.0, now + STEP - time.monotonic()))

    async def _step(self, batch: Sequence[Imported]) -> None:
        if not batch:
            return
        self._next += len(batch)
        sent_at = time.monotonic()
        await self._sender.by_key(self._topic, [(one.customer.encode(), one.value) for one in batch])
        passed = self._passed(batch)
        await self._tick(passed)
        self.records += len(batch) + self._partitions
        self._sightings.sent(passed, len(batch), sent_at)

    def _passed(self, batch: Sequence[Imported]) -> int:
        """The time that has passed: until just before the next touchpoint's, which may be of the same millisecond."""
        return batch[-1].time if self._next == len(self._touchpoints) else self._touchpoints[self._next].time - 1

    async def _tick(self, passed: int) -> None:
        tick = orjson.dumps({"type": "clock.tick", "time": passed})
        await asyncio.gather(
            *(self._sender.to_partition(self._topic, number, [(None, tick)]) for number in range(self._partitions))
        )
