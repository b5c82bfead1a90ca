"""kill -9 at every point of a slice: nothing is lost, no state is wrong, and a repeat has the same id."""

from __future__ import annotations

import signal

import pytest

from tests.end_to_end.conftest import Installer
from tests.end_to_end.crashing import POINTS
from tests.end_to_end.traffic import Shoppers, publish


@pytest.mark.parametrize("point", POINTS)
def test_killed_and_started(install: Installer, point: str) -> None:
    # One partition: of several, others may be between their triggers and their changelog when the process ends.
    installation = install(clock="log", partitions=1)
    publish(installation, Shoppers(seed=1).steps(5_000, partitions=1))
    command = ("-m", "tests.end_to_end.crashing", "SIGKILL", point, "2", "run")
    assert installation.detector(command=command, poll=100).start().wait_ended() == -signal.SIGKILL
    assert not installation.is_read
    installation.kafka.evict(installation.group)
    detector = installation.start()
    installation.wait_read()
    repeats = installation.check()
    # What was sent without the states to go with it is sent once more, and nothing else.
    assert bool(repeats) == (point == "before the changelog")
    assert detector.terminate() == 0
