"""Replay on W1 and on the demo's web shop: what a touchpoint costs from its line of JSON to its decisions, and what
comparing two libraries costs. Beside it the bare evaluation of the same touchpoints, decoded already."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson

from rules import Library, compare, compile_plan, load_library, replay
from rules.declaration import Signal
from rules.log_lines import LineReader, Record
from rules.replaying import BATCH, SETTLE, Run
from streams.cli.against import Comparing
from streams.cli.files import Lines
from streams.cli.replay import Counting
from streams.cli.shares import Work, in_shares, processors
from streams.demo.traffic import bundled
from tests.bench import report
from tests.bench.report import Report
from tests.bench.stopwatch import Contestant, cpu, rounds
from tests.bench.workload import LIBRARY, touchpoints

SHOP: Final = Path(__file__).parents[2] / "rules" / "library" / "shop"
PROCESSES: Final = processors()
CROWD: Final = 10
"""How many times as many touchpoints a file has that is shared out: what is waited for is more than the start."""

AIM: Final = 40_000
"""Touchpoints a second, by the design."""


def main(arguments: Sequence[str] = ()) -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--touchpoints", type=int, default=100_000, metavar="N", help="of W1 (default: %(default)s)")
    options.add_argument("--rounds", type=int, default=3, metavar="N", help="how often, the best counts (%(default)s)")
    report.run("replaying", __doc__, arguments, options, work)


def work(given: argparse.Namespace) -> list[Report]:
    w1 = [one.line for one in touchpoints(given.touchpoints)]
    shop = [one.value for one in bundled().touchpoints]
    table = Report("replaying", "Replay", ["", "touchpoints", "us a touchpoint", "touchpoints a second"])
    for name, folder, lines in (("W1", LIBRARY, w1), ("web shop", SHOP, shop)):
        for contestant, taken in rounds(_contestants(load_library(folder), lines), given.rounds).items():
            each = taken.least / len(lines)
            table.add(f"{name}, {contestant}", f"{len(lines):,}", f"{each * 1e6:.1f}", f"{1 / each:,.0f}")
    table.notes.append(
        f"CPU seconds of one process; those of {PROCESSES} by the clock on the wall, as a user waits, for a file of "
        f"{CROWD} times as many customers."
    )
    table.notes.append(f"Aim: {AIM:,} touchpoints a second by replay.")
    return [table]


def _contestants(library: Library, lines: Sequence[bytes]) -> dict[str, Contestant]:
    signals = library.signals
    one = replace(library, signals=(_dearer(signals[0]), *signals[1:]))
    all_ = replace(library, signals=tuple(map(_dearer, signals)))
    shared = f"{PROCESSES} processes"
    return {
        "reading alone": partial(_reading, lines),
        "evaluating alone": partial(_evaluating, library, lines),
        "replay": partial(_replaying, library, lines),
        "against another, one signal changed": partial(_comparing, library, one, lines),
        "against another, all signals changed": partial(_comparing, library, all_, lines),
        f"replay, {shared}": partial(_shared_out, Counting(library, "wall", None), lines),
        f"against another, all signals changed, {shared}": partial(
            _shared_out, Comparing((library, LIBRARY), (all_, LIBRARY), "wall", None), lines
        ),
    }


def _dearer(signal: Signal) -> Signal:
    """A change that changes nothing that fires, so that both sides have as much to do."""
    return replace(signal, value=signal.value + 1)


def _reading(lines: Sequence[bytes]) -> float:
    return cpu(lambda: [None for _ in LineReader(SETTLE).records(lines)])


def _evaluating(library: Library, lines: Sequence[bytes]) -> float:
    run, records = Run(compile_plan(library), "log"), list(LineReader(SETTLE).records(lines))
    return cpu(lambda: [None for start in range(0, len(records), BATCH) for _ in run.evaluate(_batch(records, start))])


def _batch(records: Sequence[Record], start: int) -> Sequence[Record]:
    return records[start : start + BATCH]


def _replaying(library: Library, lines: Sequence[bytes]) -> float:
    plan = compile_plan(library)
    return cpu(lambda: [None for _ in replay(plan, lines)])


def _comparing(before: Library, after: Library, lines: Sequence[bytes]) -> float:
    return cpu(lambda: [None for _ in compare(before, after, lines)])


def _shared_out(work: Work[Any], lines: Sequence[bytes]) -> float:
    """Seconds by the clock on the wall, as a user of `replay` waits, the start of the processes included."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "lines.jsonl")
        with file.open("wb") as out:
            out.writelines(_crowd(lines))
        start = time.perf_counter()
        in_shares(work, Lines([file]), PROCESSES, "replaying")
        return (time.perf_counter() - start) / CROWD


def _crowd(lines: Sequence[bytes]) -> Iterator[bytes]:
    """The lines of many more customers, who all do the same at the same time."""
    for line in lines:
        touchpoint = orjson.loads(line)
        identity, customer = touchpoint["id"], touchpoint["customer"]
        for number in range(CROWD):
            yield orjson.dumps(touchpoint | {"id": f"{identity}/{number}", "customer": f"{customer}/{number}"}) + b"\n"


if __name__ == "__main__":
    main(sys.argv[1:])
