"""All benchmarks, or those named: `python -m tests.bench [NAME ...] [--quick] [--keep] [options of the one named]`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from tests.bench import concerned, latency, library_size, recovery, replaying, step, w1

Main = Callable[[Sequence[str]], None]

BENCHMARKS: Final[Mapping[str, Main]] = MappingProxyType(
    {
        "step": step.main,
        "concerned": concerned.main,
        "library_size": library_size.main,
        "replaying": replaying.main,
        "w1": w1.main,
        "latency": latency.main,
        "recovery": recovery.main,
    }
)
QUICK: Final = MappingProxyType(
    {
        "step": "--touchpoints 20000 --rounds 1",
        "concerned": "--touchpoints 5000 --rounds 1",
        "library_size": "--touchpoints 5000 --rounds 1",
        "replaying": "--touchpoints 5000 --rounds 1",
        "w1": "--touchpoints 20000 --faust 3000",
        "latency": "--rate 300 --seconds 20",
        "recovery": "--customers 5000 --rounds 1",
    }
)
"""Sizes that show that a benchmark works; what it measures then says little."""


def main(arguments: Sequence[str]) -> int:
    """Runs benchmarks one after the other; the exit code."""
    names = [one for one in arguments if not one.startswith("-")] or list(BENCHMARKS)
    unknown = [one for one in names if one not in BENCHMARKS]
    if unknown:
        sys.stderr.write(f"found no benchmark {', '.join(unknown)}; expected one of {', '.join(BENCHMARKS)}\n")
        return 2
    flags = [one for one in arguments if one.startswith("-") and one != "--quick"]
    for name in names:
        BENCHMARKS[name]([*(QUICK[name].split() if "--quick" in arguments else []), *flags])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
