"""Connectors on a real Kafka and a real HTTP server: from the channel's topic to the endpoint, and outcomes back."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from tests.connector import Connector
from tests.detector import Detector
from tests.endpoint import GOOD, Endpoint, Post, Reply
from tests.events import cancel, message, now, trigger
from tests.kafka import Kafka, Message
from tests.waiting import wait_for

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
GROUP = "telltale-webhook-email"
TOLD = Path(__file__).parent / "libraries" / "told"
OUTCOMES = Path(__file__).parents[2] / "deploy" / "outcomes.yaml"


class Stage:
    """The topics of one namespace, and the connectors of its channel email."""

    def __init__(self, kafka: Kafka, folder: Path, partitions: int = 2) -> None:
        self.kafka = kafka
        self.namespace = kafka.topic_name("connect")
        self.folder = folder
        self.connectors: list[Connector] = []
        for topic in ("touchpoints", "dead-letters", "triggers.email"):
            kafka.create_topic(self.name(topic), partitions)
        (folder / "secrets").write_text(f"whsec_{'A' * 32}\n{SECRET}\n")

    def name(self, topic: str) -> str:
        return f"{self.namespace}.{topic}"

    def webhook(self, endpoint: Endpoint, **options: Any) -> Connector:
        """A connector that reads its topic."""
        given = {"url": endpoint.url, "secret_file": self.folder / "secrets", "namespace": self.namespace}
        return self.started("webhook", {**given, "session_timeout": 6, **options})

    def started(self, kind: str, options: dict[str, Any]) -> Connector:
        folder = self.folder / f"{kind}-{len(self.connectors)}"
        connector = Connector(kind, self.kafka.bootstrap, folder, **options).start()
        self.connectors.append(connector)
        connector.wait_ready()
        return connector

    def publish(self, events: Iterable[dict[str, Any] | Message]) -> None:
        """Appends events to the channel's topic, as the engine does."""
        messages = [one if isinstance(one, Message) else message(one) for one in events]
        self.kafka.produce(self.name("triggers.email"), messages)

    def outcomes(self, count: int) -> list[dict[str, Any]]:
        """The outcomes in the log when so many are there."""
        return [json.loads(one.value) for one in self.kafka.consume(self.name("touchpoints"), count)]

    def wait_committed(self) -> None:
        """Returns when the group has committed all that the topic holds."""
        topic = self.name("triggers.email")
        ends = {(topic, number): end for number, end in self.kafka.end_offsets(topic).items() if end}
        group = self.name(GROUP)
        wait_for(lambda: self.kafka.committed(group) == ends, "the group to commit the topic's end")


