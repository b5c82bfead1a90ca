"""Runs a connector: from the settings to an exit code, as `streams.run` does for the detector."""

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any

from aiokafka.errors import KafkaError

from streams.broker import BrokerAbsentError, wait
from streams.connectors.carrying import Carrier, Destination
from streams.connectors.metrics import ConnectorMetrics
from streams.connectors.options import Connection
from streams.connectors.orders import Clock, Order
from streams.connectors.settling import Settler
from streams.connectors.worker import Worker
from streams.dead_letters import DeadLetters
from streams.logs import start_logging
from streams.sender import Sender, start_producer
from streams.settings import Settings
from streams.topics import Catalogue, partition_counts
from streams.web import Probes, serving

log = logging.getLogger(__name__)

GOOD = 0
WRONG = 1
STOP_LIMIT = 60.0
"""Seconds that an orderly stop may take; attempts under way are awaited."""

Opening = AbstractAsyncContextManager[Destination]


def run_connector(settings: Settings, connection: Connection, opening: Opening) -> int:
    """Runs a connector until SIGTERM or SIGINT, or until it can't go on; the exit code."""
    start_logging(settings.log_level)
    code = asyncio.run(_until_signal(settings, connection, opening))
    logging.shutdown()
    if code != GOOD:
        # A thread that hangs on a disk or a broker must not keep a failed process alive.
        os._exit(code)
    return code


async def _until_signal(settings: Settings, connection: Connection, opening: Opening) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    metrics, probes = ConnectorMetrics(connection.channel), Probes()
    try:
        async with serving(settings.web_host, settings.web_port, metrics.registry, probes):
            return await _serve(settings, connection, opening, metrics, probes, stop)
    except OSError as error:
        _say(f"{settings.web_host}:{settings.web_port}: {error}; choose another port with --web-port")
        return WRONG


async def _serve(
    settings: Settings,
    connection: Connection,
    opening: Opening,
    metrics: ConnectorMetrics,
    probes: Probes,
    stop: asyncio.Event,
) -> int:
    catalogue = Catalogue(settings, (connection.channel,))
    try:
        if not await _unless(stop, _broker(settings)):
            return GOOD
        counts = await partition_counts(settings, [topic.name for topic in catalogue.all()])
        missing = _missing(catalogue, connection, counts)
        if missing:
            _say(missing)
            return WRONG
        producer = await start_producer(settings)
        try:
            async with opening as destination:
                parts = _Parts(settings, connection, catalogue, counts, Sender(producer), destination, metrics)
                probes.ready, probes.healthy = lambda: parts.worker.ready, lambda: parts.worker.healthy
                return await _run(parts, stop)
        finally:
            await producer.stop()
    except (BrokerAbsentError, KafkaError) as error:
        _say(str(error))
        return WRONG


async def _broker(settings: Settings) -> bool:
    await wait(settings, _say)
    return True


def _missing(catalogue: Catalogue, connection: Connection, counts: dict[str, int]) -> str:
    """What to say about topics that a connector needs and that aren't there."""
    needed = [catalogue.triggers(connection.channel), catalogue.dead_letters]
    needed += [catalogue.touchpoints] if connection.outcomes else []
    absent = [topic.name for topic in needed if topic.name not in counts]
    if not absent:
        return ""
    return (
        f"topics: found no {', '.join(absent)}, expected them to be there; is --channel a channel of the library, and "
        "--namespace the detector's? `telltale topics --create` creates them"
    )


class _Parts:
    """What a running connector is made of."""

    def __init__(
        self,
        settings: Settings,
        connection: Connection,
        catalogue: Catalogue,
        counts: dict[str, int],
        sender: Sender,
        destination: Destination,
        metrics: ConnectorMetrics,
    ) -> None:
        clock = clock_of(settings)
        carrier = Carrier(destination, metrics, clock, slots=connection.slots, attempts=connection.attempts)
        self.worker = Worker(settings, connection, catalogue.triggers(connection.channel).name, carrier, metrics)
        dead_letters = catalogue.dead_letters.name
        letters = DeadLetters(sender, dead_letters, counts[dead_letters], metrics)
        log_topic = catalogue.touchpoints.name if connection.outcomes else None
        self.settler = Settler(sender, log_topic, letters, self.worker.commit, clock, metrics)


def clock_of(settings: Settings) -> Clock:
    """What time it is for an event: with the log's own clock its own, so that recorded traffic doesn't expire."""
    if settings.clock == "log":
        return lambda order: order.time
    return _wall


def _wall(_order: Order) -> int:
    return time.time_ns() // 1_000_000


async def _run(parts: _Parts, stop: asyncio.Event) -> int:
    """From the start to the end of the work; the exit code."""
    worker = parts.worker
    works = [worker.read(parts.settler), parts.settler.run(), worker.measure()]
    tasks = [asyncio.create_task(_guarded(worker, work)) for work in works]
    stopping = asyncio.ensure_future(stop.wait())
    ends: set[asyncio.Future[Any]] = {worker.failed, stopping}
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for task in (*tasks, stopping):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if worker.failed.done():
        _tell(worker.failed.exception())
        await worker.leave()
        return WRONG
    try:
        await asyncio.wait_for(worker.stop(), STOP_LIMIT)
    except Exception as error:  # noqa: BLE001  whatever it is, it is told, and what isn't done is done again
        _tell(error)
        return WRONG
    return GOOD


async def _guarded(worker: Worker, work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception as error:  # noqa: BLE001  whatever it is, the process must end
        worker.fail(error)


def _tell(error: BaseException | None) -> None:
    log.error("the connector ends", exc_info=error)
    _say(f"error: {error or 'it stopped'}; what was not done is done again at the next start")


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, bool]) -> bool:
    """Whether the work came to its end before `stop` was set. Raises as the work."""
    task, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        return task.result()
    task.cancel()
    return False


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
