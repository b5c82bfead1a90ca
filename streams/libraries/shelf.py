"""The libraries that the topic holds: which is the newest that can be used, and the plan of each that is asked for."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from msgspec.structs import replace

from rules import Plan, compile_plan
from streams.libraries.record import SHORT, BadPublishedError, Published, decode
from streams.metrics import Metrics

log = logging.getLogger(__name__)

KEPT = 8
"""Plans that are kept; one of an older library is made again when it is asked for."""


class Record(Protocol):
    """A record of the topic; aiokafka's ConsumerRecord is one."""

    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


class Held(NamedTuple):
    """A library that can be used."""

    published: Published
    plan: Plan


class Shelf:
    """What has been read of the topic. `newest`: the library with the largest offset that can be used, None before.

    A library is looked up by its digest, whole or the first `SHORT` digits: compaction keeps only the last record of
    one, so an older sequence may be gone while the library is still there. The newest one published once more (two
    workers did at once, or somebody else approved it too) keeps its sequence: nothing is to be switched.
    """

    def __init__(self, topic: str, metrics: Metrics) -> None:
        self.newest: Held | None = None
        self._topic = topic
        self._metrics = metrics
        self._published: dict[str, Published] = {}
        self._last: Published | None = None
        self._short: dict[str, Published] = {}
        self._refused: set[str] = set()
        self._plans: OrderedDict[str, Plan] = OrderedDict()
        self._changed = asyncio.Condition()

    async def add(self, records: Iterable[Record]) -> None:
        """Takes over records in their order; what is no library is passed over, with a log line and a metric."""
        for record in records:
            self._add(record)
        self.newest = await self._newest()
        self._metrics.library_newest.set(self.newest.published.sequence if self.newest else -1)
        async with self._changed:
            self._changed.notify_all()

    async def plan(self, digest: str) -> Plan | None:
        """The plan of a library; None while the topic has none of this digest that can be used."""
        published = self._find(digest)
        if published is None:
            return None
        plan = self._plans.get(published.digest) or await self._load(published)
        if plan is not None:
            self._keep(published.digest, plan)
        return plan

    def published(self, digest: str) -> Published | None:
        """The last record of a library; None where the topic has none of this digest, or none that can be used."""
        return self._find(digest)

    async def wait(self, digest: str) -> Plan:
        """The plan of a library, when the topic has it."""
        while (plan := await self.plan(digest)) is None:
            async with self._changed:
                await self._changed.wait_for(lambda: self._find(digest) is not None)
        return plan

    def _find(self, digest: str) -> Published | None:
        """The library of a digest that isn't known to be unusable."""
        found = self._short.get(digest) if len(digest) == SHORT else self._published.get(digest)
        return found if found is not None and found.digest not in self._refused else None

    def _add(self, record: Record) -> None:
        try:
            published = decode(record.offset, record.key, record.value)
        except BadPublishedError as error:
            self._refuse(record.offset, "record", error)
            return
        if self._last is not None and published.digest == self._last.digest:
            published = replace(published, sequence=self._last.sequence)
        self._last = published
        self._published[published.digest] = self._short[published.digest[:SHORT]] = published
        self._refused.discard(published.digest)

    async def _newest(self) -> Held | None:
        for published in sorted(self._published.values(), key=lambda one: -one.sequence):
            plan = await self.plan(published.digest)
            if plan is not None:
                return Held(published, plan)
        return None

    async def _load(self, published: Published) -> Plan | None:
        try:
            # Some seconds for a thousand signals: beside the loop, which has partitions to work on.
            return await asyncio.to_thread(_compiled, published)
        except BadPublishedError as error:
            self._refused.add(published.digest)
            self._refuse(published.sequence, "library", error)
            return None

    def _refuse(self, sequence: int, reason: str, error: BadPublishedError) -> None:
        log.error("topic %s, offset %s, is passed over: %s", self._topic, sequence, error)
        self._metrics.libraries_refused.labels(reason).inc()

    def _keep(self, digest: str, plan: Plan) -> None:
        self._plans[digest] = plan
        self._plans.move_to_end(digest)
        while len(self._plans) > KEPT:
            self._plans.popitem(last=False)


def _compiled(published: Published) -> Plan:
    return compile_plan(published.library())