@pytest.fixture
def stage(kafka: Kafka, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(kafka, tmp_path)
    yield made
    for one in made.connectors:
        one.close()


def words(outcomes: Iterable[dict[str, Any]]) -> set[tuple[str, str, str | None]]:
    """Customer, outcome and reason of each."""
    return {(one["customer"], one["type"], one["properties"].get("reason")) for one in outcomes}


def by_customer(post: Post) -> Reply:
    """How the endpoint answers each of the customers."""
    if post.customer == "busy":
        return Reply(503, headers={"Retry-After": "1"}) if post.attempt == 1 else GOOD
    if post.customer == "left" and not post.id.endswith(":cancel"):
        return Reply(500)
    replies = {"bad": Reply(400), "out": Reply(200, '{"outcome": "refused", "reason": "unsubscribed"}')}
    return replies.get(post.customer, GOOD)


def test_each_event_comes_to_its_end_and_the_log_is_told(stage: Stage) -> None:
    left, zoe = trigger("left"), trigger("zoë")
    with Endpoint(by_customer) as endpoint:
        connector = stage.webhook(endpoint)
        stage.publish(
            [trigger("ann", 1), trigger("ann", 2), trigger("busy"), left, trigger("bad"), trigger("out"), zoe]
        )
        stage.publish(
            [trigger("old", expires=now() - 1), trigger("ann", 1), Message(b"{", key=b"k"), trigger("ann", 3)]
        )
        wait_for(lambda: endpoint.of("left"), "an attempt that fails")
        stage.publish([cancel(left)])
        outcomes = stage.outcomes(9)
        endpoint.wait(9)
        stage.wait_committed()
        assert connector.metric("telltale_connector_duplicates_total") == 1
        assert connector.metric("telltale_connector_cancels_total", outcome="delivered") == 1
        assert connector.metric("telltale_connector_outcomes_total", outcome="failed", reason="expired") == 1
        assert connector.metric("telltale_connector_retries_total", cause="503") == 1
        assert connector.terminate() == 0

    assert words(outcomes) == {
        ("ann", "trigger.delivered", None),
        ("busy", "trigger.delivered", None),
        ("zoë", "trigger.delivered", None),
        ("left", "trigger.failed", "cancelled"),
        ("old", "trigger.failed", "expired"),
        ("bad", "trigger.refused", "HTTP 400"),
        ("out", "trigger.refused", "unsubscribed"),
    }
    assert {one["id"] for one in outcomes} >= {"basket:ann:1:delivered", "basket:left:1:failed"}
    assert endpoint.of("old") == []
    assert [post.id for post in endpoint.of("ann")] == [f"basket:ann:{number}" for number in (1, 2, 3)]
    assert endpoint.of("left")[-1].event["type"] == "telltale.trigger.cancelled"
    first, second = endpoint.of("busy")
    assert second.at - first.at >= 1
    assert endpoint.of("zoë")[0].event == zoe
    (letter,) = stage.kafka.read_all(stage.name("dead-letters"))
    assert (letter.key, letter.value, dict(letter.headers)["reason"]) == (b"k", b"{", b"not json")
    for post in endpoint.posts:
        assert post.headers["Content-Type"] == "application/cloudevents+json"
        Webhook(SECRET).verify(post.body, dict(post.headers))


def test_killed_and_started_again_nothing_is_lost_and_repeats_have_the_same_id(stage: Stage) -> None:
    triggers = [trigger(f"c{number % 40}", number) for number in range(200)]
    with Endpoint(lambda _post: Reply(delay=0.02)) as endpoint:
        connector = stage.webhook(endpoint, concurrency=4)
        stage.publish(triggers)
        endpoint.wait(60)
        assert connector.kill9() == -signal.SIGKILL
        before = len(endpoint.posts)
        stage.kafka.evict(stage.name(GROUP))
        connector = stage.webhook(endpoint, concurrency=4)
        endpoint.wait(200)
        stage.outcomes(200)
        again = len(endpoint.posts) - 200
        # As a detector does that was killed: what it had sent comes once more, with the same ids.
        stage.publish(triggers[:50])
        stage.wait_committed()
        assert connector.metric("telltale_connector_duplicates_total") == 50
        assert connector.terminate() == 0
    assert before < 200
    assert len(endpoint.posts) == 200 + again
    assert again < before, "what was committed came again"
    for number in range(40):
        ids = list(dict.fromkeys(post.id for post in endpoint.of(f"c{number}")))
        assert ids == [f"basket:c{number}:{n}" for n in range(number, 200, 40)]


def test_an_endpoint_that_is_down_gets_all_when_it_is_up_and_a_second_worker_takes_over(stage: Stage) -> None:
    first = [trigger(f"c{number % 20}", number) for number in range(60)]
    with Endpoint() as endpoint:
        worker = stage.webhook(endpoint)
        endpoint.stop()
        stage.publish([*first, trigger("brief", expires=now() + 1_500)])
        wait_for(lambda: worker.metric("telltale_connector_circuit_open") == 1, "the circuit to open")
        outcomes = stage.outcomes(1)
        assert words(outcomes) == {("brief", "trigger.failed", "expired")}
        endpoint.start()
        endpoint.wait(60)
        wait_for(lambda: worker.metric("telltale_connector_circuit_open") == 0, "the circuit to close")

        other = stage.webhook(endpoint)
        wait_for(lambda: len(other.samples("telltale_connector_lag_records")) == 1, "the other to have a partition")
        stage.publish([trigger(f"c{number % 20}", number) for number in range(60, 120)])
        assert worker.terminate() == 0
        endpoint.wait(120)
        stage.wait_committed()
        assert other.terminate() == 0
    assert sorted(endpoint.delivered) == sorted(set(endpoint.delivered)), "orderly ends repeat nothing"
    for number in range(20):
        assert [post.id for post in endpoint.of(f"c{number}")] == [
            f"basket:c{number}:{n}" for n in range(number, 120, 20)
        ]


def test_what_became_of_triggers_is_read_by_signals(kafka: Kafka, tmp_path: Path) -> None:
    namespace, out = kafka.topic_name("told"), tmp_path / "site.jsonl"
    options = {
        "namespace": namespace,
        "sources": (f"provider=json:{OUTCOMES}",),
        "create_topics": True,
        "partitions": 2,
    }
    shared = {"namespace": namespace, "session_timeout": 6}
    with Detector(kafka.bootstrap, TOLD, **options) as detector, Endpoint() as endpoint:
        detector.wait_ready()
        url = {"url": endpoint.url}
        with (
            Connector("webhook", kafka.bootstrap, tmp_path / "email", **shared, **url) as email,
            Connector("file", kafka.bootstrap, tmp_path / "site", channel="site", out=out, **shared) as site,
        ):
            basket = {"id": "b1", "type": "basket.added", "time": now(), "customer": "ann"}
            kafka.produce(f"{namespace}.touchpoints", [Message(json.dumps(basket).encode(), b"ann")])
            endpoint.wait(1)
            (welcome,) = endpoint.delivered
            kafka.consume(f"{namespace}.touchpoints", lambda log: any(b"trigger.delivered" in one.value for one in log))
            told = {"event_id": "e1", "event": "open", "at": now() // 1000 + 1, "customer": "ann"}
            about = {"trigger": welcome, "signal": "welcome", "amount": None, "why": None}
            kafka.produce(f"{namespace}.provider", [Message(json.dumps({**told, **about}).encode(), b"k")])
            (line,) = wait_for(lambda: out.exists() and out.read_bytes().splitlines(), "a line in the file")
            kafka.consume(
                f"{namespace}.touchpoints", lambda log: sum(b"trigger.delivered" in one.value for one in log) > 1
            )
            assert [email.terminate(), site.terminate(), detector.terminate()] == [0, 0, 0]
    thanks = json.loads(line)
    assert (thanks["data"]["signal"], thanks["data"]["content"], thanks["subject"]) == ("thanks", "thanks", "ann")
    assert thanks["data"]["touchpoints"] == [f"{welcome}:delivered", "e1"]
    log = [json.loads(one.value) for one in kafka.read_all(f"{namespace}.touchpoints") if one.key]
    assert [(one["type"], one["channel"]) for one in log if one["type"].startswith("trigger.")] == [
        ("trigger.delivered", "email"),
        ("trigger.opened", "email"),
        ("trigger.delivered", "site"),
    ]
    assert kafka.read_all(f"{namespace}.dead-letters") == []


def test_topics_that_are_missing_are_told(kafka: Kafka, tmp_path: Path) -> None:
    namespace = kafka.topic_name("none")
    options = {"namespace": namespace, "url": "http://127.0.0.1:9/"}
    with Connector("webhook", kafka.bootstrap, tmp_path / "one", **options) as connector:
        assert connector.wait_ended() == 1
        absent = ", ".join(f"{namespace}.{topic}" for topic in ("triggers.email", "dead-letters", "touchpoints"))
        assert f"topics: found no {absent}, expected them to be there" in connector.output()
