"""Starts detectors again that have ended because of another writer, as whoever runs them would."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Final, Self

from tests.detector import Detector

FENCED: Final = 70
LOOK: Final = 0.1  # seconds between two looks


class Supervisor:
    """Watches detectors while the block runs; one that ends otherwise than by a fence stays down."""

    def __init__(self, *detectors: Detector) -> None:
        self._detectors = detectors
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(LOOK):
            for detector in self._detectors:
                if detector.code == FENCED:
                    detector.start()
