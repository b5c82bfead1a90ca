"""Runs the detector: from the settings to an exit code.

0 after an orderly stop, 1 for what is wrong in the input, a broker that isn't there or an unexpected error (start it
again: nothing is lost), 70 when another writer was found.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from aiokafka.errors import KafkaError

from rules import Library, LibraryError, compile_plan, load_library
from streams.app import Runtime
from streams.broker import BrokerAbsentError, Cluster, Say, wait
from streams.collecting import collect_seldom
from streams.delivery import FENCED, FencedError
from streams.libraries import Beginning, Follower, LibraryAbsentError, PublishError, Shelf
from streams.logs import start_logging
from streams.metrics import Metrics
from streams.sender import Sender, start_producer
from streams.settings import Settings
from streams.topics import Catalogue, check, create, partition_counts
from streams.watchdog import Watchdog
from streams.web import Probes, serving

log = logging.getLogger(__name__)

T = TypeVar("T")

GOOD = 0
WRONG = 1

STOP_LIMIT = 30.0
"""Seconds that an orderly stop may take."""


def run_detector(settings: Settings) -> int:
    """Runs the detector until SIGTERM or SIGINT, or until it can't go on; the exit code."""
    start_logging(settings.log_level)
    collect_seldom()
    code = asyncio.run(_until_signal(settings))
    logging.shutdown()
    if code != GOOD:
        # A thread that hangs on a broker must not keep a failed process alive.
        os._exit(code)
    return code


async def _until_signal(settings: Settings) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return await serve(settings, stop)


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


async def serve(settings: Settings, stop: asyncio.Event, say: Say = _to_stderr) -> int:
    """Runs the detector until `stop` is set, or until it can't go on; the exit code. Messages go to `say`."""
    try:
        library = _given(settings)
    except LibraryError as error:
        say(str(error))
        return WRONG
    metrics, probes = Metrics(), Probes()
    for line in settings.lines():
        say(line)
    try:
        async with serving(settings.web_host, settings.web_port, metrics.registry, probes):
            return await _connect(settings, library, metrics, probes, stop, say)
    except OSError as error:
        say(f"{settings.web_host}:{settings.web_port}: {error}; choose another port with --web-port")
        return WRONG


def _given(settings: Settings) -> Library | None:
    """The library of the settings' folder, None where none is said. Raises LibraryError."""
    if settings.library is None:
        return None
    library = load_library(settings.library)
    compile_plan(library)
    return library


async def _connect(
    settings: Settings, library: Library | None, metrics: Metrics, probes: Probes, stop: asyncio.Event, say: Say
) -> int:
    topic = Catalogue(settings, ()).libraries.name
    shelf = Shelf(topic, metrics)
    follower = Follower(settings, topic, shelf)
    beginning = Beginning(settings, topic, shelf, follower, library)
    try:
        cluster = await _unless(stop, wait(settings, say))
        if cluster is None:
            return GOOD
        catalogue = await _catalogue(beginning, say)
        if catalogue is None:
            return WRONG
        async with _running(settings, shelf, catalogue, cluster, metrics) as runtime:
            watchdog = Watchdog(runtime, settings.stall)
            probes.ready, probes.healthy = lambda: watchdog.ready, lambda: watchdog.healthy
            return await _run(runtime, follower, watchdog, stop, say)
    except (BrokerAbsentError, KafkaError, LibraryAbsentError, LibraryError, PublishError) as error:
        say(str(error))
        return WRONG
    finally:
        await follower.stop()


async def _catalogue(beginning: Beginning, say: Say) -> Catalogue | None:
    """The topics of the library that the worker begins with, when all is there; None where something is wrong."""
    await beginning.look()
    publishes, settings = beginning.publishes, beginning.settings
    catalogue = Catalogue(settings, beginning.channels)
    # A library that is published already may not be switched to while a channel of it has no topic: the others go on.
    if not await _topics_suit(settings, catalogue, say, frozenset() if publishes else catalogue.channels()):
        return None
    await beginning.settle(say)
    return catalogue


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What the work gives, None when `stop` is set before."""
    task, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        return task.result()
    task.cancel()
    return None


async def _topics_suit(settings: Settings, catalogue: Catalogue, say: Say, spared: frozenset[str]) -> bool:
    """Whether the detector can start with the topics as they are; what is wrong with those `spared` doesn't count."""
    look = create if settings.create_topics else check
    findings = await look(settings, catalogue)
    fatal = [finding for finding in findings if finding.fatal and finding.topic not in spared]
    for finding in findings:
        say(("error: " if finding in fatal else "warning: ") + str(finding))
    return not fatal


@asynccontextmanager
async def _running(
    settings: Settings, shelf: Shelf, catalogue: Catalogue, cluster: Cluster, metrics: Metrics
) -> AsyncIterator[Runtime]:
    """The parts of the detector; what it sends by is closed at the end."""
    counts = await partition_counts(settings, [topic.name for topic in catalogue.all()])
    producer = await start_producer(settings)
    try:
        yield Runtime(settings, shelf, catalogue, counts, cluster=cluster.id, sender=Sender(producer), metrics=metrics)
    finally:
        await producer.stop()


async def _run(runtime: Runtime, follower: Follower, watchdog: Watchdog, stop: asyncio.Event, say: Say) -> int:
    """From the start to the end of the work; the exit code."""
    works = [runtime.app.start(), watchdog.run(), runtime.backlog.run(), follower.run()]
    works += [runtime.switcher.run(runtime.partitions), runtime.warmer.run()]
    if runtime.settings.clock == "wall":
        works.append(runtime.ticker.run(runtime.partitions))
    parts = [_guarded(runtime, work) for work in works]
    crashed = asyncio.ensure_future(runtime.app.wait_until_stopped())
    stopping = asyncio.ensure_future(stop.wait())
    ends: set[asyncio.Future[Any]] = {runtime.failed, crashed, stopping}
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    code = _code(runtime, orderly=stopping.done(), say=say)
    for part in (*parts[1:], crashed, stopping):
        part.cancel()
    try:
        await asyncio.wait_for(runtime.stop(), STOP_LIMIT)
    except Exception:
        log.exception("the stop was not orderly; what was not done is done again at the next start")
        return code or WRONG
    return code


def _guarded(runtime: Runtime, work: Coroutine[Any, Any, Any]) -> asyncio.Task[None]:
    async def guarded() -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001  whatever it is, the process must end
            runtime.fail(error)

    return asyncio.create_task(guarded())


def _code(runtime: Runtime, *, orderly: bool, say: Say) -> int:
    reason = runtime.failed.exception() if runtime.failed.done() else runtime.app.crash_reason
    if reason is None and orderly:
        return GOOD
    log.error("the detector ends", exc_info=reason)
    say(f"error: {reason or 'Faust has stopped'}; what was not done is done again at the next start")
    return FENCED if isinstance(reason, FencedError) else WRONG
