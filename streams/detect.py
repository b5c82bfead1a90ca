"""The detector: takes each partition's batches through the core, out to Kafka, and into the states.

The order for one slice is evaluate, deliver, commit, persist; the batch is acked by its lane behind its last slice. So
a crash at any point loses nothing: what wasn't persisted is evaluated again from the same states. Before a switch to a
library that isn't at hand a partition waits; it is given up when the partition goes to another worker meanwhile.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Protocol

from rules import MARKER_KEY, Erasures, LogRecord, Partition, Plan, Slice, Switch
from streams.delivery import Delivery
from streams.lanes import GivenUp
from streams.libraries import Start
from streams.observe import Observer
from streams.settings import Clock
from streams.states import Change, States
from streams.table import BulkTable
from streams.transport import Batch

log = logging.getLogger(__name__)

WRITTEN_AGAIN = 512 * 1024
"""Bytes of states that are written again at once; one state is 64 KB at most."""


class Libraries(Protocol):
    """Has libraries for switches."""

    async def awaited(self, number: int, switch: Switch) -> tuple[Plan, Mapping[bytes, bytes] | None]:
        """What a partition that has come to this switch needs, when it is there: the plan, and warm states if any."""


class HoleError(Exception):
    """Records of the log were lost between the fetch and the detector."""


class Detection:
    """One partition of the log that this worker decides.

    `persisted` is the changelog's last offset when this last changed the states: another one in the states means that
    somebody else has changed them since. `overwritten` are keys under which the changelog has older values than the
    states: they are written again. `awaiting` is the switch that the partition waits before. `erasures`: of a partition
    that is read from its beginning, as its states are lost, whom it erases further on.
    """

    def __init__(
        self,
        partition: Partition,
        states: States,
        delivery: Delivery,
        observer: Observer,
        libraries: Libraries,
        overwritten: set[bytes] | None = None,
        erasures: Erasures | None = None,
    ) -> None:
        self.partition = partition
        self.states = states
        self.persisted = states.offset
        self.awaiting: Switch | None = None
        self._delivery = delivery
        self._observer = observer
        self._libraries = libraries
        self._given_up = asyncio.Event()
        self._overwritten = set() if overwritten is None else overwritten
        self._erasures = erasures

    async def work(self, batches: Sequence[Batch]) -> None:
        """Evaluates and delivers merged batches, slice by slice; returns when all of it is durable."""
        self._no_hole(batches)
        rest: Sequence[LogRecord] = list(chain.from_iterable(batch.records for batch in batches))
        if self._erasures is not None:
            rest = self._without_erased(rest, self._erasures)
        fetched = proved = batches[0].fetched
        if self._overwritten:
            await self._write_again(proved)
            proved = time.monotonic()
        while rest:
            start = time.perf_counter()
            done = self.partition.evaluate(rest)
            evaluated = time.perf_counter() - start
            sent = await self._keep(done, proved)
            proved = time.monotonic()
            self._observer.delivered(done, evaluated, fetched, sent)
            rest = rest[done.consumed :]
            if done.awaiting is not None:
                await self._wait_for_library(done.awaiting)
                proved = 0.0  # however long that took, somebody else may own the partition now

    def _without_erased(self, records: Sequence[LogRecord], erasures: Erasures) -> Sequence[LogRecord]:
        if self.partition.offset >= erasures.last:
            self._erasures = None
        return erasures.without(records)

    def give_up(self) -> None:
        """Ends a wait for a library: the partition moves."""
        self._given_up.set()

    def take_up(self) -> None:
        """The partition is ours, again."""
        self._given_up.clear()

    async def _wait_for_library(self, switch: Switch) -> None:
        """Returns when the partition has what the switch needs. Raises GivenUp."""
        number = self.partition.number
        log.info("partition %s waits for library %s (sequence %s)", number, switch.digest, switch.sequence)
        self.awaiting = switch
        getting = asyncio.ensure_future(self._libraries.awaited(number, switch))
        moving = asyncio.ensure_future(self._given_up.wait())
        try:
            await asyncio.wait({getting, moving}, return_when=asyncio.FIRST_COMPLETED)
            if not getting.done():
                raise GivenUp
            self.partition.prepare(switch.sequence, *getting.result())
        finally:
            getting.cancel()
            moving.cancel()
            self.awaiting = None

    async def _keep(self, done: Slice, proved: float) -> float:
        """Delivers a slice, then takes it into the states; when its triggers were durable (epoch ms)."""
        end, sent = await self._delivery.deliver(self.partition.number, done, self.states.offset, proved)
        self.partition.commit(done)
        if end is not None:
            self.states.persist(end)
            self.persisted = end
        return sent

    async def _write_again(self, proved: float) -> None:
        # Compaction would keep the older values, as they come last.
        log.warning("partition %s: %s states are written again", self.partition.number, len(self._overwritten))
        for changes in _bounded((key, self.states.get(key)) for key in sorted(self._overwritten)):
            marker = (MARKER_KEY, self.states.get(MARKER_KEY) or b"")
            again = Slice(changes=[*changes, marker], offset=self.partition.offset, time=self.partition.time)
            await self._keep(again, proved)
            proved = time.monotonic()
        self._overwritten.clear()

    def _no_hole(self, batches: Sequence[Batch]) -> None:
        at = self.partition.offset
        for batch in batches:
            if batch.after is not None and batch.after > at:
                number = self.partition.number
                raise HoleError(
                    f"partition {number}: found {batch.first}, expected {at + 1}: records were lost on the way"
                )
            if batch.after is None and batch.first > at + 1 > 0:
                self._gone(at + 1, batch.first)
            at = max(at, batch.last)

    def _gone(self, wanted: int, found: int) -> None:
        # The log's retention was shorter than the standstill; nobody can bring these records back.
        number = self.partition.number
        log.error("partition %s: the log begins at %s, expected %s: older records are gone", number, found, wanted)


def _bounded(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """The changes in parts that fit into one batch of the changelog."""
    part: list[Change] = []
    size = 0
    for key, value in changes:
        part.append((key, value))
        size += len(key) + len(value or b"")
        if size > WRITTEN_AGAIN:
            yield part
            part, size = [], 0
    if part:
        yield part


class Detector:
    """The partitions that this worker decides."""

    def __init__(
        self,
        libraries: Libraries,
        table: BulkTable,
        delivery: Delivery,
        observer: Observer,
        *,
        log: str,
        clock: Clock,
    ) -> None:
        self._libraries = libraries
        self._table = table
        self._delivery = delivery
        self._observer = observer
        self._log = log
        self._clock = clock
        self._detections: dict[int, Detection] = {}
        self._released: dict[int, Detection] = {}

    def own(
        self, starts: Mapping[int, Start], erasures: Mapping[int, Erasures] = MappingProxyType({})
    ) -> dict[int, Detection]:
        """Takes over exactly these partitions, whose states are recovered, each with the library that decides it.

        `erasures`: of those that are read from their beginning.

        A partition that was ours and whose states nobody has changed meanwhile is kept as it is. Raises ForeignLog
        when the states were made from another log.
        """
        self.release()
        self._table.data.own(set(starts))
        self._detections = {
            number: self._kept(number) or self._new(number, start, erasures.get(number))
            for number, start in starts.items()
        }
        for one in self._detections.values():
            one.take_up()
        self._released = {}
        return self._detections

    def release(self) -> None:
        """Lets go of all partitions; those that come back to us soon may be kept."""
        self._released |= self._detections
        self._detections = {}

    def give_up(self) -> None:
        """Ends all waits for libraries: partitions may move."""
        for one in self._detections.values():
            one.give_up()

    def __iter__(self) -> Iterator[Detection]:
        return iter(list(self._detections.values()))

    def _kept(self, number: int) -> Detection | None:
        kept, states = self._released.get(number), self._table.data.states(number)
        unchanged = kept is not None and kept.states is states and kept.persisted == states.offset
        return kept if unchanged else None

    def _new(self, number: int, start: Start, erasures: Erasures | None) -> Detection:
        states = self._table.data.states(number)
        partition = Partition(
            start.plan, states, number=number, log=self._log, clock=self._clock, library=start.sequence
        )
        overwritten = self._table.data.overwritten(number)
        return Detection(partition, states, self._delivery, self._observer, self._libraries, overwritten, erasures)
