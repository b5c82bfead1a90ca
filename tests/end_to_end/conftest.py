"""What the end-to-end tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.installation import Installation
from tests.kafka import Kafka


class Installer:
    """Makes installations with their topics: `install(library, clock="log")`."""

    def __init__(self, kafka: Kafka, folder: Path) -> None:
        self._kafka = kafka
        self._folder = folder
        self.made: list[Installation] = []

    def __call__(
        self, *library: Path, broker: Kafka | None = None, topics: bool = True, **options: Any
    ) -> Installation:
        """An installation on the session's broker, or on another one; without `topics` none are made."""
        folder = self._folder / str(len(self.made))
        self.made.append(Installation(broker or self._kafka, folder, *library, **options))
        if topics:
            self.made[-1].create_topics()
        return self.made[-1]


@pytest.fixture
def install(kafka: Kafka, tmp_path: Path) -> Iterator[Installer]:
    """Makes installations; their detectors end with the test."""
    installer = Installer(kafka, tmp_path)
    yield installer
    for one in installer.made:
        one.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Adds the end of the detectors' output to the report of a failed test."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    installer = getattr(item, "funcargs", {}).get("install")
    if report.failed and isinstance(installer, Installer):
        report.sections += [("Detectors' last output", one.outputs()) for one in installer.made]
