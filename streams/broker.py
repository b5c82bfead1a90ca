"""The broker seen from outside: how clients reach it, the wait for one that isn't there, the cluster's identity."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.settings import Settings, ssl_context

PAUSE = 0.5
"""Seconds between two tries to reach the broker."""

REPEAT = 5.0
"""Seconds between two messages about a broker that isn't there."""

REQUEST = 10_000
"""Milliseconds that a question to the broker may take."""

Say = Callable[[str], None]


class BrokerAbsentError(Exception):
    """No broker answered within the limit; the text says where it was looked for and what to do."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Kafka cluster: its identity, which names the log, and its number of brokers."""

    id: str
    brokers: int


def client_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments that every aiokafka client of these settings takes."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.broker,
        "security_protocol": settings.security_protocol,
        "ssl_context": ssl_context(settings),
    }
    if settings.security_protocol.startswith("SASL"):
        options |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": settings.sasl_password,
        }
    return options


def reader_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments of a consumer of no group that reads what topics hold, from a place it seeks itself."""
    return {
        **client_options(settings),
        "enable_auto_commit": False,
        "isolation_level": "read_committed",
        # The reset that an assignment brings may end behind the seek, and wins: with "latest" nothing would be read.
        "auto_offset_reset": "earliest",
    }


@asynccontextmanager
async def admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """A started admin client, closed at the end. Raises KafkaError when no broker answers."""
    client = AIOKafkaAdminClient(**client_options(settings), request_timeout_ms=REQUEST)
    try:
        await client.start()
        yield client
    finally:
        await client.close()


async def wait(settings: Settings, say: Say) -> Cluster:
    """Waits until a broker answers, `settings.wait` seconds at most; says so every few seconds.

    Raises BrokerAbsentError.
    """
    end = time.monotonic() + settings.wait
    next_word = 0.0
    while True:
        try:
            return await asyncio.wait_for(_cluster(settings), timeout=REQUEST / 1000)
        except (TimeoutError, KafkaError, OSError) as error:
            now = time.monotonic()
            if now >= end:
                raise BrokerAbsentError(_absent(settings, error)) from error
            if now >= next_word:
                say(f"waiting for a broker at {settings.broker}, {end - now:.0f} s more at most")
                next_word = now + REPEAT
        await asyncio.sleep(PAUSE)


async def _cluster(settings: Settings) -> Cluster:
    async with admin(settings) as client:
        found = await client.describe_cluster()
    return Cluster(str(found.get("cluster_id") or ""), len(found.get("brokers", ())))


def _absent(settings: Settings, error: BaseException) -> str:
    cause = str(error) or type(error).__name__
    return (
        f"broker {settings.broker}: found nobody within {settings.wait:.0f} s ({cause}), expected a Kafka broker; "
        "start it, or give its address with --broker or TELLTALE_BROKER, or wait longer with TELLTALE_WAIT"
    )
