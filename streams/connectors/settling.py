"""What is done is told: outcomes into the log, then, when they are there, the offsets to the consumer group."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from aiokafka import TopicPartition

from streams.connectors.ledger import Ledger, Letter
from streams.connectors.metrics import ConnectorMetrics
from streams.connectors.orders import Clock, Order, Result
from streams.connectors.outcomes import outcome
from streams.dead_letters import DeadLetters
from streams.sender import Record, Sender

PERIOD = 0.1
"""Seconds within which what is done is gathered, to be told at once."""

Commit = Callable[[Mapping[TopicPartition, tuple[int, str]]], Awaitable[None]]


class Home(Protocol):
    """Where an event comes from."""

    @property
    def tp(self) -> TopicPartition: ...
    @property
    def ledger(self) -> Ledger: ...


class Settler:
    """Gathers results. `log`: the full name of the topic that outcomes go to, None where they go nowhere."""

    def __init__(
        self,
        sender: Sender,
        log: str | None,
        letters: DeadLetters,
        commit: Commit,
        clock: Clock,
        metrics: ConnectorMetrics,
    ) -> None:
        self._sender = sender
        self._log = log
        self._letters = letters
        self._commit = commit
        self._clock = clock
        self._metrics = metrics
        self._done: list[tuple[Home, int, Order | None]] = []
        self._outcomes: list[Record] = []
        self._aside: list[tuple[Home, Letter]] = []
        self._wake = asyncio.Event()
        self._lock = asyncio.Lock()

    def settle(self, home: Home, order: Order, result: Result) -> None:
        """An event has a result."""
        now = self._clock(order)
        self._metrics.settled(order, result, now)
        if order.trigger is not None and self._log is not None:
            self._outcomes.append(outcome(order.trigger, result, now))
        self._add(home, order.offset, order)

    def passed(self, home: Home, offset: int) -> None:
        """A record is done without anything to tell."""
        self._add(home, offset, None)

    def put_aside(self, home: Home, letter: Letter) -> None:
        """A record is no event."""
        self._aside.append((home, letter))
        self._add(home, letter.offset, None)

    async def run(self) -> None:
        """Tells what is done, for ever. Raises KafkaError where the broker doesn't take it."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(PERIOD)
            # Whoever ends this may not break it off halfway: the next flush waits for it.
            await asyncio.shield(self.flush())

    async def flush(self) -> None:
        """Tells all that is done by now. Raises as `run`."""
        async with self._lock:
            self._wake.clear()
            done, self._done = self._done, []
            outcomes, self._outcomes = self._outcomes, []
            aside, self._aside = self._aside, []
            if outcomes and self._log is not None:
                await self._sender.by_key(self._log, outcomes)
            for home, letter in aside:
                await self._letters.send(home.tp.topic, home.tp.partition, [letter])
            for home, offset, order in done:
                home.ledger.finish(offset, order)
            marks = {home.tp: home.ledger.window.mark() for home, _, _ in done}
            if marks:
                await self._commit(marks)

    def _add(self, home: Home, offset: int, order: Order | None) -> None:
        self._done.append((home, offset, order))
        self._wake.set()
