"""Watches that work goes on: measures the lag, and ends the process when unread records stand still."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka.errors import KafkaError
from faust.tables.recovery import Recovery
from faust.types import TP

from streams.app import Runtime
from streams.detect import Detection

log = logging.getLogger(__name__)

PERIOD = 2.0
"""Seconds between two looks."""

QUESTION = 10.0
"""Seconds that the broker may take to tell the ends of partitions."""


class StallError(Exception):
    """Nothing has moved for longer than allowed although there is something to do."""


@dataclass(slots=True)
class Progress:
    """What was seen of the work last, and since when it stands still (monotonic seconds)."""

    seen: object
    since: float


class Watchdog:
    """`ready`: the log is read now. `healthy`: work goes on, or there is none; waiting for a library isn't work."""

    def __init__(self, runtime: Runtime, stall: float) -> None:
        self._runtime = runtime
        self._stall = stall
        self._metrics = runtime.metrics
        self._ends: dict[TP, int] = {}
        self._progress = Progress(None, time.monotonic())
        self._recovering_since: float | None = None

    @property
    def ready(self) -> bool:
        """Whether recovery is done, partitions aren't moving, and none waits for its library."""
        return self._reading and not any(one.awaiting for one in self._runtime.detector)

    @property
    def _reading(self) -> bool:
        app = self._runtime.app
        return bool(app.tables.actives_ready and not app.rebalancing and not self._runtime.failed.done())

    @property
    def healthy(self) -> bool:
        """Whether nothing stands still for longer than half of what ends the process."""
        standing = time.monotonic() - self._progress.since
        return not self._runtime.failed.done() and standing < self._stall / 2

    async def run(self) -> None:
        """Looks again and again, for ever; a standstill fails the runtime."""
        while True:
            await self._measure()
            self._look(time.monotonic())
            await asyncio.sleep(PERIOD)

    async def _measure(self) -> None:
        detections = list(self._runtime.detector)
        log_topic = self._runtime.catalogue.touchpoints.name
        tps = [TP(log_topic, one.partition.number) for one in detections]
        if tps and self._reading:
            self._ends = dict(await self._ask(tps))
        self._metrics.partitions.set(len(detections))
        self._metrics.ready.set(self.ready)
        self._measure_recovery()
        self._measure_partitions(detections)

    def _measure_partitions(self, detections: list[Detection]) -> None:
        metrics = self._metrics
        libraries = (metrics.library, metrics.library_sequence, metrics.library_waiting)
        for gauge in (metrics.lag, metrics.states, metrics.timers_waiting, *libraries):
            gauge.clear()  # partitions that went to another worker are told by that one
        for one in detections:
            number = str(one.partition.number)
            self._metrics.lag.labels(number).set(self._lag(one.partition.number, one.partition.offset))
            self._metrics.states.labels(number).set(len(one.states))
            self._metrics.timers_waiting.labels(number).set(one.partition.customers_waiting)
            self._metrics.library.labels(one.partition.plan.version).set(1)
            self._metrics.library_sequence.labels(number).set(one.partition.library)
            self._metrics.library_waiting.labels(number).set(one.awaiting is not None)

    async def _ask(self, tps: list[TP]) -> Mapping[TP, int]:
        try:
            found = await asyncio.wait_for(self._runtime.consumer.highwaters(*tps), QUESTION)
        except (TimeoutError, KafkaError) as error:
            log.warning("the ends of the log's partitions are not known: %r", error)
            return self._ends
        return {TP(tp.topic, tp.partition): end for tp, end in found.items()}

    @property
    def _recovery(self) -> Recovery:
        tables: Any = self._runtime.app.tables
        recovery: Recovery = tables.recovery
        return recovery

    def _measure_recovery(self) -> None:
        recovery = self._recovery
        if recovery.in_recovery:
            self._recovering_since = self._recovering_since or time.monotonic()
            self._metrics.recovery_remaining.set(recovery.active_remaining_total())
        elif self._recovering_since is not None:
            self._metrics.recovery_seconds.set(time.monotonic() - self._recovering_since)
            self._metrics.recovery_remaining.set(0)
            self._recovering_since = None

    def _lag(self, number: int, offset: int) -> int:
        end = self._ends.get(TP(self._runtime.catalogue.touchpoints.name, number), 0)
        return max(end - offset - 1, 0)

    def _look(self, now: float) -> None:
        seen, waiting = self._state()
        if seen != self._progress.seen or not waiting:
            self._progress = Progress(seen, now)
        elif now - self._progress.since > self._stall:
            self._runtime.fail(
                StallError(f"found no progress for {self._stall:.0f} s at {seen}, expected some; restart")
            )

    def _state(self) -> tuple[object, bool]:
        """What moves while work goes on, and whether there is work."""
        if not self._reading:
            moving = (self._recovery.active_remaining_total(), self._runtime.app.rebalancing_count)
            return ("not ready", moving), True
        working = [one for one in self._runtime.detector if not one.awaiting]
        offsets = {one.partition.number: one.partition.offset for one in working}
        lag = sum(self._lag(number, offset) for number, offset in offsets.items())
        return ("reading", tuple(offsets.items())), lag > 0
