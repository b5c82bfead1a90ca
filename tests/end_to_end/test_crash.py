"""kill -9 at every point of a slice: nothing is lost, no state is wrong, and a repeat has the same id."""

from __future__ import annotations

import signal

import pytest

from tests.detector import Detector
from tests.end_to_end.conftest import Installer
from tests.end_to_end.crashing import POINTS
from tests.end_to_end.installation import Installation
from tests.end_to_end.traffic import Shoppers, publish


def crashing(installation: Installation, point: str, nth: int) -> Detector:
    """A detector that is killed when it reaches the point for the nth time."""
    command = ("-m", "tests.end_to_end.crashing", "SIGKILL", point, str(nth), "run")
    return installation.detector(command=command, poll=100)


@pytest.mark.parametrize("point", POINTS)
def test_killed_twice_then_started(install: Installer, point: str) -> None:
    # One partition: of several, others may be between their triggers and their changelog when the process ends.
    installation = install(clock="log", partitions=1)
    publish(installation, Shoppers(seed=1).steps(5_000, partitions=1))
    for nth in (1, 2):
        assert crashing(installation, point, nth).start().wait_ended() == -signal.SIGKILL
        installation.kafka.evict(installation.group)
    detector = installation.start()
    installation.wait_read()
    repeats = installation.check()
    # What was sent without the states to go with it is sent once more, and nothing else.
    assert bool(repeats) == (point == "before the changelog")
    assert detector.terminate() == 0
