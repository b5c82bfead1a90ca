"""Where the time goes: by stage, from a watch that is put around the stages, and by function, from cProfile."""

from __future__ import annotations

import cProfile
import functools
import pstats
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from rules import Plan, evaluation
from tests.bench.engine import Engine
from tests.bench.report import Report
from tests.bench.workload import Record

TOP: Final = 20
REST: Final = "slices, index of dues, the rest"
STAGES: Final = {
    "read the JSON": ["decode_touchpoint", "decode_control"],
    "decode the state": ["decode_state"],
    "features and patterns": ["step", "advance"],
    "decide": ["decide", "decided"],
    "write triggers and decisions": ["trigger_id", "encode_decision", "encode_trigger"],
    "encode the state": ["encode_state", "encode_marker"],
}
"""The names in rules.evaluation that begin a stage."""


class Watch:
    """Adds up the time of each stage, that of stages within it left out."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys([*STAGES, REST], 0.0)
        self._stage = REST
        self._since = perf_counter()

    def turn(self, stage: str) -> str:
        """From now on it is this stage's time; gives back the one before."""
        now = perf_counter()
        self.seconds[self._stage] += now - self._since
        before, self._stage, self._since = self._stage, stage, now
        return before

    def around(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, its time counted for the stage."""

        @functools.wraps(work)
        def timed(*arguments: Any) -> Any:
            before = self.turn(stage)
            try:
                return work(*arguments)
            finally:
                self.turn(before)

        return timed


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Puts the watch around the stages of the engine while the block runs."""
    kept = {name: getattr(evaluation, name) for names in STAGES.values() for name in names}
    try:
        for stage, names in STAGES.items():
            for name in names:
                setattr(evaluation, name, watch.around(stage, kept[name]))
        yield
    finally:
        for name, work in kept.items():
            setattr(evaluation, name, work)


def of_step(plan: Plan, parts: Sequence[Sequence[Record]], batch: int = 2_000) -> list[Report]:
    """The stages and the dearest functions of the pure step."""
    touchpoints = sum(record.key is not None for records in parts for record in records)
    watch = Watch()
    start = perf_counter()
    with watching(watch):
        watch.turn(REST)
        _run(plan, parts, batch)
        watch.turn(REST)
    watched = perf_counter() - start
    start = perf_counter()
    _run(plan, parts, batch)
    bare = perf_counter() - start
    table = Report("step", f"By stage, {batch:,} at once", ["", "us a touchpoint", "share"])
    for stage, seconds in watch.seconds.items():
        table.add(stage, f"{seconds / touchpoints * 1e6:.2f}", f"{seconds / watched:.0%}")
    cost = (watched - bare) / touchpoints * 1e6
    table.notes.append(f"By the wall clock; the watch itself is {cost:.2f} us of it, spread over the stages.")
    profile = cProfile.Profile()
    profile.runcall(_run, plan, parts, batch)
    return [table, by_function("step", pstats.Stats(profile), touchpoints)]


def _run(plan: Plan, parts: Sequence[Sequence[Record]], batch: int) -> None:
    for number, records in enumerate(parts):
        engine = Engine(plan, number)
        for start in range(0, len(records), batch):
            for _ in engine.evaluate(records[start : start + batch]):
                pass


def by_function(name: str, stats: pstats.Stats, touchpoints: int) -> Report:
    """The functions that took most themselves. cProfile makes calls dear: only the order can be relied on."""
    found: Mapping[tuple[str, int, str], tuple[int, int, float, float, Any]] = stats.stats  # type: ignore[attr-defined]
    total = sum(one[2] for one in found.values())
    table = Report(name, "By function, under cProfile", ["", "calls a touchpoint", "own time", "with what it calls"])
    for where, (_, calls, own, whole, _) in sorted(found.items(), key=lambda item: -item[1][2])[:TOP]:
        table.add(_place(*where), f"{calls / touchpoints:.2f}", f"{own / total:.1%}", f"{whole / total:.1%}")
    return table


def _place(path: str, line: int, function: str) -> str:
    if path == "~":
        return function.strip("<>")
    return f"{'/'.join(Path(path).parts[-2:])}:{line} {function}"
