"""The app factory: the parts of the detector, put together in a Faust app."""

import asyncio
import logging
import os
import socket
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import faust
from faust.types import TP

from rules import Plan
from streams.backlog import Backlog
from streams.dead_letters import DeadLetters
from streams.delivery import AtLeastOnce
from streams.detect import Detector
from streams.ingest import Ingest
from streams.lanes import Lanes, Work
from streams.metrics import Metrics
from streams.observe import Observer
from streams.sender import Sender
from streams.settings import Settings, ssl_context
from streams.table import BulkTable, Fault
from streams.ticks import Ticker
from streams.topics import Catalogue
from streams.transport import BatchConsumer, BatchSchema, BatchTransport, FlowControl
from streams.transport.consumer import Positions

log = logging.getLogger(__name__)

QUEUED = 8
"""Batches between fetcher and lanes."""

GROUP = "telltale"
COMMIT_INTERVAL = 1.0
COMMIT_INTERVAL_OF_SOURCES = 0.2
"""Seconds between two commits: of sources often, as the ticks of other workers wait for what isn't committed."""


class TelltaleApp(faust.App):
    """A Faust app on the batch transport."""

    mundane_level = "debug"

    def __init__(self, *args: Any, fetch_wait: int, positions: Positions, **options: Any) -> None:
        self._batch_options: dict[str, Any] = {"fetch_wait": fetch_wait, "positions": positions}
        super().__init__(*args, **options)

    def _new_transport(self) -> Any:
        return BatchTransport(self.conf.broker_consumer, self, **self._batch_options)

    def _new_producer_transport(self) -> Any:
        return BatchTransport(self.conf.broker_producer, self, **self._batch_options)

    @cached_property
    def flow_control(self) -> FlowControl:
        """Flow control that clears queues only when they were suspended."""
        return FlowControl(loop=self.loop)


class Runtime:
    """The detector and its parts. `failed` gets the exception that must end the process."""

    def __init__(
        self,
        settings: Settings,
        plan: Plan,
        catalogue: Catalogue,
        counts: Mapping[str, int],
        *,
        cluster: str,
        sender: Sender,
        metrics: Metrics,
    ) -> None:
        """`counts` has the number of partitions of every topic, `cluster` names the Kafka cluster."""
        self.settings = settings
        self.catalogue = catalogue
        self.metrics = metrics
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.app = _faust_app(settings, self._positions)
        self.table = _table(self.app, settings, catalogue, counts, self.fail)
        letters = DeadLetters(sender, catalogue.dead_letters.name, counts[catalogue.dead_letters.name], metrics)
        delivery = AtLeastOnce(
            sender,
            letters,
            log=catalogue.touchpoints.name,
            changelog=catalogue.states.name,
            decisions=catalogue.decisions.name,
            triggers={channel: catalogue.triggers(channel).name for channel in plan.channels},
            partitions=counts,
            following=self._following,
            doubt=settings.session_timeout / 2,
        )
        identity = f"{cluster}:{catalogue.touchpoints.name}"
        self.detector = Detector(plan, self.table, delivery, Observer(metrics), log=identity, clock=settings.clock)
        self.lanes = Lanes(self.fail)
        self.backlog = Backlog(
            settings,
            settings.name(GROUP),
            [TP(topic.name, number) for topic in catalogue.sources for number in range(counts[topic.name])],
            self.lanes.waiting,
        )
        self.ticker = Ticker(sender, catalogue.touchpoints.name, settings.settle, metrics, self.backlog.oldest)
        self._ingests = {
            topic.name: Ingest(source, topic.name, catalogue.touchpoints.name, sender, letters, metrics)
            for source, topic in zip(settings.sources, catalogue.sources, strict=True)
        }
        self.app.on_partitions_revoked.connect(self._revoked)
        for topic in (catalogue.touchpoints, *catalogue.sources):
            self._add_agent(topic.name)

    @property
    def consumer(self) -> BatchConsumer:
        """The started consumer."""
        consumer: Any = self.app.consumer
        started: BatchConsumer = consumer
        return started

    def fail(self, error: BaseException) -> None:
        """Ends the process: what goes on from here might lose something."""
        if not self.failed.done():
            self.failed.set_exception(error)

    def _add_agent(self, topic: str) -> None:
        async def read(stream: Any) -> None:
            async for event in stream.noack().events():
                self.lanes.put(event)

        self.app.agent(self.app.topic(topic, schema=BatchSchema()), name=f"read {topic}")(read)

    async def _positions(self, tps: set[TP]) -> Mapping[TP, int]:
        """Recovery is over and these source partitions are ours: opens their lanes; where the log is read on."""
        try:
            await self.lanes.close()
            topic = self.catalogue.touchpoints.name
            detections = self.detector.own({tp.partition for tp in tps if tp.topic == topic})
            self.ticker.forget()
            works: dict[TP, Work] = {TP(topic, number): one.work for number, one in detections.items()}
            works |= {tp: self._forwarding(tp) for tp in tps if tp.topic != topic}
            self.lanes.open(self.consumer, works.items())
        except Exception as error:
            self.fail(error)
            raise
        log.info("deciding partitions %s", ", ".join(map(str, detections)) or "none")
        return {TP(topic, number): one.partition.offset + 1 for number, one in detections.items()}

    async def _following(self, number: int) -> int:
        tp = TP(self.catalogue.states.name, number)
        return next(iter((await self.consumer.highwaters(tp)).values()))

    def _forwarding(self, tp: TP) -> Work:
        ingest = self._ingests[tp.topic]

        async def work(batches: Any) -> None:
            for batch in batches:
                await ingest.forward(tp.partition, batch.records)

        return work

    async def _revoked(self, *_args: Any, **_options: Any) -> None:
        """Partitions may move: lets running batches end before anybody else may own them."""
        await self.lanes.close()
        self.detector.own(set())

    async def stop(self) -> None:
        """Orderly: running batches end, what is done is committed, the group is left."""
        await self.lanes.close()
        await self.app.stop()


