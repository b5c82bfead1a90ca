"""Recovery: how long a detector that starts on a new machine takes to read its customers' states from the changelog,
and how much memory a customer takes.

A first detector evaluates the touchpoints of many customers and ends; a second one, with nothing on disk, recovers. The
time that a detector takes to start with nothing to recover, measured in the same run, is taken off."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.bench import report
from tests.bench.feeding import create_topics, feed
from tests.bench.report import Report
from tests.bench.workload import LIBRARY, PARTITIONS, START, TYPES, Placer, Record
from tests.child import cpu_seconds, resident_bytes
from tests.detector import Detector
from tests.kafka import Kafka
from tests.waiting import wait_for

EACH: Final = 8  # touchpoints of a customer, one behind the other: so each is written once or twice
BUDGET: Final = 200_000
"""Customers a second, by the design."""

LIMIT: Final = 600.0


def main(arguments: Sequence[str] = ()) -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--customers", type=int, default=200_000, metavar="N", help="how many (default: %(default)s)")
    options.add_argument("--rounds", type=int, default=3, metavar="N", help="recoveries, the best counts (%(default)s)")
    report.run("recovery", __doc__, arguments, options, work)


def work(given: argparse.Namespace) -> list[Report]:
    with Kafka(heap="1g", flags=()) as kafka, tempfile.TemporaryDirectory(prefix="telltale-bench-") as folder:
        create_topics(kafka, "full.touchpoints", "empty.touchpoints")
        feed(kafka, "full.touchpoints", log(given.customers))
        _evaluate(kafka, Path(folder), given.customers)
        empty = [_start(kafka, "empty") for _ in range(given.rounds + 1)]
        full = [_start(kafka, "full") for _ in range(given.rounds)]
        written = sum(kafka.end_offsets("full.telltale-states-changelog").values())
        # The first start on an empty namespace creates its topics.
        return [_table(given.customers, written, empty[1:], full)]


def log(customers: int) -> list[list[Record]]:
    """W1's kinds of touchpoints, a few for each customer at a time."""
    draw = random.Random(84)
    place = Placer(PARTITIONS)
    parts: list[list[Record]] = [[] for _ in range(PARTITIONS)]
    for number in range(customers):
        customer = f"c{number}"
        part = parts[place(customer.encode())]
        for one in range(EACH):
            moment = START + number + one * 60_000
            line = '{"id":"e%d-%d","customer":"%s","type":"%s","channel":"web","time":%d}'
            line %= number, one, customer, TYPES[draw.randrange(100)], moment
            part.append(Record(len(part), moment, customer.encode(), line.encode()))
    return parts


def _detector(kafka: Kafka, namespace: str, folder: Path | None = None) -> Detector:
    options: dict[str, Any] = {"namespace": namespace, "clock": "log", "create_topics": True}
    return Detector(kafka.bootstrap, LIBRARY, folder=folder, **options)


def _evaluate(kafka: Kafka, folder: Path, customers: int) -> None:
    with _detector(kafka, "full", folder / "first") as detector:
        wanted = customers * EACH
        what = f"{wanted:,} touchpoints to be evaluated"
        wait_for(lambda: _evaluated(detector) >= wanted, what, limit=LIMIT, pause=0.5)
        if code := detector.terminate():
            raise detector.error(f"ended with {code}")


def _evaluated(detector: Detector) -> float:
    if not detector.running:
        raise detector.error("ended before it was done")
    return detector.metric("telltale_touchpoints_total")


Start = tuple[float, float, int]
"""Seconds until it was ready, CPU seconds until then, resident bytes."""


def _start(kafka: Kafka, namespace: str) -> Start:
    """Starts a detector on a new folder, waits until it is ready, and ends it."""
    begin = time.monotonic()
    with _detector(kafka, namespace) as detector:
        detector.wait_ready(LIMIT)
        taken = time.monotonic() - begin
        start = taken, cpu_seconds(detector.pid), resident_bytes(detector.pid)
        detector.terminate()
    return start


def _table(customers: int, written: int, empty: Sequence[Start], full: Sequence[Start]) -> Report:
    (empty_time, empty_cpu, empty_bytes), (time_, cpu, memory) = _least(empty), _least(full)
    seconds = max(time_ - empty_time, 0.001)
    rate = customers / seconds
    title = f"Recovery of {customers:,} customers, {written:,} records of the changelog"
    table = Report("recovery", title, ["", "empty", "full", "difference", "a customer"])
    table.add("seconds until ready", f"{empty_time:.2f}", f"{time_:.2f}", f"{seconds:.2f}", f"{1e6 / rate:.2f} us")
    used = cpu - empty_cpu
    table.add("CPU seconds", f"{empty_cpu:.2f}", f"{cpu:.2f}", f"{used:.2f}", f"{used / customers * 1e6:.2f} us")
    more = memory - empty_bytes
    in_mb = [f"{size / 2**20:,.0f}" for size in (empty_bytes, memory, more)]
    table.add("resident memory, MiB", *in_mb, f"{more / customers:,.0f} bytes")
    said = "met" if rate >= BUDGET else "missed"
    table.notes.append(f"Budget: {BUDGET:,} customers a second; {rate:,.0f}: {said}.")
    return table


def _least(starts: Sequence[Start]) -> Start:
    return min(one[0] for one in starts), min(one[1] for one in starts), min(one[2] for one in starts)


if __name__ == "__main__":
    main(sys.argv[1:])
