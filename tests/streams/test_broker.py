"""How clients reach the broker: TLS and SASL, the same for aiokafka and for Faust."""

from __future__ import annotations

import faust

from streams.broker import client_options, wait
from streams.faust_app import _credentials
from streams.settings import Settings
from tests.kafka import Kafka

SASL = Settings(
    broker="a:1,b:2", security_protocol="SASL_SSL", sasl_mechanism="SCRAM-SHA-512", sasl_username="u", sasl_password="p"
)


def test_plain() -> None:
    options = client_options(Settings(broker="a:1"))
    assert options == {"bootstrap_servers": "a:1", "security_protocol": "PLAINTEXT", "ssl_context": None}
    assert _credentials(Settings()) is None


def test_sasl_over_tls() -> None:
    options = client_options(SASL)
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("u", "p")
    assert options["ssl_context"] is not None
    credentials = _credentials(SASL)
    assert isinstance(credentials, faust.SASLCredentials)
    assert (credentials.protocol.value, credentials.mechanism.value) == ("SASL_SSL", "SCRAM-SHA-512")


def test_sasl_without_tls() -> None:
    plain = Settings(security_protocol="SASL_PLAINTEXT", sasl_username="u", sasl_password="p")
    assert client_options(plain)["ssl_context"] is None
    assert _credentials(plain).protocol.value == "SASL_PLAINTEXT"


def test_tls() -> None:
    assert _credentials(Settings(security_protocol="SSL")).protocol.value == "SSL"


async def test_a_broker_that_is_there_tells_the_clusters_identity(kafka: Kafka) -> None:
    said: list[str] = []
    cluster = await wait(Settings(broker=kafka.bootstrap), said.append)
    assert len(cluster.id) > 10
    assert cluster.brokers == 1
    assert said == []
