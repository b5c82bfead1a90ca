"""From event to trigger at 1,000 touchpoints a second, by the wall clock: how long after the broker took a touchpoint
it took, and a reader got, the trigger that the touchpoint made; and how late silences are said.

The library is W1's, but a basket counts as abandoned after seconds, so that many silences end within the run."""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from tests.bench import report
from tests.bench.feeding import create_topics
from tests.bench.report import Report
from tests.bench.workload import LIBRARY, PARTITIONS, TYPES
from tests.detector import Detector
from tests.kafka import Kafka

LOG: Final = "touchpoints"
OUTPUT: Final = "triggers.email"
SILENCE: Final = 5  # seconds until a basket counts as abandoned
SETTLE: Final = 500  # ms, the detector's default
WARM: Final = 10  # seconds left out at the start
STEP: Final = 0.002  # seconds between two sends
WAVE: Final = 15_000  # touchpoints after which other customers come: so signals that fire once keep firing
CUSTOMERS: Final = 1_000
AT_FIRST: Final = (10.0, 50.0)
AIM: Final = (5.0, 20.0)
"""p50 and p99 in ms, by the design."""

TIMER: Final = 1_000.0
"""Ms within which a timer sends, behind its due time and `settle`."""


def main(arguments: Sequence[str] = ()) -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rate", type=int, default=1_000, metavar="N", help="touchpoints a second (%(default)s)")
    options.add_argument("--seconds", type=int, default=90, metavar="N", help="how long (default: %(default)s)")
    report.run("latency", __doc__, arguments, options, work)


def work(given: argparse.Namespace) -> list[Report]:
    with Kafka(heap="1g", flags=()) as kafka, tempfile.TemporaryDirectory(prefix="telltale-bench-") as folder:
        create_topics(kafka, LOG, OUTPUT)
        library = short_silence(Path(folder) / "library")
        with Detector(kafka.bootstrap, library, folder=Path(folder) / "detector", create_topics=True) as detector:
            detector.wait_ready()
            seen = asyncio.run(_traffic(kafka.bootstrap, given.rate, given.seconds))
            detector.terminate()
    return [_table(seen, given.rate)]


def short_silence(folder: Path) -> Path:
    """W1's library with a silence of seconds."""
    shutil.copytree(LIBRARY, folder)
    path = folder / "signals" / "abandoned.yaml"
    text = path.read_text()
    if "for: 30m" not in text:
        raise RuntimeError(f"{path}: found no `for: 30m`, expected W1's silence")
    path.chmod(0o644)
    path.write_text(text.replace("for: 30m", f"for: {SILENCE}s"))
    return folder


@dataclass(slots=True)
class Seen:
    """What was sent and what came, in ms. `appended`: by touchpoint id."""

    start: float
    appended: dict[str, int] = field(default_factory=dict)
    events: list[tuple[float, float]] = field(default_factory=list)
    timers: list[tuple[float, float]] = field(default_factory=list)
    triggers: list[tuple[Any, float]] = field(default_factory=list)

    def match(self) -> None:
        """Sets each trigger against what made it: its touchpoint's append, or its due time."""
        for record, arrived in self.triggers:
            event = orjson.loads(record.value)
            moment = int(event["id"].rpartition(":")[2])
            if event["data"]["signal"] == "abandoned":
                cause, found = moment + SETTLE, self.timers
            else:
                cause, found = self.appended[event["data"]["touchpoints"][-1]], self.events
            if cause >= self.start + WARM * 1000:
                found.append((record.timestamp - cause, arrived - cause))


async def _traffic(bootstrap: str, rate: int, seconds: int) -> Seen:
    seen = Seen(time.time() * 1000)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, fetch_max_wait_ms=100)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=0)
    async with consumer, producer:
        partitions = [TopicPartition(OUTPUT, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        reading = asyncio.create_task(_read(consumer, seen))
        await _send(producer, seen, rate, seconds)
        await asyncio.sleep(SILENCE + 2)  # what the last touchpoints make
        reading.cancel()
    seen.match()
    return seen


async def _read(consumer: AIOKafkaConsumer, seen: Seen) -> None:
    async for record in consumer:
        seen.triggers.append((record, time.time() * 1000))


async def _send(producer: AIOKafkaProducer, seen: Seen, rate: int, seconds: int) -> None:
    draw = random.Random(84)
    start, sent, futures = time.monotonic(), 0, []
    while sent < rate * seconds:
        due = int((time.monotonic() - start) * rate)
        numbers = range(sent, min(due, rate * seconds))
        futures += [(f"e{number}", await _publish(producer, draw, number)) for number in numbers]
        sent = max(sent, due)
        await asyncio.sleep(STEP)
    for identifier, future in futures:
        seen.appended[identifier] = (await future).timestamp


async def _publish(producer: AIOKafkaProducer, draw: random.Random, number: int) -> Any:
    customer = f"c{number // WAVE}-{int(CUSTOMERS * draw.random() ** 2)}"
    kind, now = TYPES[draw.randrange(100)], time.time_ns() // 1_000_000
    touchpoint = {"id": f"e{number}", "customer": customer, "type": kind, "channel": "web", "time": now}
    return await producer.send(LOG, orjson.dumps(touchpoint), key=customer.encode())


def _table(seen: Seen, rate: int) -> Report:
    columns = ["ms", "triggers", "p50", "p95", "p99", "max"]
    table = Report("latency", f"From event to trigger at {rate:,} touchpoints a second", columns)
    table.add("touchpoint taken by the broker -> trigger taken", *_spread([taken for taken, _ in seen.events]))
    table.add("touchpoint taken by the broker -> trigger read", *_spread([read for _, read in seen.events]))
    table.add("silence's end + settle -> trigger taken", *_spread([taken for taken, _ in seen.timers]))
    table.add("silence's end + settle -> trigger read", *_spread([read for _, read in seen.timers]))
    events, timers = [taken for taken, _ in seen.events], [taken for taken, _ in seen.timers]
    reached = _at(events, 0.5), _at(events, 0.99)
    limits = {"the aim is met": AIM, "met at first": AT_FIRST}
    verdict = next((said for said, (p50, p99) in limits.items() if reached[0] <= p50 and reached[1] <= p99), "missed")
    table.notes.append(
        f"Budget for events: p50 {AT_FIRST[0]:.0f}, p99 {AT_FIRST[1]:.0f} ms at first, {AIM[0]:.0f} and {AIM[1]:.0f} "
        f"as the aim; {reached[0]:.0f} and {reached[1]:.0f}: {verdict}."
    )
    said = "met" if _at(timers, 1) <= TIMER else "missed"
    table.notes.append(f"Budget for timers: within {TIMER:,.0f} ms; {_at(timers, 1):,.0f} at most: {said}.")
    return table


def _spread(found: Sequence[float]) -> list[str]:
    return [f"{len(found):,}", *(f"{_at(found, share):.0f}" for share in (0.5, 0.95, 0.99, 1))]


def _at(found: Sequence[float], share: float) -> float:
    if not found:
        raise RuntimeError("found no triggers, expected some; let it run for longer (--seconds)")
    return sorted(found)[int(share * (len(found) - 1))]


if __name__ == "__main__":
    main(sys.argv[1:])
