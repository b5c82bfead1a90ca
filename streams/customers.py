"""All records of one customer, in every topic: to export, to erase, and to prove that it was done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.partitioner import DefaultPartitioner

from rules import ERASED, alias_of, identities_of
from streams.broker import admin
from streams.feed import NoLogError
from streams.scanning import scan
from streams.settings import Settings
from streams.topics import partition_counts

TABLE: Final = "telltale-states-changelog"
LOG: Final = "touchpoints"
TRIGGERS: Final = "triggers."
_ERASED: Final = ERASED.encode()


class State(NamedTuple):
    """An identity's last value in the changelog, and where it stands."""

    partition: int
    offset: int
    value: bytes


@dataclass(slots=True)
class Topic:
    """What a topic holds of a customer. `newest`: when the last record of them was appended (epoch ms)."""

    name: str
    records: list[Any] = field(default_factory=list)

    @property
    def newest(self) -> int:
        return max((int(one.timestamp) for one in self.records), default=0)


class Customers:
    """Reads the topics of an installation by a started consumer of no group. Names of topics are without namespace.

    Everything raises KafkaError where the broker refuses.
    """

    def __init__(self, settings: Settings, consumer: AIOKafkaConsumer, counts: Mapping[str, int]) -> None:
        self._settings, self._consumer, self._counts = settings, consumer, counts

    @classmethod
    async def of(cls, settings: Settings, consumer: AIOKafkaConsumer) -> Customers:
        """Raises NoLogError where there are no topics."""
        async with admin(settings) as client:
            present = await client.list_topics()
        prefix = settings.name(TRIGGERS)
        fixed = [settings.name(name) for name in (TABLE, LOG, "decisions", "dead-letters")]
        names = [*fixed, *sorted(name for name in present if name.startswith(prefix))]
        counts = await partition_counts(settings, names)
        for needed in fixed[:2]:
            if needed not in counts:
                raise NoLogError(needed)
        known = {name: counts[name] for name in names if name in counts}
        cut = len(settings.name("x")) - 1
        return cls(settings, consumer, {name[cut:]: count for name, count in known.items()})

    @property
    def topics(self) -> list[str]:
        """The topics in which records of customers stand, the log first; not the table."""
        return [name for name in self._counts if name != TABLE]

    async def identities(self, asked: str) -> list[str]:
        """The one asked for, and all that the states join to it; those of an erasure that the log still has too.

        The one that isn't an alias comes first.
        """
        found = {asked}
        while True:
            states = await self.states(found)
            more = {name for state in states.values() for name in identities_of(state.value)}
            more |= await self._erased_with(found)
            if more <= found:
                break
            found |= more
        aliases = {name for name in found if name in states and _is_alias(states[name].value)}
        return sorted(found, key=lambda name: (name in aliases, name != asked, name))

    async def states(self, identities: Collection[str]) -> dict[str, State]:
        """The last values of these in the table; those of whom it has none are left out."""
        wanted, last = {name.encode(): name for name in identities}, dict[str, State | None]()
        async for record in self._all(TABLE):
            if record.key in wanted:
                kept = record.value is not None
                last[wanted[record.key]] = State(record.partition, record.offset, record.value) if kept else None
        return {name: state for name, state in last.items() if state is not None}

    async def records(self, identities: Collection[str], topics: Iterable[str] | None = None) -> dict[str, Topic]:
        """All their records in these topics, or in all but the table, by topic; deletions aren't among them."""
        keys = {name.encode() for name in identities}
        found = {}
        for name in self.topics if topics is None else topics:
            found[name] = Topic(name)
            async for record in self._all(name):
                if record.key in keys and record.value is not None:
                    found[name].records.append(record)
        return found

    def home(self, identity: str, topics: Mapping[str, Topic], states: Mapping[str, State]) -> int:
        """The partition of the log that an identity's records go to."""
        if identity in states:
            return states[identity].partition
        for record in topics[LOG].records if LOG in topics else ():
            if record.key == identity.encode():
                return int(record.partition)
        numbers = list(range(self._counts[LOG]))
        place: int = DefaultPartitioner()(identity.encode(), numbers, numbers)
        return place

    async def _erased_with(self, identities: Collection[str]) -> set[str]:
        """Those that were erased together with one of these."""
        together: dict[str, set[str]] = {}
        async for record in self._all(LOG):
            if record.value is not None and record.key and _ERASED in record.value:
                said = _said(record.value)
                if said.get("type") == ERASED and isinstance(said.get("id"), str):
                    together.setdefault(said["id"], set()).add(record.key.decode("utf-8", "replace"))
        return {name for names in together.values() if names & set(identities) for name in names}

    async def _all(self, name: str) -> AsyncIterator[Any]:
        full = self._settings.name(name)
        async for batch in scan(self._consumer, [TopicPartition(full, one) for one in range(self._counts[name])]):
            for record in batch:
                yield record


def _said(value: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(value)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _is_alias(raw: bytes) -> bool:
    return alias_of(raw) is not None
