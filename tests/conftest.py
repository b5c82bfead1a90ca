"""What all tests share: one real Kafka for each worker, started by its first test that asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kafka import Kafka, KafkaUnavailableError


@pytest.fixture(scope="session")
def kafka() -> Iterator[Kafka]:
    """A broker for all tests of a worker; tests tell their topics apart by `kafka.topic_name()`.

    A test that restarts or kills its broker starts one of its own: `with Kafka() as kafka`.
    """
    broker = Kafka()
    try:
        broker.start()
    except KafkaUnavailableError as missing:
        broker.close()
        pytest.fail(str(missing), pytrace=False)
    except BaseException:
        broker.close()
        raise
    yield broker
    broker.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what a broker serves. Of random examples no coverage is told: to count the lines that so many of them run,
    other tests run them too, takes longer than the examples."""
    for item in items:
        if "kafka" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.programs)
        elif getattr(getattr(item, "obj", None), "is_hypothesis_test", False) or item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.no_cover)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Adds the end of the broker's output to the report of a failed test that used it."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    broker = getattr(item, "funcargs", {}).get("kafka")
    if report.failed and isinstance(broker, Kafka):
        report.sections.append(("Kafka's last output", broker.log_tail()))
