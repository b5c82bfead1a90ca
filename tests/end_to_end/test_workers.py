"""Workers that come and go under load: the results are those of one that never did."""

from __future__ import annotations

from itertools import islice

import pytest

from tests.detector import Detector
from tests.end_to_end.conftest import Installer
from tests.end_to_end.installation import SHOP
from tests.end_to_end.supervisor import FENCED, Supervisor
from tests.end_to_end.traffic import PARTITIONS, Feed, Shoppers, publish, recorded
from tests.waiting import wait_for


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
def test_frozen_with_states_at_hand_and_thawed(install: Installer) -> None:
    quick = install(clock="log")
    command = ("-m", "tests.end_to_end.crashing", "SIGSTOP", "before the changelog", "3", "run")
    frozen = quick.detector(command=command, poll=200).start()
    shoppers = Shoppers(seed=5, customers=1_000)  # many more than a slice has
    publish(quick, shoppers.steps(4_000))
    frozen.wait_suspended()
    heir = quick.start()
    publish(quick, shoppers.steps(2_000))  # the frozen one knows nothing of these, wherever its batch ended
    quick.wait_read()
    # It goes on with writing the states of long ago. The traffic is little, so most of them aren't written again.
    with Supervisor(heir):
        with Feed(quick, shoppers.steps(10_000, size=2), pause=0.1):
            frozen.resume()
            assert frozen.wait_ended() == FENCED
            assert any(told != sorted(told) for told in quick.evaluated().values()), "it has written nothing"
            quick.wait_progress(100)
        publish(quick, shoppers.steps(2_000))
        quick.wait_read()
    quick.check()
    assert quick.compacted() == quick.states()


@pytest.mark.slow
def test_frozen_under_load(install: Installer) -> None:
    shop = install(SHOP, clock="log")
    first, second = shop.start(), shop.detector()
    traffic = recorded(size=100)
    with Supervisor(first, second):
        with Feed(shop, islice(traffic, 100), pause=0.1):
            shop.wait_progress(2_000)
            first.suspend()
            second.start()
            wait_partitions(second=(second, PARTITIONS))
        with Feed(shop, islice(traffic, 100), pause=0.1):
            first.resume()
            wait_partitions(first=(first, 2), second=(second, 2))
        publish(shop, traffic)  # all that is left, with both at work
        shop.wait_read()
    shop.check()
