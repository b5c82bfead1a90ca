"""Triggers as a channel's connector gets them: read from their topics."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from aiokafka import AIOKafkaConsumer

from streams.broker import client_options
from streams.demo.sightings import Sighting, Sightings
from streams.settings import Settings

POLL = 100
"""Milliseconds that one look for triggers takes at most."""


async def watch(
    settings: Settings, topics: Sequence[str], sightings: Sightings, show: Callable[[Sighting], None]
) -> None:
    """Notes every trigger of these topics, for ever."""
    if not topics:  # a library without channels decides only
        await asyncio.Event().wait()
    consumer = AIOKafkaConsumer(
        *topics, **client_options(settings), auto_offset_reset="earliest", fetch_max_wait_ms=settings.fetch_wait
    )
    await consumer.start()
    try:
        while True:
            batches = await consumer.getmany(timeout_ms=POLL)
            now = time.monotonic()
            for record in sorted((r for batch in batches.values() for r in batch), key=lambda record: record.timestamp):
                show(sightings.seen(record.value, now))
    finally:
        await consumer.stop()
