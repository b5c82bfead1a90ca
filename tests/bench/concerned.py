"""What a touchpoint costs against the number of signals that it concerns: 1, 3, 10 and 30 of them, each with what it
reads for itself. One process, no Kafka. A third each are like W1's: a count, a decayed score, a silence."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from rules import Plan, compile_plan, load_library
from tests.bench import report
from tests.bench.engine import Engine
from tests.bench.report import Report
from tests.bench.stopwatch import cpu, rounds
from tests.bench.workload import Record, touchpoints

SIGNALS: Final = (1, 3, 10, 30)
CUSTOMERS: Final = 3_000
BATCH: Final = 2_000
KINDS: Final = ("keen", "hot", "abandoned")
FEATURES: Final = {
    "keen": "views_{n}: {{count: product_view, over: {minutes}m}}\n",
    "hot": "heat_{n}: {{score: {{product_view: 2, email_open: 3, add_to_cart: 5}}, half_life: {minutes}m}}\n",
    "abandoned": "",
}
PATTERNS: Final = {
    "keen": "when: views_{n} >= 5",
    "hot": "when: heat_{n} >= 20",
    "abandoned": "follow: [add_to_cart, {{without: [purchase], for: {minutes}m}}]\nrestart: latest",
}
SIGNAL: Final = """\
signal: {kind}-{n}
owner: bench
reason: The benchmark asks for it.
status: live
value: 1
{pattern}
then: {{channel: email, content: word}}
"""


def main(arguments: Sequence[str] = ()) -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--touchpoints", type=int, default=60_000, metavar="N", help="how many (default: %(default)s)")
    options.add_argument("--rounds", type=int, default=5, metavar="N", help="how often, the best counts (%(default)s)")
    report.run("concerned", __doc__, arguments, options, work)


def work(given: argparse.Namespace) -> list[Report]:
    with tempfile.TemporaryDirectory(prefix="telltale-bench-") as folder:
        plans = {size: compile_plan(load_library(write(Path(folder) / str(size), size))) for size in SIGNALS}
    log = [
        Record(offset, time, key, line)
        for offset, (key, time, line) in enumerate(touchpoints(given.touchpoints, CUSTOMERS))
    ]
    firings: dict[int, int] = {}
    taken = rounds({str(size): partial(_evaluate, size, plans[size], log, firings) for size in SIGNALS}, given.rounds)
    least = {size: taken[str(size)].least * 1e6 / given.touchpoints for size in SIGNALS}
    table = Report("concerned", f"A touchpoint, {BATCH:,} at once", ["signals concerned", "us a touchpoint", "firings"])
    for size, micros in least.items():
        table.add(str(size), f"{micros:.2f}", f"{firings[size]:,}")
    further = (least[SIGNALS[-1]] - least[SIGNALS[0]]) / (SIGNALS[-1] - SIGNALS[0])
    table.notes.append(f"Each further signal adds {further:.2f} us, what it keeps, fires and sends included.")
    return [table]


def write(folder: Path, signals: int) -> Path:
    """Writes a library of so many signals over the same types, no two with the same window."""
    (folder / "signals").mkdir(parents=True)
    (folder / "library.yaml").write_text("name: bench\nformat: 1\n")
    (folder / "channels.yaml").write_text("email: {}\n")
    features = []
    for n, kind in enumerate(islice(cycle(KINDS), signals)):
        minutes = 60 + n
        features.append(FEATURES[kind].format(n=n, minutes=minutes))
        text = SIGNAL.format(kind=kind, n=n, pattern=PATTERNS[kind].format(n=n, minutes=minutes))
        (folder / "signals" / f"{kind}-{n}.yaml").write_text(text)
    (folder / "features.yaml").write_text("".join(features))
    return folder


def _evaluate(size: int, plan: Plan, records: Sequence[Record], firings: dict[int, int]) -> float:
    engine = Engine(plan, 0)

    def evaluate() -> None:
        firings[size] = engine.evaluate_all(records, BATCH)

    return cpu(evaluate)


if __name__ == "__main__":
    main(sys.argv[1:])
