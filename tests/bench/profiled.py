"""The command line of Telltale under cProfile, each thread by its own CPU time.

python -m tests.bench.profiled FILE run --broker ...
"""

from __future__ import annotations

import cProfile
import pstats
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from streams.cli import main


def run(path: Path, arguments: list[str]) -> None:
    """Runs a command; when it ends the profiles of all threads that have ended are added up in a file."""
    import_module("streams.cli.run")  # before the profile begins: importing says nothing about touchpoints
    profiles: list[cProfile.Profile] = []
    threading.Thread.run = _profiled(threading.Thread.run, profiles)  # type: ignore[method-assign]
    sys.argv[1:] = arguments
    try:
        _profiled(main, profiles)()
    finally:
        stats = pstats.Stats(profiles[0])
        for profile in profiles[1:]:
            stats.add(profile)
        stats.dump_stats(path)


def _profiled(work: Callable[..., Any], profiles: list[cProfile.Profile]) -> Callable[..., Any]:
    def profiled(*arguments: Any) -> Any:
        # By the wall clock a thread would seem busy while it waits for another one's turn.
        profile = cProfile.Profile(timer=time.thread_time)
        profiles.append(profile)
        profile.enable()
        try:
            return work(*arguments)
        finally:
            profile.disable()

    return profiled


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2:])
