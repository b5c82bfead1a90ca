"""Where a detector's CPU time goes: by thread as the kernel counts it, by part of the code as cProfile does."""

from __future__ import annotations

import pstats
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.bench.report import Report
from tests.child import thread_seconds
from tests.detector import Detector

PARTS: Final = {
    "/rules/": "rules: evaluating",
    "/streams/": "streams: the runtime",
    "/faust/": "Faust and mode",
    "/mode/": "Faust and mode",
    "/aiokafka/": "aiokafka",
    "/prometheus_client/": "prometheus_client",
    "/asyncio/": "asyncio",
}
"""Part of the code by what its files' paths hold."""

REST: Final = "the rest of Python"
BUILT_IN: Final = "~"

Where = tuple[str, int, str]
Stats = Mapping[Where, tuple[int, int, float, float, Mapping[Where, tuple[int, int, float, float]]]]


@dataclass(frozen=True, slots=True)
class Look:
    """A detector's CPU seconds by thread at one moment, and how many touchpoints it has evaluated."""

    main: float
    others: float
    touchpoints: float


def look(detector: Detector) -> Look:
    """Looks at a running detector."""
    threads = thread_seconds(detector.pid)
    main = threads.pop(detector.pid)
    return Look(main, sum(threads.values()), detector.metric("telltale_touchpoints_total"))


def by_thread(before: Look, after: Look, pure: float) -> Report:
    """What happened between two looks. `pure`: CPU seconds that evaluating as much takes without Kafka."""
    each = 1e6 / (after.touchpoints - before.touchpoints)
    main = after.main - before.main
    rows = {
        "main thread: evaluating (as the pure step takes here)": pure,
        "main thread: taking batches, sending, states, metrics": main - pure,
        "other threads: fetching": after.others - before.others,
    }
    table = Report("w1", "The detector's CPU time, by thread", ["", "us a touchpoint"])
    for name, seconds in rows.items():
        table.add(name, f"{seconds * each:.2f}")
    table.notes.append("The whole run, its first and last hundredth too: it may differ from the table above.")
    return table


def by_part(stats: pstats.Stats) -> Report:
    """Own time by part of the code; what is built in counts for those who called it."""
    shares: dict[str, float] = {}
    found: Stats = stats.stats  # type: ignore[attr-defined]
    for where, (_, _, own, _, callers) in found.items():
        if where[0] != BUILT_IN:
            shares[_part(where[0])] = shares.get(_part(where[0]), 0) + own
            continue
        for caller, (_, _, taken, _) in callers.items():
            shares[_part(caller[0])] = shares.get(_part(caller[0]), 0) + taken
    total = sum(shares.values())
    table = Report("w1", "The detector's time, by part of the code, under cProfile", ["", "share"])
    for name, seconds in sorted(shares.items(), key=lambda item: -item[1]):
        table.add(name, f"{seconds / total:.0%}")
    table.notes.append("cProfile makes Python's calls dear and leaves C code cheap: shares are rough.")
    return table


def _part(path: str) -> str:
    return next((name for folder, name in PARTS.items() if folder in path), REST)
