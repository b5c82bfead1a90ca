"""Workers that come and go under load: the results are those of one that never did."""

from __future__ import annotations

import pytest

from tests.detector import Detector
from tests.end_to_end.conftest import Installer
from tests.end_to_end.installation import SHOP, Installation
from tests.end_to_end.traffic import PARTITIONS, Feed, Shoppers, publish, recorded
from tests.waiting import wait_for

FENCED = 70


def partitions(detector: Detector) -> int:
    """How many partitions the detector has."""
    return int(detector.metric("telltale_partitions"))


def wait_partitions(**wanted: tuple[Detector, int]) -> None:
    """Returns when each detector has so many partitions."""
    wait_for(
        lambda: all(partitions(detector) == count for detector, count in wanted.values()),
        lambda: f"the partitions to move; so far { ({name: partitions(one) for name, (one, _) in wanted.items()}) }",
        limit=90,
        pause=0.2,
    )


@pytest.mark.slow
def test_joining_and_leaving_in_order(install: Installer) -> None:
    shop = install(SHOP, clock="log")
    with Feed(shop, recorded(size=100), pause=0.1):
        first = shop.start()
        second = shop.start()
        wait_partitions(first=(first, 2), second=(second, 2))
        assert second.terminate() == 0
        wait_partitions(first=(first, PARTITIONS))
    shop.wait_read()
    assert shop.check() == []
    assert first.terminate() == 0


@pytest.mark.slow
def test_one_of_two_is_killed(install: Installer) -> None:
    shop = install(SHOP, clock="log")
    first, second = shop.start(), shop.start()
    wait_partitions(first=(first, 2), second=(second, 2))
    with Feed(shop, recorded(size=100), pause=0.1):
        shop.wait_progress(2_000)
        second.kill9()
        wait_partitions(first=(first, PARTITIONS))
    shop.wait_read()
    shop.check()  # what the dead one had sent without writing its states comes twice
    assert first.terminate() == 0


@pytest.mark.slow
def test_frozen_and_thawed_worker_ends(install: Installer) -> None:
    quick = install(clock="log")
    frozen = quick.detector(
        command=("-m", "tests.end_to_end.crashing", "SIGSTOP", "before the changelog", "3", "run"), poll=200
    )
    frozen.start()
    shoppers = Shoppers(seed=5, customers=1_000)  # many more than a slice of a small fetch has
    publish(quick, shoppers.steps(4_000))
    frozen.wait_suspended()
    heir = quick.start()
    quick.wait_read()
    # It still means to write the states of the slice at which it froze.
    frozen.resume()
    assert frozen.wait_ended() == FENCED
    # A little traffic, so that most of the states it has written over are not written again ...
    publish(quick, shoppers.steps(20, size=10))
    run_supervised(quick, heir)
    # ... before they are needed.
    publish(quick, shoppers.steps(2_000))
    quick.wait_read()
    quick.check()


@pytest.mark.slow
def test_frozen_under_load(install: Installer) -> None:
    shop = install(SHOP, clock="log")
    first = shop.start()
    with Feed(shop, recorded(size=100), pause=0.1):
        shop.wait_progress(2_000)
        first.suspend()
        second = shop.start()
        wait_partitions(second=(second, PARTITIONS))
        shop.wait_progress(1_000)
        first.resume()
        shop.wait_progress(1_000)
    # It has noticed in time and taken part again, or has ended; it has not decided what was the other's.
    assert first.code in {None, FENCED}
    run_supervised(shop, second)
    shop.check()


def run_supervised(installation: Installation, detector: Detector) -> None:
    """Waits until all is read; starts the detector again where another writer's traces make it end."""
    while not installation.is_read:
        wait_for(lambda: not detector.running or installation.is_read, "the log to be read", limit=90)
        if not detector.running:
            assert detector.code == FENCED
            detector.start().wait_ready()
