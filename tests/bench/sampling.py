"""CPU times of processes over the run of a benchmark, to be asked afterwards for any moment of it."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

from tests.child import cpu_seconds

PERIOD: Final = 0.05  # seconds between two looks; the kernel itself counts in hundredths


class Sampler:
    """Looks at processes, by name, while the block runs."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = pids
        self._samples: dict[str, list[tuple[float, float]]] = {name: [] for name in pids}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, name="sampler", daemon=True)

    def cpu(self, name: str, start: float, end: float) -> float:
        """CPU seconds that a process used between two moments (epoch ms)."""
        return self._at(name, end) - self._at(name, start)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(PERIOD):
            for name, pid in self._pids.items():
                try:
                    self._samples[name].append((time.time() * 1000, cpu_seconds(pid)))
                except OSError:  # it has ended: what was seen until then stands
                    continue

    def _at(self, name: str, moment: float) -> float:
        samples = self._samples[name]
        if not samples:
            raise RuntimeError(f"{name}: found no CPU times, expected some; did it end at once?")
        after = bisect_left(samples, (moment, 0.0))
        if after in (0, len(samples)):
            return samples[min(after, len(samples) - 1)][1]
        (left, low), (right, high) = samples[after - 1 : after + 1]
        return low + (high - low) * (moment - left) / (right - left)
