"""Carries an event to its endpoint: attempts until there is a result, within bounds of number, time and patience."""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Protocol

from streams.connectors.answers import Again, Answer, judge
from streams.connectors.circuit import Circuit, backoff
from streams.connectors.metrics import ConnectorMetrics
from streams.connectors.orders import Clock, Order, Result, undeliverable


class Destination(Protocol):
    """Where events go."""

    async def send(self, order: Order) -> Answer:
        """One attempt, in bounded time. What goes wrong out there is an answer, not an exception."""


class Carrier:
    """Carries the events of all partitions of a worker; `slots` attempts at most are under way at a time.

    An event that is tried `attempts` times in vain, while the endpoint answers others, has failed. Attempts while it
    answers nobody aren't counted: those wait for it, until they expire.
    """

    def __init__(
        self,
        destination: Destination,
        metrics: ConnectorMetrics,
        clock: Clock,
        *,
        slots: int,
        attempts: int,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """`clock`: what time it is for an event; `draw`: the jitter, 0 to 1."""
        self._destination = destination
        self._metrics = metrics
        self._clock = clock
        self._slots = asyncio.Semaphore(slots)
        self._attempts = attempts
        self._draw = draw
        self._circuit = Circuit()
        self._asleep: dict[Order, asyncio.Event] = {}

    async def carry(self, order: Order) -> Result | None:
        """What came of an event; None where it was let go before there was a result."""
        tries = 0
        while not order.let_go:
            step = await self._step(order)
            if isinstance(step, Result):
                return step
            if isinstance(step, Again):
                tries += self._circuit.closed
                if tries >= self._attempts:
                    return Result("failed", "attempts", f"{step.cause}, {tries} times")
                self._metrics.retry(step.cause)
                step = backoff(tries or 1, self._draw(), step.after)
            await self._sleep(order, step)
        return None

    def wake(self, order: Order) -> None:
        """Something about the event has changed: one that sleeps looks at once."""
        woken = self._asleep.get(order)
        if woken is not None:
            woken.set()

    async def _step(self, order: Order) -> Result | Again | float:
        """An attempt, where one may be made; else the event's result, or the seconds until the next look."""
        async with self._slots:
            if order.let_go:
                return 0.0
            held = undeliverable(order, self._clock(order))
            if held is not None:
                return held
            # Who waits for the endpoint to come back holds no slot, so that all see when they expire.
            return self._circuit.enter(time.monotonic()) or await self._attempt(order)

    async def _attempt(self, order: Order) -> Result | Again:
        begun = time.monotonic()
        answer = await self._destination.send(order)
        now = time.monotonic()
        verdict = judge(answer, time.time())
        if isinstance(verdict, Again):
            self._circuit.failed(now, self._draw(), verdict.after)
        else:
            self._circuit.succeeded()
        self._metrics.attempted(now - begun, circuit_open=not self._circuit.closed)
        return verdict

    async def _sleep(self, order: Order, seconds: float) -> None:
        """Sleeps, to the event's expiry at the longest, or until it is woken."""
        if order.called_off or order.let_go:
            return
        if order.expires is not None:
            seconds = min(seconds, max(0.0, (order.expires - self._clock(order)) / 1000))
        woken = self._asleep[order] = asyncio.Event()
        try:
            await asyncio.wait_for(woken.wait(), seconds)
        except TimeoutError:
            pass
        finally:
            del self._asleep[order]
