"""Switches: `library.switched` written into the log by the worker that owns the partition, when it is behind."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from aiokafka.errors import KafkaError

from rules import Plan, Switch, encode_switch
from streams.libraries.channels import Channels
from streams.libraries.record import Published
from streams.libraries.shelf import Held, Shelf
from streams.metrics import Metrics
from streams.sender import Sender, SendError
from streams.settings import Settings
from streams.ticks import Oldest, tick_time

log = logging.getLogger(__name__)

PERIOD = 0.5
"""Seconds between two looks at who is behind."""

AGAIN = 5.0
"""Seconds until a library that was refused is looked at again."""


class Owned(Protocol):
    """What is needed of a partition. `time` in ms; `library`: the sequence of the one that decides."""

    @property
    def number(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def time(self) -> int: ...
    @property
    def library(self) -> int: ...
    def prepare(self, sequence: int, plan: Plan, warmed: Mapping[bytes, bytes] | None = None, /) -> None: ...


class Warmth(Protocol):
    """Computes the new parts of a library from an earlier time of the log on, beside the live ones."""

    def caught_up(self, number: int, published: Published) -> bool:
        """Whether a partition's warm states are near its end, so that a switch would wait for them shortly only."""

    async def states(self, number: int, switch: Switch) -> Mapping[bytes, bytes]:
        """The customers' states as they have to be at the switch's own offset, when they are."""


class Switcher:
    """Writes switches for the partitions that this worker owns."""

    def __init__(
        self,
        settings: Settings,
        topic: str,
        sender: Sender,
        shelf: Shelf,
        channels: Channels,
        warmth: Warmth,
        oldest: Oldest,
        metrics: Metrics,
    ) -> None:
        """`topic`: the log's full name; `oldest`: as the ticker's."""
        self._settings = settings
        self._topic = topic
        self._sender = sender
        self._shelf = shelf
        self._channels = channels
        self._warmth = warmth
        self._oldest = oldest
        self._metrics = metrics
        self._unread: dict[int, int] = {}
        self._refused_at = -AGAIN

    async def run(self, owned: Callable[[], Iterable[Owned]]) -> None:
        """Looks at what is owned, for ever."""
        while True:
            await self.look(owned(), time.time_ns() // 1_000_000, time.monotonic())
            await asyncio.sleep(PERIOD)

    async def look(self, owned: Iterable[Owned], now: int, at: float) -> None:
        """Writes a switch into each partition behind the newest library, but never while one of ours is unread.

        `now`: epoch ms; `at`: monotonic seconds.
        """
        newest = self._shelf.newest
        if newest is None:
            return
        behind = [one for one in owned if self._may(one, newest.published)]
        if not behind or at - self._refused_at < AGAIN:
            return
        if not await self._suits(newest):
            self._refused_at = at
            return
        await asyncio.gather(*(self._switch(one, newest, self._time(one, now)) for one in behind))

    async def begin(self, numbers: Iterable[int], newest: Held) -> None:
        """Writes a switch into partitions that no library has decided yet. Raises SendError."""
        for number in numbers:
            await self._append(number, newest.published, self._time(None, time.time_ns() // 1_000_000))

    def forget(self) -> None:
        """Partitions have moved: what was written before says nothing about those that are ours now."""
        self._unread.clear()

    def _may(self, one: Owned, newest: Published) -> bool:
        if one.library >= newest.sequence or one.offset < self._unread.get(one.number, -1):
            return False
        return newest.warm_from is None or self._warmth.caught_up(one.number, newest)

    async def _suits(self, newest: Held) -> bool:
        """Whether all channels of a library have topics; says so where they don't."""
        version = newest.plan.version
        try:
            missing = await self._channels.missing(newest.plan.channels)
        except (KafkaError, TimeoutError) as error:
            log.warning("library %s: whether its channels have topics is not known: %r", version, error)
            return False
        if missing:
            self._metrics.switches_refused.inc()
            log.error(
                "library %s (sequence %s) is not switched to: found no topic %s, expected one for each "
                "channel; create it with `telltale topics --create`",
                version,
                newest.published.sequence,
                ", ".join(missing),
            )
        return not missing

    async def _switch(self, one: Owned, newest: Held, at: int) -> None:
        published = newest.published
        if published.warm_from is None:
            one.prepare(published.sequence, newest.plan)
        try:
            self._unread[one.number] = await self._append(one.number, published, at)
        except SendError as error:
            # The next look tries again; the second of two switches is passed over.
            log.warning("switch for %s/%s not written: %s", self._topic, one.number, error)
            return
        log.info("partition %s switches to library %s (sequence %s)", one.number, published.version, published.sequence)

    async def _append(self, number: int, published: Published, at: int) -> int:
        value = encode_switch(published.sequence, published.digest, at, published.warm_from)
        offset = await self._sender.as_one_batch(self._topic, number, [(None, value)])
        self._metrics.switches.inc()
        return offset

    def _time(self, one: Owned | None, now: int) -> int:
        """The time that a switch written now has: a tick's, or with the log's own clock the partition's."""
        if self._settings.clock == "log":
            return 0 if one is None else one.time
        return tick_time(now, self._settings.settle, self._oldest())