def _faust_app(settings: Settings, positions: Positions) -> TelltaleApp:
    host = f"http://{socket.gethostname()}:{settings.web_port or os.getpid()}"
    options: dict[str, Any] = {
        "broker": [f"kafka://{one.strip()}" for one in settings.broker.split(",")],
        "broker_credentials": _credentials(settings),
        "broker_commit_interval": COMMIT_INTERVAL_OF_SOURCES if settings.sources else COMMIT_INTERVAL,
        "broker_max_poll_records": settings.poll,
        "broker_session_timeout": settings.session_timeout,
        "broker_heartbeat_interval": settings.session_timeout / 4,
        "broker_rebalance_timeout": settings.rebalance_timeout,
        "consumer_auto_offset_reset": "earliest",
        "canonical_url": host,
        "datadir": str(settings.data_dir),
        "agent_supervisor": "mode.CrashingSupervisor",
        "store": "memory://",
        "stream_buffer_maxsize": QUEUED,
        "stream_wait_empty": False,
        "table_standby_replicas": settings.standbys,
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "web_enabled": False,
    }
    return TelltaleApp(settings.name(GROUP), fetch_wait=settings.fetch_wait, positions=positions, **options)


def _credentials(settings: Settings) -> Any:
    context = ssl_context(settings)
    if settings.security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=settings.sasl_username,
            password=settings.sasl_password,
            ssl_context=context,
            mechanism=settings.sasl_mechanism,
        )
    return faust.SSLCredentials(context) if context else None


def _table(
    app: TelltaleApp, settings: Settings, catalogue: Catalogue, counts: Mapping[str, int], fault: Fault
) -> BulkTable:
    changelog = app.topic(catalogue.states.name, schema=BatchSchema(), acks=False, internal=True)
    folder = settings.data_dir if settings.store == "rocksdb" else None
    table = BulkTable(
        app,
        folder=folder,
        fault=fault,
        name="states",
        changelog_topic=changelog,
        partitions=counts[catalogue.states.name],
        beacon=app.tables.beacon,
    )
    app.tables.add(table)
    return table
