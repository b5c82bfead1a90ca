"""Erases a customer: asks the detector by the log, waits until it is done, and says what is left where.

The detector alone changes states. In the topics single records can't be deleted: behind them goes a record without a
value, for tables and sinks that others make of them, and retention removes the rest.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import uuid4

from aiokafka import AIOKafkaConsumer
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from rules import DAY, MOST_KEPT, BadRecord, cancelling, decode_event, digest_of, encode_erasure, erasure_id, is_erased
from streams.broker import Say, admin, reader_options, wait
from streams.customers import LOG, TABLE, TRIGGERS, Customers, Topic
from streams.sender import Sender, start_producer
from streams.settings import Settings

PAUSE: Final = 0.5
"""Seconds between two looks at whether the detector has done it."""

NEVER: Final = -1


class Left(NamedTuple):
    """What a topic still holds. `until`: when the last of it is gone (epoch ms); None where it is kept for ever."""

    topic: str
    records: int
    until: int | None


class Proof(NamedTuple):
    """What is left of whom. `states`: those of whom the table has more than that they were erased."""

    identities: Sequence[str]
    states: Sequence[str]
    left: Sequence[Left]


class Eraser:
    """One erasure. Everything raises KafkaError where the broker refuses, SendError where it takes no records."""

    def __init__(self, settings: Settings, customers: Customers, sender: Sender) -> None:
        self._settings, self._customers, self._sender = settings, customers, sender

    async def ask(self, identities: Sequence[str]) -> str:
        """Appends the records that ask for it; the id of the erasure."""
        request, now = f"erased:{uuid4().hex}", time.time_ns() // 1_000_000
        keep = await self._keep()
        topics, states = await self._customers.records(identities, [LOG]), await self._customers.states(identities)
        for name in identities:
            record = name.encode(), encode_erasure(name, request, now, keep)
            home = self._customers.home(name, topics, states)
            await self._sender.to_partition(self._settings.name(LOG), home, [record])
        return request

    async def done(self, identities: Sequence[str], request: str, limit: float) -> bool:
        """Waits until the detector has done it, ``limit`` seconds at most; whether it has."""
        deadline, digest = time.monotonic() + limit, digest_of(request)
        while True:
            states = await self._customers.states(identities)
            if all(name in states and erasure_id(states[name].value) == digest for name in identities):
                return True
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(PAUSE)

    async def close(self, identities: Sequence[str]) -> None:
        """Cancels triggers that are still open, and ends what the topics hold of them by records without a value."""
        topics, now = await self._customers.records(identities), time.time_ns() // 1_000_000
        for topic in topics.values():
            full = self._settings.name(topic.name)
            for number, records in _by_partition(topic.records).items():
                cancels = _open(records, now) if topic.name.startswith(TRIGGERS) else []
                deletions = [(key, None) for key in dict.fromkeys(one.key for one in records)]
                await self._sender.to_partition(full, number, [*cancels, *deletions])

    async def _keep(self) -> int:
        """For how long records from before are to be refused (ms): as long as the log may hold them."""
        name = self._settings.name(LOG)
        found = int((await _configs(self._settings, [name]))[name].get("retention.ms", NEVER))
        longest = MOST_KEPT if found == NEVER else max(found, self._settings.retention * DAY)
        return min(max(longest, DAY), MOST_KEPT)


def _by_partition(records: Iterable[Any]) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = {}
    for record in records:
        groups.setdefault(record.partition, []).append(record)
    return groups


def _open(records: Sequence[Any], now: int) -> list[tuple[bytes, bytes]]:
    """Cancel events for the triggers that haven't expired and that nobody has cancelled: states know not all."""
    cancelled = {_id(one.value) for one in records}
    events = {one.value: cancelling(one.value, now) for one in records}
    made = [(one.key, events[one.value], f"{_id(one.value)}:cancel") for one in records]
    return list({name: (key, event) for key, event, name in made if event and name not in cancelled}.values())


def _id(value: bytes) -> str | None:
    try:
        return decode_event(value).id
    except BadRecord:
        return None


async def proof(settings: Settings, customers: Customers, identities: Sequence[str]) -> Proof:
    """Reads the table and every topic to their ends: what is left of these."""
    states, topics = await customers.states(identities), await customers.records(identities)
    configs = await _configs(settings, [settings.name(name) for name in topics])
    left = [_left(topic, configs[settings.name(name)]) for name, topic in topics.items()]
    return Proof(identities, [name for name in states if not is_erased(states[name].value)], left)


def _left(topic: Topic, config: Mapping[str, str]) -> Left:
    """Retention removes whole segments: the last record goes when all of its segment are old enough."""
    kept, segment = int(config.get("retention.ms", NEVER)), int(config.get("segment.ms", 0))
    until = None if kept == NEVER else topic.newest + kept + segment
    return Left(topic.name, len(topic.records), until)


async def _configs(settings: Settings, names: Sequence[str]) -> dict[str, dict[str, str]]:
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    async with admin(settings) as client:
        answers = await client.describe_configs(asked)
    found = {resource[3]: resource[4] for answer in answers for resource in answer.resources}
    return {name: {entry[0]: entry[1] for entry in found.get(name, ())} for name in names}


class Opened(NamedTuple):
    """What an erasure works with."""

    customers: Customers
    eraser: Eraser


class Session:
    """The broker's clients for as long as one command lasts. A context."""

    def __init__(self, settings: Settings, say: Say) -> None:
        self._settings, self._say = settings, say
        self._consumer: Any = None
        self._producer: Any = None

    async def __aenter__(self) -> Opened:
        """Raises BrokerAbsentError, NoLogError and KafkaError."""
        await wait(self._settings, self._say)
        self._consumer = AIOKafkaConsumer(**reader_options(self._settings))
        await self._consumer.start()
        try:
            customers = await Customers.of(self._settings, self._consumer)
            self._producer = await start_producer(self._settings)
        except BaseException:
            await self._consumer.stop()
            raise
        return Opened(customers, Eraser(self._settings, customers, Sender(self._producer)))

    async def __aexit__(self, *_error: object) -> None:
        await self._producer.stop()
        await self._consumer.stop()


__all__ = ["TABLE", "Eraser", "Left", "Opened", "Proof", "Session", "proof"]
