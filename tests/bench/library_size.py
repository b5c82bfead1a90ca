"""What a touchpoint costs against the size of the library: 10, 100 and 1,000 signals of which it concerns three; and
how long it takes to load and compile the largest. One process, no Kafka.

Each library is made of topics with types of their own and three signals like W1's over them. A customer keeps to one
topic, so that a state is as large in each; the customers together meet all topics."""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import tracemalloc
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import orjson

from rules import Library, Plan, compile_plan, load_library
from tests.bench import report
from tests.bench.engine import Engine
from tests.bench.report import Report
from tests.bench.stopwatch import cpu, rounds
from tests.bench.workload import Record, touchpoints

SIZES: Final = (10, 100, 1_000)
EACH: Final = 3  # signals of a topic
MIB: Final = 1024 * 1024
CUSTOMERS: Final = 3_000
BATCH: Final = 2_000
BUDGET: Final = 1.2
"""How many times the cost with 10 signals the cost with 1,000 may be, by the design."""
SECONDS: Final = 2.0
"""CPU seconds that loading 1,000 signals may take."""

COLUMNS: Final = ("signals", "us a touchpoint", "x that of 10", "ms for a type's first one")
FEATURES: Final = """\
views_{n}: {{count: product_view.{n}, over: 1h}}
heat_{n}:
  score: {{page_view.{n}: 1, product_view.{n}: 2, email_open.{n}: 3, add_to_cart.{n}: 5}}
  half_life: 24h
"""
PATTERNS: Final = {
    "hot": "when: heat_{n} >= 20",
    "keen": "when: views_{n} >= 5",
    "abandoned": "follow: [add_to_cart.{n}, {{without: [purchase.{n}], for: 30m}}]\nrestart: latest",
}
TIMELINES: Final = """\
- name: fires
  timeline:
    - {{at: "2026-01-05 10:00", type: product_view.{n}}}
    - {{after: 1m, type: add_to_cart.{n}, product: tent}}
    - {{after: 1m, type: page_view.{n}}}
  until: 3h
  fires: [{{at: "2026-01-05 10:31", channel: email}}]
- name: bought
  timeline:
    - {{at: "2026-01-05 10:00", type: add_to_cart.{n}, product: tent}}
    - {{after: 10m, type: purchase.{n}, product: tent}}
  until: 3h
  fires: []
"""
SIGNAL: Final = """\
signal: {name}-{n}
owner: bench
reason: The benchmark asks for it.
status: live
value: 1
{pattern}
then: {{channel: email, content: {name}}}
"""


def main(arguments: Sequence[str] = ()) -> None:
    options = argparse.ArgumentParser()
    options.add_argument(
        "--touchpoints", type=int, default=100_000, metavar="N", help="how many (default: %(default)s)"
    )
    options.add_argument("--rounds", type=int, default=5, metavar="N", help="how often, the best counts (%(default)s)")
    report.run("library_size", __doc__, arguments, options, work)


def work(given: argparse.Namespace) -> list[Report]:
    with tempfile.TemporaryDirectory(prefix="telltale-bench-") as folder:
        libraries = {size: write_library(Path(folder) / str(size), size) for size in SIZES}
        reading: list[Sequence[str]] = [_reading(size, path) for size, path in libraries.items()]
        plans = {size: compile_plan(load_library(path)) for size, path in libraries.items()}
    logs = {size: log(given.touchpoints, size) for size in SIZES}
    meeting = {size: _meet(plans[size], logs[size]) for size in SIZES}
    contestants = {str(size): partial(_evaluate, plans[size], logs[size]) for size in SIZES}
    taken = rounds(contestants, given.rounds)
    table = Report("library_size", f"A touchpoint, {BATCH:,} at once", COLUMNS)
    least = {size: taken[str(size)].least for size in SIZES}
    for size, seconds in least.items():
        each = f"{seconds / given.touchpoints * 1e6:.2f}", f"{seconds / least[SIZES[0]]:.2f}"
        table.add(f"{size:,}", *each, f"{meeting[size]:.2f}")
    ratio = least[SIZES[-1]] / least[SIZES[0]]
    table.notes.append("What a type concerns is worked out at its first touchpoint, once; it isn't in the us.")
    table.notes.append(f"Budget: {BUDGET} times; {ratio:.2f}: {'met' if ratio <= BUDGET else 'missed'}.")
    columns = ["signals", "load, CPU s", "compile, CPU s", "library, MiB", "plan, MiB"]
    loads = Report("library_size", "Loading and compiling, a timeline that fires and one that doesn't each", columns)
    loads.rows = reading
    loads.notes.append(f"Budget: {SECONDS:.0f} s for 1,000 signals. A plan's memory has each of its types met once.")
    return [table, loads]


