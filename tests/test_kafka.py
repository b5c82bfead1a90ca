"""The test broker itself: what other tests rely on."""

from __future__ import annotations

import pytest

from tests import kafka_client
from tests.kafka import Kafka, Message

pytestmark = pytest.mark.programs


def test_read_all_gives_back_what_was_produced(kafka: Kafka) -> None:
    topic = kafka.create_topic(kafka.topic_name(), partitions=2)

    sent = kafka.produce(
        topic, [Message(b"a", key=b"k", partition=1, timestamp=1_000), Message(None, key=b"z", partition=0)]
    )

    assert sent == [(1, 0), (0, 0)]
    records = kafka.read_all(topic)
    assert [(r.partition, r.offset, r.key, r.value) for r in records] == [(0, 0, b"z", None), (1, 0, b"k", b"a")]
    assert records[1].timestamp == 1_000
    assert kafka.end_offsets(topic) == {0: 1, 1: 1}


def test_consume_says_how_far_it_came(kafka: Kafka) -> None:
    topic = kafka.create_topic(kafka.topic_name())
    kafka.produce(topic, [b"a", b"b"])

    assert [r.value for r in kafka.consume(topic, 2)] == [b"a", b"b"]
    with pytest.raises(TimeoutError, match=r"2 records in 0\.3 s"):
        kafka.consume(topic, lambda records: any(r.value == b"c" for r in records), limit=0.3)


async def test_helpers_work_inside_an_event_loop(kafka: Kafka) -> None:
    topic = await kafka_client.create_topic(kafka.bootstrap, kafka.topic_name())
    kafka.produce(topic, [b"a"])

    assert [r.value for r in await kafka_client.read_all(kafka.bootstrap, topic)] == [b"a"]
    assert topic in kafka.topics()


def test_a_missing_topic_is_an_error_and_is_not_made(kafka: Kafka) -> None:
    missing = kafka.topic_name()

    with pytest.raises(Exception, match=missing):
        kafka.read_all(missing)
    assert missing not in kafka.topics()


def test_data_and_port_outlive_a_stop_and_a_kill() -> None:
    with Kafka() as broker:
        topic = broker.create_topic("kept")
        broker.produce(topic, [b"1"])
        address = broker.bootstrap

        broker.stop()
        broker.start()
        broker.produce(topic, [b"2"])
        broker.kill9()
        broker.start()

        assert broker.bootstrap == address
        assert [r.value for r in broker.read_all(topic)] == [b"1", b"2"]
        folder = broker.folder
    assert not folder.exists()


def test_a_broker_that_ends_at_start_shows_its_output() -> None:
    broker = Kafka(settings={"process.roles": "nonsense"})
    try:
        with pytest.raises(RuntimeError, match="nonsense"):
            broker.start()
        assert broker.pid is None
    finally:
        broker.close()
