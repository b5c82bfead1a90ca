"""The catalogue of topics, and what its check says about topics that differ."""

from __future__ import annotations

from streams.settings import Settings, Source
from streams.topics import CHANGELOG, LOG, Catalogue, _difference, _differences, _same_count, check, create
from tests.kafka import Kafka


def test_names_and_namespace() -> None:
    catalogue = Catalogue(Settings(namespace="eu", sources=(Source("web", "segment"),)), ["email", "push"])
    assert [topic.name for topic in catalogue.all()] == [
        "eu.touchpoints",
        "eu.telltale-states-changelog",
        "eu.libraries",
        "eu.web",
        "eu.triggers.email",
        "eu.triggers.push",
        "eu.decisions",
        "eu.dead-letters",
    ]
    assert catalogue.triggers("push").name == "eu.triggers.push"


def test_recorded_traffic_needs_no_append_time_of_the_broker() -> None:
    assert "message.timestamp.type" in Catalogue(Settings(), []).touchpoints.config
    assert "message.timestamp.type" not in Catalogue(Settings(clock="log"), []).touchpoints.config


def test_a_topic_as_it_must_be_has_no_findings() -> None:
    catalogue = Catalogue(Settings(), [])
    assert _differences(catalogue.states, CHANGELOG) == []
    assert _differences(catalogue.touchpoints, dict(LOG) | {"retention.ms": "2592000000"}) == []


def test_what_persons_did_is_kept_for_thirty_days_unless_said_otherwise() -> None:
    catalogue = Catalogue(Settings(), ["email"])
    kept = [topic for topic in catalogue.all() if "retention.ms" in topic.config]
    assert [topic.name for topic in kept] == ["touchpoints", "triggers.email", "decisions", "dead-letters"]
    for topic in kept:
        [finding] = _differences(topic, {"retention.ms": "-1"})
        assert str(finding).startswith(f"topic {topic.name}: found retention.ms=-1, expected at most 2592000000; ")
        assert not finding.fatal
        assert _differences(topic, {"retention.ms": "86400000"}) == []
    assert Catalogue(Settings(retention=1), []).decisions.config["retention.ms"] == "86400000"


def test_recorded_traffic_is_kept_whatever_its_age() -> None:
    assert not [one for one in Catalogue(Settings(clock="log"), ["email"]).all() if "retention.ms" in one.config]


def test_bounds_are_bounds() -> None:
    states = Catalogue(Settings(), []).states
    better = dict(CHANGELOG) | {"segment.bytes": "1000", "max.message.bytes": "9999999"}
    assert _differences(states, better) == []
    worse = dict(CHANGELOG) | {"segment.bytes": "1073741824", "max.message.bytes": "1000"}
    assert [finding.fatal for finding in _differences(states, worse)] == [False, True]


def test_a_finding_says_what_to_do() -> None:
    assert str(_difference(Catalogue(Settings(), []).touchpoints, "message.timestamp.type", "CreateTime")) == (
        "topic touchpoints: found message.timestamp.type=CreateTime, expected LogAppendTime; kafka-configs.sh --alter "
        "--entity-type topics --entity-name touchpoints --add-config message.timestamp.type=LogAppendTime"
    )


def test_log_and_changelog_must_have_as_many_partitions() -> None:
    catalogue = Catalogue(Settings(), [])
    assert _same_count(catalogue, {"touchpoints": 4, "telltale-states-changelog": 4}) == []
    finding = _same_count(catalogue, {"touchpoints": 8, "telltale-states-changelog": 4})[0]
    assert finding.fatal
    assert "found 4 partitions, expected 8, as many as touchpoints" in str(finding)


async def test_check_and_create_on_a_broker(kafka: Kafka) -> None:
    settings = Settings(broker=kafka.bootstrap, namespace=kafka.topic_name(), partitions=3)
    catalogue = Catalogue(settings, ["email"])
    missing = await check(settings, catalogue)
    assert [finding.topic for finding in missing] == [topic.name for topic in catalogue.all()]
    assert all(finding.fatal for finding in missing)
    assert await create(settings, catalogue) == []
    assert await create(settings, catalogue) == []


async def test_topics_that_differ_on_a_broker(kafka: Kafka) -> None:
    settings = Settings(broker=kafka.bootstrap, namespace=kafka.topic_name(), partitions=1)
    catalogue = Catalogue(settings, [])
    await in_thread(kafka, catalogue.touchpoints.name, 2, {"message.timestamp.type": "CreateTime"})
    await in_thread(kafka, catalogue.states.name, 1, {"cleanup.policy": "compact"})
    findings = await create(settings, catalogue)
    text = "\n".join(map(str, findings))
    assert "found message.timestamp.type=CreateTime, expected LogAppendTime" in text
    assert "found 1 partitions, expected 2" in text
    assert "found delete.retention.ms=86400000, expected at least 604800000" in text
    assert [finding.fatal for finding in findings] == sorted((finding.fatal for finding in findings), reverse=True)


async def in_thread(kafka: Kafka, name: str, partitions: int, config: dict[str, str]) -> None:
    import asyncio

    await asyncio.to_thread(kafka.create_topic, name, partitions, config)
