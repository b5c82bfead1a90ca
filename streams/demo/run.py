"""The demo, whole: a broker, its topics, a detector, traffic, and a view of what comes out."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streams.broker import Say, wait
from streams.demo.broker import broker
from streams.demo.children import Child, free_port
from streams.demo.detector import PAUSE, Probe, detector
from streams.demo.feeder import Feeder
from streams.demo.sightings import Sighting, Sightings
from streams.demo.traffic import bundled
from streams.demo.watcher import watch
from streams.sender import Sender, start_producer
from streams.settings import Settings, load
from streams.topics import Catalogue, create

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Demo:
    """What is asked for. ``speed``: touchpoints a second. ``seconds``: how long traffic is sent, None: all of it."""

    library: Path
    channels: tuple[str, ...]
    speed: float
    seconds: float | None


async def run_demo(demo: Demo, sightings: Sightings, show: Callable[[Sighting], None], say: Say) -> None:
    """Runs until the traffic is over, the time is up or a signal asks for the end; leaves nothing behind.

    Raises NoBrokerError, ChildFailedError, BrokerAbsentError, KafkaError.
    """
    with tempfile.TemporaryDirectory(prefix="telltale-demo-") as folder:
        playing = asyncio.create_task(_play(demo, Path(folder), sightings, show, say))
        with _at_signal(playing.cancel), suppress(asyncio.CancelledError):
            await playing


@contextmanager
def _at_signal(end: Callable[[], object]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, end)
    try:
        yield
    finally:
        for number in ENDING:
            loop.remove_signal_handler(number)


async def _play(demo: Demo, folder: Path, sightings: Sightings, show: Callable[[Sighting], None], say: Say) -> None:
    settings = _settings(demo, folder)
    catalogue = Catalogue(settings, demo.channels)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TELLTALE_")}
    say(f"starting a broker (Tansu, in memory) on {settings.broker}")
    async with broker(_port(settings), folder, environ) as tansu:
        await _or_fail(_topics(settings, catalogue), tansu)
        say(f"starting the detector with {demo.library}; metrics on http://127.0.0.1:{settings.web_port}/metrics")
        async with detector(settings, folder, environ) as running, _sender(settings) as sender:
            probe = Probe(settings.web_port)
            traffic, _ = await asyncio.gather(asyncio.to_thread(bundled), probe.ready(running))
            say(f"sending {len(traffic.touchpoints):,} touchpoints, {demo.speed:,.0f} a second")
            feeder = Feeder(sender, catalogue.touchpoints.name, settings.partitions, traffic, demo.speed, sightings)
            topics = [catalogue.triggers(channel).name for channel in demo.channels]
            with suppress(TimeoutError):
                async with asyncio.timeout(demo.seconds):
                    watching = watch(settings, topics, sightings, show)
                    await _or_fail(_feed(feeder, probe, sightings), tansu, running, watching)
            say("ending")


def _settings(demo: Demo, folder: Path) -> Settings:
    given = {
        "broker": f"127.0.0.1:{free_port()}",
        "library": demo.library.resolve(),
        "data_dir": folder / "data",
        "web_host": "127.0.0.1",
        "web_port": free_port(),
        "clock": "log",
        "rebalance_timeout": 6,  # the broker lets a group start after half of it
        "idempotent": False,  # it doesn't know idempotent producers
    }
    return load({}, given)


def _port(settings: Settings) -> int:
    return int(settings.broker.rpartition(":")[2])


async def _topics(settings: Settings, catalogue: Catalogue) -> None:
    await wait(settings, lambda _: None)
    await create(settings, catalogue)


@asynccontextmanager
async def _sender(settings: Settings) -> AsyncIterator[Sender]:
    producer = await start_producer(settings)
    try:
        yield Sender(producer)
    finally:
        await producer.stop()


async def _feed(feeder: Feeder, probe: Probe, sightings: Sightings) -> None:
    """Sends all traffic, then waits until the detector has handled it and all of its triggers are seen."""
    await feeder.run()
    while (done := await probe.done()).records < feeder.records or sightings.triggers < done.triggers:  # noqa: ASYNC110
        await asyncio.sleep(PAUSE)  # it is another process that goes on


async def _or_fail(work: Coroutine[Any, Any, None], *others: Child | Coroutine[Any, Any, None]) -> None:
    """Does the work; raises what any of the others raises, each of which should outlast it."""
    beside = [asyncio.ensure_future(one.watch() if isinstance(one, Child) else one) for one in others]
    tasks = [asyncio.ensure_future(work), *beside]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
