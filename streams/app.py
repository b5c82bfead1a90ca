"""The app factory: the parts of the detector, put together."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from faust.types import TP

from rules import MARKER_KEY, Erasures, Partition
from streams.backlog import Backlog
from streams.dead_letters import DeadLetters
from streams.delivery import AtLeastOnce, Routes
from streams.detect import Detector
from streams.faust_app import GROUP, faust_app, states_table
from streams.ingest import Ingest
from streams.lanes import Lanes, Work
from streams.libraries import Channels, Libraries, Shelf, Start, Switcher
from streams.metrics import Metrics
from streams.observe import Observer
from streams.scanning import erasures_of
from streams.sender import Sender
from streams.settings import Settings
from streams.ticks import Ticker
from streams.topics import Catalogue
from streams.transport import BatchConsumer, BatchSchema
from streams.warming import Warmer

log = logging.getLogger(__name__)


class Runtime:
    """The detector and its parts. `failed` gets the exception that must end the process."""

    def __init__(
        self,
        settings: Settings,
        shelf: Shelf,
        catalogue: Catalogue,
        counts: Mapping[str, int],
        *,
        cluster: str,
        sender: Sender,
        metrics: Metrics,
    ) -> None:
        """`shelf` holds the libraries, `counts` has the partitions of every topic, `cluster` names the Kafka one."""
        self.settings = settings
        self.catalogue = catalogue
        self.metrics = metrics
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.app = faust_app(settings, self._positions)
        self.table = states_table(self.app, settings, catalogue, counts, self.fail)
        letters = DeadLetters(sender, catalogue.dead_letters.name, counts[catalogue.dead_letters.name], metrics)
        channels = Channels(settings, counts)
        routes = Routes(
            log=catalogue.touchpoints.name,
            changelog=catalogue.states.name,
            decisions=catalogue.decisions.name,
            triggers=channels.topics,
            partitions=channels.partitions,
        )
        delivery = AtLeastOnce(sender, letters, routes, self._following, settings.session_timeout / 2)
        self.lanes = Lanes(self.fail)
        self.backlog = Backlog(
            settings,
            settings.name(GROUP),
            [TP(topic.name, number) for topic in catalogue.sources for number in range(counts[topic.name])],
            self.lanes.waiting,
        )
        log_topic = catalogue.touchpoints.name
        identity = f"{cluster}:{log_topic}"
        self.warmer = Warmer(settings, catalogue, counts[catalogue.decisions.name], identity, self.partitions, metrics)
        self.ticker = Ticker(sender, log_topic, settings.settle, metrics, self.backlog.oldest)
        self.switcher = Switcher(
            settings,
            log_topic,
            sender,
            shelf,
            channels,
            warmth=self.warmer,
            oldest=self.backlog.oldest,
            metrics=metrics,
        )
        self.libraries = Libraries(settings, log_topic, shelf, channels, self.switcher, self.warmer)
        self.detector = Detector(
            self.libraries, self.table, delivery, Observer(metrics), log=identity, clock=settings.clock
        )
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

    def partitions(self) -> list[Partition]:
        """The partitions that this worker decides."""
        return [one.partition for one in self.detector]

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
            await self._close()
            topic = self.catalogue.touchpoints.name
            numbers = {tp.partition for tp in tps if tp.topic == topic}
            detections = self.detector.own(await self._starts(numbers), await self._erasures(numbers))
            self.ticker.forget()
            self.switcher.forget()
            self.warmer.forget()
            works: dict[TP, Work] = {TP(topic, number): one.work for number, one in detections.items()}
            works |= {tp: self._forwarding(tp) for tp in tps if tp.topic != topic}
            self.lanes.open(self.consumer, works.items())
        except Exception as error:
            self.fail(error)
            raise
        log.info("deciding partitions %s", ", ".join(map(str, detections)) or "none")
        return {TP(topic, number): one.partition.offset + 1 for number, one in detections.items()}

    async def _starts(self, numbers: set[int]) -> Mapping[int, Start]:
        """The library that each of these partitions goes on with."""
        return await self.libraries.starts(
            {number: self.table.data.states(number).get(MARKER_KEY) for number in sorted(numbers)}
        )

    async def _erasures(self, numbers: set[int]) -> Mapping[int, Erasures]:
        """Whom the log erases in the partitions that have no states and are read from its beginning."""
        lost = [number for number in sorted(numbers) if self.table.data.states(number).get(MARKER_KEY) is None]
        return await erasures_of(self.settings, self.catalogue.touchpoints.name, lost)

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
        await self._close()
        self.detector.release()

    async def _close(self) -> None:
        self.detector.give_up()
        await self.lanes.close()

    async def stop(self) -> None:
        """Orderly: running batches end, what is done is committed, the group is left."""
        await self._close()
        await self.app.stop()
