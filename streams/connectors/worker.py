"""One worker of a connector: its place in the consumer group, the partitions it gets, what it reads ahead."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from streams.broker import admin, client_options
from streams.connectors.carrying import Carrier
from streams.connectors.ledger import Ledger
from streams.connectors.metrics import ConnectorMetrics
from streams.connectors.options import Connection
from streams.connectors.partition import OpenPartition
from streams.connectors.settling import Settler
from streams.connectors.window import decode
from streams.settings import Settings

log = logging.getLogger(__name__)

POLL = 200
"""Milliseconds that one look for records takes at most."""

READ_AHEAD = 1_000
"""Records of a partition that are read behind the first one that isn't done."""

AT_ONCE = 500
"""Records that one look takes at most."""

PERIOD = 2.0
"""Seconds between two measurements."""

LEAVE_LIMIT = 5.0
"""Seconds that leaving the group may take when something went wrong."""

STANDING = 30.0
"""Seconds without a look for records after which it isn't healthy."""


class Worker(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Reads a channel's topic as a member of the connection's group. Anything that must end it fails `failed`."""

    def __init__(
        self, settings: Settings, connection: Connection, topic: str, carrier: Carrier, metrics: ConnectorMetrics
    ) -> None:
        """`topic`: the full name of the channel's."""
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.settler: Settler  # set by `read`, as it commits through this worker
        self._settings = settings
        self._connection = connection
        self._topic = topic
        self._carrier = carrier
        self._metrics = metrics
        self._open: dict[TopicPartition, OpenPartition] = {}
        self._assigned = False
        self._looked = time.monotonic()
        self._consumer: Any = AIOKafkaConsumer(
            **client_options(settings),
            group_id=connection.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=int(settings.session_timeout * 1000),
            heartbeat_interval_ms=int(settings.session_timeout * 1000 / 3),
            rebalance_timeout_ms=int(settings.rebalance_timeout * 1000),
            fetch_max_wait_ms=settings.fetch_wait,
        )

    @property
    def ready(self) -> bool:
        """Whether it has its place in the group and reads."""
        return self._assigned and self.healthy

    @property
    def healthy(self) -> bool:
        return not self.failed.done() and time.monotonic() - self._looked < STANDING

    async def read(self, settler: Settler) -> None:
        """Joins the group and reads, for ever. Raises KafkaError."""
        self.settler = settler
        await self._consumer.start()
        self._consumer.subscribe([self._topic], listener=self)
        while True:
            self._throttle()
            found = await self._consumer.getmany(timeout_ms=POLL, max_records=AT_ONCE)
            self._looked = time.monotonic()
            for tp, records in found.items():
                if tp in self._open:
                    self._open[tp].take(records)

    async def stop(self) -> None:
        """Ends what is under way, tells what is done, and leaves the group."""
        await self._close()
        await self._consumer.stop()

    async def leave(self) -> None:
        """Leaves the group with what is under way undone, so that the next owner needn't wait for the session's end."""
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._consumer.stop(), LEAVE_LIMIT)

    async def commit(self, marks: Mapping[TopicPartition, tuple[int, str]]) -> None:
        """Tells the group how far partitions are done. Raises KafkaError."""
        try:
            await self._consumer.commit(dict(marks))
        except (CommitFailedError, IllegalStateError) as error:
            # Their next owner delivers again what it doesn't know of, under the same ids.
            log.warning("partitions have moved before they were committed (%s)", type(error).__name__)

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        self._assigned = False
        await self._unless_wrong(self._close())

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        await self._unless_wrong(self._take_over(sorted(assigned)))

    async def measure(self) -> None:
        """Tells how far behind it is, for ever."""
        while True:
            lags, oldest = await self._behind()
            self._metrics.measured(lags, oldest, ready=self.ready)
            await asyncio.sleep(PERIOD)

    def fail(self, error: BaseException) -> None:
        """Lets the worker end with an error."""
        if not self.failed.done():
            self.failed.set_exception(error)

    async def _unless_wrong(self, work: Any) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001  aiokafka would only write it down
            self.fail(error)

    async def _close(self) -> None:
        # They stay known until they have ended: what is settled meanwhile is theirs.
        await asyncio.gather(*(one.close() for one in self._open.values()))
        self._open.clear()
        await self.settler.flush()

    async def _take_over(self, assigned: list[TopicPartition]) -> None:
        beginnings = await self._consumer.beginning_offsets(assigned) if assigned else {}
        committed = await self._committed()
        for tp in assigned:
            offset, metadata = committed.get(tp, (beginnings[tp], ""))
            head = max(offset, beginnings[tp])
            done = [offset + place for place in decode(metadata)]
            remembered = self._connection.remembered
            ledger = Ledger(head, done, remembered)
            self._open[tp] = OpenPartition(tp, ledger, self._carrier, self.settler, self._metrics, self.fail)
            self._consumer.seek(tp, max(beginnings[tp], head - remembered))
        self._assigned = True

    async def _committed(self) -> dict[TopicPartition, tuple[int, str]]:
        async with admin(self._settings) as client:
            found = await client.list_consumer_group_offsets(self._connection.group)
        return {tp: (one.offset, one.metadata) for tp, one in found.items() if one.offset >= 0}

    def _throttle(self) -> None:
        """Doesn't fetch partitions of which enough is read ahead."""
        mine = self._consumer.assignment() & self._open.keys()
        full = {tp for tp in mine if len(self._open[tp].ledger.window) >= READ_AHEAD}
        self._consumer.pause(*full)
        self._consumer.resume(*(self._consumer.paused() & mine - full))

    async def _behind(self) -> tuple[dict[int, int], float]:
        windows = {tp: one.ledger.window for tp, one in self._open.items()}
        try:
            ends = await self._consumer.end_offsets(list(windows)) if windows else {}
        except KafkaError as error:
            log.warning("the ends of %s are not known: %r", self._topic, error)
            ends = {}
        now = time.time()
        ages = [now - window.oldest / 1000 for window in windows.values() if window.oldest is not None]
        lags = {tp.partition: max(0, end - windows[tp].head) for tp, end in ends.items()}
        return lags, max(ages, default=0.0)
