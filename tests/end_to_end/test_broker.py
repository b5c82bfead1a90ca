"""A broker that goes away and comes back under load: the detector goes on, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.end_to_end.conftest import Installer
from tests.end_to_end.installation import SHOP
from tests.end_to_end.traffic import Feed, recorded
from tests.kafka import Kafka


@pytest.fixture
def own_kafka() -> Iterator[Kafka]:
    """A broker of this test's own, as it is stopped and killed."""
    with Kafka() as broker:
        yield broker


@pytest.mark.slow
def test_restart_and_kill_of_the_broker(install: Installer, own_kafka: Kafka) -> None:
    shop = install(SHOP, clock="log", broker=own_kafka)
    detector = shop.start()
    with Feed(shop, recorded(size=50), pause=0.1):
        for away in (own_kafka.stop, own_kafka.kill9):
            shop.wait_progress(1_000)
            away()
            own_kafka.start()
        shop.wait_progress(1_000)
    shop.wait_read()
    assert shop.check() == []
    assert detector.running
    assert detector.terminate() == 0
