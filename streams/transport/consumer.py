"""The consumer of batches: hands them out in order, commits only what is wholly done, starts where the states end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

from faust.transport.drivers.aiokafka import Consumer
from faust.types import TP, ConsumerMessage, Message
from faust.types.transports import TPorTopicSet

from streams.transport.batch import Batch
from streams.transport.inflight import Inflight
from streams.transport.thread import BatchThread

Positions = Callable[[set[TP]], Awaitable[Mapping[TP, int]]]
"""Told the source partitions that are now ours; answers where reading goes on in those it knows better than the group's
commits do."""

IMPATIENT = 0.02
"""Seconds that a fetch may take while a partition is throttled: it may be ready again before."""


class BatchConsumer(Consumer):
    """Faust's consumer where one message is a batch.

    `throttled` are partitions whose batches are handled slower than they come: they aren't fetched for the time being,
    and the others go on.
    """

    logger = logging.getLogger("faust.consumer")
    _thread: BatchThread

    def __init__(self, *args: Any, fetch_wait: int, positions: Positions, **options: Any) -> None:
        self.throttled: set[TP] = set()
        self._fetch_wait = fetch_wait
        self._positions = positions
        self._inflight = Inflight()
        self._held: set[TP] = set()
        self._handed: dict[TP, tuple[int, int]] = {}
        super().__init__(*args, **options)

    def _new_consumer_thread(self) -> BatchThread:
        return BatchThread(self, fetch_wait=self._fetch_wait, loop=self.loop, beacon=self.beacon)

    # Fetching

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> dict[TP, list[Any]]:  # noqa: ASYNC109
        # A copy: Faust hands its own set to the thread, and one that is emptied meanwhile means "every partition" to
        # aiokafka.
        wanted = set(active_partitions or ()) - self.throttled
        if not wanted:
            await asyncio.sleep(IMPATIENT / 2)
            return {}
        limit = IMPATIENT if self.throttled else timeout
        fetched: Mapping[TP, Any] = await super()._getmany(wanted, limit)
        # Records of before a seek are dropped: those behind it are fetched anew.
        return {tp: [batch] for tp, batch in fetched.items() if batch.seeks == self._thread.seeks[tp]}

    def _to_message(self, tp: TP, record: Any) -> ConsumerMessage:
        batch: Batch = record
        seeks, last = self._handed.get(tp, (-1, -1))
        batch.after = last if seeks == batch.seeks else None
        self._handed[tp] = (batch.seeks, batch.last)
        if not self._is_changelog_tp(tp):
            self._inflight.add(tp, batch)
        newest = batch.records[-1]
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            offset=batch.last,
            timestamp=newest.timestamp / 1000,
            timestamp_type=0,
            headers=None,
            key=None,
            value=record,
            checksum=None,
            tp=tp,
            generation_id=self.app.consumer_generation_id,
        )

    def on_buffer_full(self, tp: TP) -> None:
        """Nothing: a full queue makes the fetcher wait, and slow partitions are throttled."""

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Nothing: between two batches there is always a gap, as a batch goes by its last offset."""

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Nothing: the watchdog sees a standstill, and Faust's check takes paused changelogs for one."""

    # Commits

    def ack(self, message: Message) -> bool:
        """Marks a batch as wholly done."""
        if message.acked:
            return False
        message.acked = True
        batch: Any = message.value
        batch.done = True
        self._unacked_messages.discard(message)
        return True

    def _filter_tps_with_pending_acks(self, topics: TPorTopicSet | None = None) -> Iterator[TP]:
        return (tp for tp in self._inflight if topics is None or tp in topics or tp.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        return self._inflight.committable(tp)

    def _should_commit(self, tp: TP, offset: int) -> bool:
        return True

    async def commit(self, topics: TPorTopicSet | None = None, start_new_transaction: bool = True) -> bool:
        """Commits what is done by now; whether that was anything.

        Faust's gives up when a commit is under way. That one may have begun before the last batches were done, and
        whoever lets partitions go or stops has no later one.
        """
        while await self.maybe_wait_for_commit_to_finish():
            pass
        return await super().commit(topics, start_new_transaction)

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        committed = False
        try:
            committed = await super()._commit(offsets)
        finally:  # also where it is cancelled, as the commit under way is when the consumer stops
            if not committed:
                for tp, offset in offsets.items():
                    self._inflight.not_committed(tp, offset)
        return committed

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Lets running batches end, commits what is done, and forgets the rest."""
        await super().on_partitions_revoked(revoked)
        await self.commit()
        self._inflight.forget(revoked)
        self.throttled -= revoked

    # The start behind recovery. Stock Faust loses records of the source there (faust-streaming/faust#596): recovery
    # lets the source partitions go, then seeks, then clears all queues. Here they are held until all that is done.

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        """Lets changelogs be fetched at once, source partitions from `resume_flow` behind the seek on."""
        wanted = set(tps)
        sources = {tp for tp in wanted if not self._is_changelog_tp(tp)}
        if wanted - sources:
            super().resume_partitions(wanted - sources)
        self._held |= sources

    def resume_flow(self) -> None:
        """Starts fetching; also from source partitions that were held back."""
        super().resume_flow()
        held, self._held = self._held, set()
        if held:
            super().resume_partitions(held)

    def pause_partitions(self, tps: Iterable[TP]) -> None:
        """Stops fetching from partitions."""
        paused = set(tps)
        self._held -= paused
        super().pause_partitions(paused)

    async def perform_seek(self) -> None:
        """Moves every source partition to where reading goes on: recovery calls this when the states are there."""
        if not self.flow_active:
            # The fetcher calls this when a rebalance came in between. Who lets the flow go again seeks before.
            return
        sources = {tp for tp in self.assignment() if not self._is_changelog_tp(tp)}
        self._inflight.forget(list(self._inflight))
        known = dict(await self._positions(sources))
        committed = await self._thread.committed(sources - set(known))
        offsets = known | {tp: offset for tp, offset in committed.items() if offset is not None}
        # aiokafka leaves a partition without a commit where it is, which may be anywhere by now.
        await self._thread.start_at(offsets, sources - set(offsets))
        for tp in sources:
            self._read_offset[tp] = None
            self._committed_offset[tp] = committed.get(tp)