def write_library(folder: Path, signals: int) -> Path:
    """Writes a library of so many signals, rounded up to whole topics."""
    (folder / "signals").mkdir(parents=True)
    topics = _topics(signals)
    (folder / "library.yaml").write_text("name: bench\nformat: 1\n")
    (folder / "channels.yaml").write_text("email: {}\n")
    (folder / "features.yaml").write_text("".join(FEATURES.format(n=f"t{n}") for n in range(topics)))
    wanted = [(name, n) for n in range(topics) for name in PATTERNS][:signals]
    for name, n in wanted:
        text = SIGNAL.format(name=name, n=f"t{n}", pattern=PATTERNS[name].format(n=f"t{n}"))
        (folder / "signals" / f"{name}-t{n}.yaml").write_text(text)
        (folder / "signals" / f"{name}-t{n}.test.yaml").write_text(TIMELINES.format(n=f"t{n}"))
    return folder


def _topics(signals: int) -> int:
    return -(-signals // EACH)


def log(number: int, signals: int) -> list[Record]:
    """W1's touchpoints as one partition, each customer's types those of a topic with all its signals."""
    topics = max(1, signals // EACH)
    records = []
    for offset, (customer, time, line) in enumerate(touchpoints(number, CUSTOMERS)):
        fields = orjson.loads(line)
        fields["type"] += f".t{int(customer[1:]) % topics}"
        records.append(Record(offset, time, customer, orjson.dumps(fields)))
    return records


def _reading(size: int, path: Path) -> Sequence[str]:
    libraries: list[Library] = []
    load = cpu(lambda: libraries.append(load_library(path)))
    compile_ = cpu(lambda: compile_plan(libraries[0]))
    return f"{size:,}", f"{load:.2f}", f"{compile_:.2f}", *_memory(path)


def _memory(path: Path) -> Sequence[str]:
    """MiB that a library and its plan keep, by a second loading: what is made once for all libraries doesn't count."""
    gc.collect()
    tracemalloc.start()
    library = load_library(path)
    loaded = _traced()
    plan = compile_plan(library)
    for name in _types(plan):
        plan.concern(name)
    compiled = _traced()
    tracemalloc.stop()
    return f"{loaded / MIB:.1f}", f"{(compiled - loaded) / MIB:.1f}"


def _types(plan: Plan) -> set[str]:
    """Every type that a feature or a pattern names, each worked out as its first touchpoint would."""
    return {name for feature in plan.features for name in feature.types()}


def _traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def _meet(plan: Plan, records: Sequence[Record]) -> float:
    """CPU ms that working out what a type concerns takes: for every type of the log, before it is evaluated."""
    types = {orjson.loads(one.value)["type"] for one in records}
    return cpu(lambda: [plan.concern(name) for name in types]) * 1000 / len(types)


def _evaluate(plan: Plan, records: Sequence[Record]) -> float:
    engine = Engine(plan, 0)
    return cpu(lambda: engine.evaluate_all(records, BATCH))


if __name__ == "__main__":
    main(sys.argv[1:])
