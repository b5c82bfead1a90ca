"""CPU time of this process: of several contestants in turn, so that a slow minute of the machine is nobody's alone."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import NamedTuple

from streams.collecting import collect_seldom

Contestant = Callable[[], float]
"""Does its work once; gives back the CPU seconds it took, setting up left out."""


class Taken(NamedTuple):
    """CPU seconds of the rounds: the least is what it costs, the rest is the machine's noise."""

    least: float
    median: float


def rounds(contestants: Mapping[str, Contestant], count: int) -> dict[str, Taken]:
    """Lets each run once a round."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    usual = gc.get_threshold()
    collect_seldom()  # as the detector does
    gc.collect()
    gc.freeze()  # the log that all work on is no garbage to look through again and again
    for _ in range(count):
        for name, run in contestants.items():
            times[name].append(run())
            gc.collect()
    gc.unfreeze()
    gc.set_threshold(*usual)
    return {name: Taken(min(taken), median(taken)) for name, taken in times.items()}


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start
