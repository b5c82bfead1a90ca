"""Source topics of every format on a real Kafka: forwarded to the log, what is bad to the dead letters."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from tests.detector import Detector
from tests.kafka import Kafka, Message, Record

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "rules" / "library" / "shop"
SITE = ROOT / "tests" / "testdata" / "records" / "site.yaml"
SOURCES = ("clicks=segment", "events=cloudevents", f"site=json:{SITE}", "tablets=native")
TIME = "2026-01-05T10:00:00.000Z"


def message(value: Any, key: bytes | None = None, *headers: tuple[str, str]) -> Message:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Message(data, key=key, headers=[(name, text.encode()) for name, text in headers])


def sent(kafka: Kafka, namespace: str) -> None:
    """Records of each source, good and bad ones."""
    track = {"type": "track", "event": "order.placed", "userId": "ann", "messageId": "m1", "timestamp": TIME}
    binary = [
        ("ce_specversion", "1.0"),
        ("ce_id", "1"),
        ("ce_source", "/app"),
        ("ce_type", "help.chat"),
        ("ce_time", TIME),
    ]
    records = {
        "clicks": [message(track), message(b"<track/>", b"k"), message({**track, "messageId": "m2", "userId": 7})],
        "events": [message({}, b"bob", *binary), message({}, b"bob", ("ce_specversion", "0.3"))],
        "site": [
            message({"what": "buy", "at": "05/01/2026 11:00", "user": {"id": "cé"}}),
            message({"what": "ping"}),
            message({"what": "steal", "at": "05/01/2026 11:00", "user": {"id": "cé"}}),
        ],
        "tablets": [
            message({"type": "rep.visited", "time": TIME}, b"dan"),
            message({"type": "clock.tick", "time": 99}),
            message({"type": "rep.visited", "time": TIME, "attention": 7}, b"dan"),
            Message(None, key=b"dan"),
        ],
    }
    for topic, messages in records.items():
        kafka.produce(f"{namespace}.{topic}", messages)


def header(record: Record, name: str) -> str:
    return dict(record.headers)[name].decode()


def touchpoints_of(log: list[Record]) -> list[Record]:
    """The records of the log that have a key: the others are ticks."""
    return [record for record in log if record.key is not None]


def _has(count: int, log: list[Record]) -> bool:
    return len(touchpoints_of(log)) >= count


def test_sources_reach_the_log_and_bad_records_the_dead_letters(kafka: Kafka) -> None:
    namespace = kafka.topic_name("sources")
    options = {"namespace": namespace, "sources": SOURCES, "create_topics": True, "partitions": 2}
    with Detector(kafka.bootstrap, SHOP, **options) as detector:
        detector.wait_ready()
        sent(kafka, namespace)
        log = touchpoints_of(kafka.consume(f"{namespace}.touchpoints", partial(_has, 5)))
        letters = kafka.consume(f"{namespace}.dead-letters", 6)
        assert detector.terminate() == 0

    touchpoints = sorted((json.loads(record.value) for record in log), key=lambda one: one["id"])
    assert [(one["customer"], one["type"]) for one in touchpoints] == [
        ("bob", "help.chat"),
        ("ann", "order.placed"),
        ("7", "order.placed"),
        ("cé", "order.placed"),
        ("dan", "rep.visited"),
    ]
    assert all(record.key == json.loads(record.value)["customer"].encode() for record in log)
    position = touchpoints[3]["id"].rpartition(":")[0].rpartition(":")[0]
    assert position == f"{namespace}.site"

    found = {(header(one, "topic"), header(one, "reason"), header(one, "place")): one.value for one in letters}
    assert found.keys() == {
        (f"{namespace}.clicks", "not json", ""),
        (f"{namespace}.events", "not supported", "header ce_specversion"),
        (f"{namespace}.site", "unknown value", "$.what"),
        (f"{namespace}.tablets", "not supported", "$.type"),
        (f"{namespace}.tablets", "wrong type", "$.attention"),
        (f"{namespace}.tablets", "not json", ""),
    }
    assert found[f"{namespace}.clicks", "not json", ""] == b"<track/>"
    assert found[f"{namespace}.tablets", "not json", ""] is None


def test_a_restart_forwards_nothing_twice_and_loses_nothing(kafka: Kafka) -> None:
    namespace = kafka.topic_name("again")
    options = {"namespace": namespace, "sources": SOURCES[-1:], "create_topics": True, "partitions": 2}
    for first in (0, 100):
        forwarded = partial(_has, first + 100)
        with Detector(kafka.bootstrap, SHOP, **options) as detector:
            detector.wait_ready()
            visits = [message({"id": str(first + n), "type": "a", "time": TIME}, b"c%d" % (n % 7)) for n in range(100)]
            kafka.produce(f"{namespace}.tablets", visits)
            kafka.consume(f"{namespace}.touchpoints", forwarded)
            assert detector.terminate() == 0
    log = touchpoints_of(kafka.read_all(f"{namespace}.touchpoints"))
    assert sorted(int(json.loads(record.value)["id"]) for record in log) == list(range(200))
    by_customer: dict[bytes, list[int]] = {}
    for record in log:
        by_customer.setdefault(record.key, []).append(int(json.loads(record.value)["id"]))
    assert all(ids == sorted(ids) for ids in by_customer.values())
