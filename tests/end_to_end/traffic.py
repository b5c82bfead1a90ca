"""Traffic for a log: of the quick library's shoppers, by the log's clock or the wall's, and the shop's recorded one.

All of it is given in steps, each a list of messages that are written together.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections.abc import Iterable, Iterator
from itertools import count
from types import TracebackType
from typing import Any, Final, Self

from aiokafka import AIOKafkaProducer

from streams.demo.traffic import bundled
from tests.end_to_end.installation import Installation
from tests.kafka import Message

PARTITIONS: Final = 4
START: Final = 1_760_000_000_000  # an arbitrary moment, ms
TYPES: Final = ["product.viewed"] * 6 + ["basket.added"] * 2 + ["order.placed", "page.viewed"]
PRODUCTS: Final = ["tent", "lamp", "stove"]

Step = list[Message]


def touchpoint(customer: str, kind: str, at: int, identifier: str = "", **fields: Any) -> dict[str, Any]:
    """A touchpoint; its id is made of customer, type and time where none is given."""
    return {"id": identifier or f"{customer}-{kind}-{at}", "type": kind, "time": at, "customer": customer, **fields}


def message(fields: dict[str, Any]) -> Message:
    """A touchpoint as a message of the log."""
    return Message(json.dumps(fields).encode(), fields["customer"].encode())


def ticks(at: int, partitions: int = PARTITIONS) -> Step:
    """The passing of time in every partition."""
    value = json.dumps({"type": "clock.tick", "time": at}).encode()
    return [Message(value, partition=number) for number in range(partitions)]


def now() -> int:
    """The wall clock in ms."""
    return time.time_ns() // 1_000_000


class Shoppers:
    """People of the quick library: they look, fill baskets, buy; some of it is told late, some of it twice."""

    def __init__(self, seed: int, customers: int = 60) -> None:
        self._draw = random.Random(seed)
        self._customers = [f"shopper-{number}" for number in range(customers)]
        self._ids = count()
        self._last: dict[str, Any] = {}
        self._at = START

    def does(self, at: int) -> Message:
        """What one of them does at a time (ms)."""
        draw = self._draw
        if self._last and draw.random() < 0.03:
            return message(self._last)
        late = draw.randrange(3_000) if draw.random() < 0.1 else 0
        kind = draw.choice(TYPES)
        more: dict[str, Any] = {"product": draw.choice(PRODUCTS)} if kind != "page.viewed" else {}
        more |= {"value": draw.randrange(1, 5_000) / 100} if kind == "order.placed" else {}
        self._last = touchpoint(draw.choice(self._customers), kind, at - late, str(next(self._ids)), **more)
        return message(self._last)

    def steps(self, touchpoints: int, size: int = 50, pause: int = 20, partitions: int = PARTITIONS) -> Iterator[Step]:
        """So many touchpoints by the log's own clock, `pause` ms apart, with ticks, until the last timer is due.

        The next ones go on from there.
        """
        for _ in range(touchpoints // size):
            done = [self.does(self._at + pause * number) for number in range(size)]
            self._at += pause * size
            yield [*done, *ticks(self._at - 500, partitions)]
        self._at += 60_000
        yield ticks(self._at, partitions)

    def live_steps(self, seconds: float, size: int = 10) -> Iterator[Step]:
        """What they do now, for so many seconds; the steps have to be taken when they are to happen."""
        end = now() + int(seconds * 1000)
        while now() < end:
            yield [self.does(now()) for _ in range(size)]


def recorded(size: int = 500) -> Iterator[Step]:
    """The shop's recorded traffic, with ticks by the log's own clock."""
    traffic = bundled()
    for first in range(0, len(traffic.touchpoints), size):
        group = traffic.touchpoints[first : first + size]
        yield [*(Message(one.value, one.customer.encode()) for one in group), *ticks(group[-1].time - 1)]
    yield ticks(traffic.last)


def publish(installation: Installation, steps: Iterable[Step]) -> None:
    """Writes all steps into the log, as fast as it takes them."""
    installation.write([message for step in steps for message in step])


class Feed:
    """Steps written into the log by a thread, one each `pause` seconds, while the test does other things.

    As a block it ends with it, whether or not all is written. The producer outlasts a broker that is away for
    `patience` seconds, and writes nothing twice.
    """

    def __init__(self, installation: Installation, steps: Iterable[Step], pause: float, patience: float = 90) -> None:
        self._bootstrap, self._topic = installation.kafka.bootstrap, installation.name("touchpoints")
        self._steps, self._pause, self._patience = steps, pause, patience
        self._error: BaseException | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self.join()

    def join(self, limit: float = 120.0) -> None:
        """Returns when all is written. Raises what writing raised."""
        self._thread.join(limit)
        if self._thread.is_alive():
            raise TimeoutError(f"the feed still runs after {limit:.0f} s")
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            asyncio.run(self._write())
        except BaseException as error:  # noqa: BLE001  raised in `join`
            self._error = error

    async def _write(self) -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            enable_idempotence=True,
            linger_ms=5,
            request_timeout_ms=int(self._patience * 1000),
        )
        async with producer:
            begin = time.monotonic()
            for number, step in enumerate(self._steps):
                if self._stop.is_set():
                    return
                sent = [await producer.send(self._topic, m.value, key=m.key, partition=m.partition) for m in step]
                await asyncio.gather(*sent)
                await asyncio.sleep(max(0.0, begin + (number + 1) * self._pause - time.monotonic()))
