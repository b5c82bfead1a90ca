"""The pure step on W1: a touchpoint decoded, its customer's state decoded, changed and encoded, triggers and decisions
written; one process, no Kafka. Beside it the same three signals written by hand, and the bare decoding of the JSON."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from typing import Any

from rules import Plan, compile_plan, decode_touchpoint, load_library
from rules.state import decode_state, encode_state
from tests.bench import report, stages
from tests.bench.engine import Engine
from tests.bench.handwritten import HandWritten
from tests.bench.measured import verdict_on
from tests.bench.report import Report
from tests.bench.stopwatch import Contestant, Taken, cpu, rounds
from tests.bench.workload import FULL, HOUR, LIBRARY, Record, log

Parts = Sequence[Sequence[Record]]

BATCHES = (1, 100, 2_000)
"""Records evaluated at once: one is the worst case, 2,000 what a busy detector fetches."""

BUDGET = 8.0
"""Microseconds a touchpoint may take, by the design."""


def main(arguments: Sequence[str] = ()) -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--touchpoints", type=int, default=FULL, metavar="N", help="how many (default: %(default)s)")
    options.add_argument("--rounds", type=int, default=3, metavar="N", help="how often, the best counts (%(default)s)")
    options.add_argument("--profile", action="store_true", help="say where the time goes")
    report.run("step", __doc__, arguments, options, work)


def work(given: argparse.Namespace) -> list[Report]:
    plan = compile_plan(load_library(LIBRARY))
    parts = log(given.touchpoints)
    engines: list[Engine] = []
    taken = rounds(_contestants(plan, parts, engines), given.rounds)
    reports = [_costs(taken, given.touchpoints), _sizes(engines)]
    reports[0].notes.append(_counts(plan, parts))
    if given.profile:
        reports += stages.of_step(plan, parts)
    return reports


def pure_step(parts: Parts) -> float:
    """CPU seconds that evaluating W1's log takes, in batches as a busy detector's."""
    return _engine(compile_plan(load_library(LIBRARY)), parts, BATCHES[-1], [])


def _contestants(plan: Plan, parts: Parts, engines: list[Engine]) -> dict[str, Contestant]:
    contestants: dict[str, Contestant] = {"decode JSON only": partial(_decode, parts)}
    for batch in BATCHES:
        contestants[f"by hand, {_batch(batch)}"] = partial(_by_hand, plan, parts, batch)
        contestants[f"engine, {_batch(batch)}"] = partial(_engine, plan, parts, batch, engines)
    return contestants


def _batch(size: int) -> str:
    return "one by one" if size == 1 else f"{size:,} at once"


def _decode(parts: Parts) -> float:
    lines = [record.value for records in parts for record in records if record.key]

    def decode() -> None:
        for line in lines:
            decode_touchpoint(line)

    return cpu(decode)


def _by_hand(plan: Plan, parts: Parts, batch: int) -> float:
    hands = [HandWritten(plan.version) for _ in parts]
    return cpu(lambda: _batches(parts, batch, lambda number, records: hands[number].evaluate(records)))


def _engine(plan: Plan, parts: Parts, batch: int, engines: list[Engine]) -> float:
    engines[:] = [Engine(plan, number) for number in range(len(parts))]
    return cpu(lambda: _batches(parts, batch, lambda number, records: list(engines[number].evaluate(records))))


def _batches(parts: Parts, size: int, evaluate: Callable[[int, Sequence[Record]], object]) -> None:
    """Batches of the partitions in turn, as a detector that owns them all gets them."""
    for start in count(0, size):
        batches = [(number, records[start : start + size]) for number, records in enumerate(parts)]
        if not any(batch for _, batch in batches):
            return
        for number, batch in batches:
            if batch:
                evaluate(number, batch)


def _costs(taken: dict[str, Taken], touchpoints: int) -> Report:
    table = Report(
        "step",
        f"The pure step on W1, {touchpoints:,} touchpoints",
        ["", "us a touchpoint", "median round", "x decoding", "x by hand"],
    )
    decode = taken["decode JSON only"].least
    for name, (least, middle) in taken.items():
        by_hand = taken.get(name.replace("engine", "by hand")) if name.startswith("engine") else None
        ratio = f"{least / by_hand.least:.2f}" if by_hand else ""
        micros = 1e6 / touchpoints
        table.add(name, f"{least * micros:.2f}", f"{middle * micros:.2f}", f"{least / decode:.1f}", ratio)
    reached = taken[f"engine, {_batch(BATCHES[-1])}"].least / touchpoints * 1e6
    verdict = "met" if reached <= BUDGET else f"missed by {reached / BUDGET - 1:.0%}"
    table.notes.append(f"Budget: {BUDGET:.0f} us a touchpoint; {reached:.2f} at {BATCHES[-1]:,} at once: {verdict}.")
    return table


def _counts(plan: Plan, parts: Parts) -> str:
    """What fired up to an hour before the end, against what the full workload must give."""
    end = max(records[-1].timestamp for records in parts) - HOUR
    found: Counter[str] = Counter()
    for number, records in enumerate(parts):
        for done in Engine(plan, number).evaluate(records):
            found.update(one.signal for one in done.firings if one.event_time <= end)
    return verdict_on(found, sum(one.key is not None for records in parts for one in records))


def _sizes(engines: Sequence[Engine]) -> Report:
    raws = [raw for engine in engines for key, raw in engine.states.items() if key != b"\0"]
    table = Report("step", f"Encoded states of {len(raws):,} customers, bytes", ["", "mean", "p50", "p99", "max"])
    table.add("beside the ids", *_spread([_without_ids(raw) for raw in raws]))
    table.add("with the ids (64 at most)", *_spread([len(raw) for raw in raws]))
    table.notes.append("Budget: W1 at most 300 bytes beside the ids.")
    return table


def _without_ids(raw: bytes) -> int:
    state: Any = decode_state(raw)
    state.ids = b""
    return len(encode_state(state))


def _spread(sizes: Sequence[int]) -> list[str]:
    ordered = sorted(sizes)
    at = [ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.99, 1.0)]
    return [f"{sum(sizes) / len(sizes):.0f}", *(f"{size:,}" for size in at)]


if __name__ == "__main__":
    main(sys.argv[1:])
