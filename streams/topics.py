"""The one catalogue of topics: which there are, what each must be like, and the check that they are.

What a topic must be like is in `config`; what differs is a finding with what to do about it. A finding is fatal where
the detector would be wrong with it, not only worse.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from streams.broker import admin
from streams.settings import Settings

DAY = 86_400_000
BATCH_BYTES = 2 * 1024 * 1024
"""What the changelog must take at once: a slice's changes (512 KB) with room for what one state may grow to."""

LIBRARY_BYTES = 8 * 1024 * 1024
"""The largest library, packed, in bytes."""

EXACT = frozenset({"cleanup.policy", "message.timestamp.type"})
AT_MOST = frozenset({"segment.bytes", "min.compaction.lag.ms", "retention.ms"})
FOR_EVER = -1
"""What a retention is where nothing is ever removed."""

LOG: Mapping[str, str] = {"cleanup.policy": "delete", "message.timestamp.type": "LogAppendTime"}
CHANGELOG: Mapping[str, str] = {
    "cleanup.policy": "compact",
    "segment.bytes": str(64 * 1024 * 1024),
    "min.compaction.lag.ms": "0",
    "delete.retention.ms": str(7 * DAY),
    "max.message.bytes": str(BATCH_BYTES),
}
LIBRARIES: Mapping[str, str] = {"cleanup.policy": "compact", "max.message.bytes": str(LIBRARY_BYTES)}
OUTPUT: Mapping[str, str] = {"cleanup.policy": "delete"}
FATAL = frozenset({"cleanup.policy", "message.timestamp.type", "max.message.bytes"})


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: full name, kind, partitions it gets when created, the configuration it must have."""

    name: str
    kind: str
    partitions: int
    config: Mapping[str, str]
    fatal: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a topic that isn't as expected; `fatal` when the detector can't start with it."""

    topic: str
    found: str
    expected: str
    instead: str
    fatal: bool

    def __str__(self) -> str:
        return f"topic {self.topic}: found {self.found}, expected {self.expected}; {self.instead}"


class Catalogue:
    """All topics of one installation, with the namespace in their names."""

    def __init__(self, settings: Settings, channels: Sequence[str]) -> None:
        self._settings = settings
        # Recorded traffic brings its own time: with clock=log nobody relies on the broker's.
        wall = settings.clock == "wall"
        # What persons did is kept so long and no longer; by the log's own time that would be over already.
        kept = {"retention.ms": str(settings.retention * DAY)} if wall else {}
        log = {**LOG, **kept} if wall else {"cleanup.policy": "delete"}
        output = {**OUTPUT, **kept}
        self.touchpoints = self._topic("touchpoints", "log", log, FATAL)
        self.states = self._topic("telltale-states-changelog", "changelog", CHANGELOG, FATAL)
        self.libraries = replace(self._topic("libraries", "libraries", LIBRARIES, FATAL), partitions=1)
        self.decisions = self._topic("decisions", "output", output)
        self.dead_letters = self._topic("dead-letters", "output", output)
        self.sources = tuple(self._topic(one.topic, "source", {}) for one in settings.sources)
        self._triggers = {channel: self._topic(f"triggers.{channel}", "output", output) for channel in channels}

    def triggers(self, channel: str) -> Topic:
        """The topic of a declared channel. Raises KeyError for another."""
        return self._triggers[channel]

    def channels(self) -> frozenset[str]:
        """The full names of the channels' topics."""
        return frozenset(topic.name for topic in self._triggers.values())

    def all(self) -> tuple[Topic, ...]:
        """Every topic, the log first."""
        outputs = (*self._triggers.values(), self.decisions, self.dead_letters)
        return (self.touchpoints, self.states, self.libraries, *self.sources, *outputs)

    def _topic(self, plain: str, kind: str, config: Mapping[str, str], fatal: frozenset[str] = frozenset()) -> Topic:
        return Topic(self._settings.name(plain), kind, self._settings.partitions, config, fatal)


async def check(settings: Settings, catalogue: Catalogue) -> list[Finding]:
    """What is not as the catalogue says, fatal findings first; nothing is changed.

    Raises KafkaError when the broker doesn't answer.
    """
    async with admin(settings) as client:
        return await _check(client, catalogue)


APPEARANCE = 15.0
"""Seconds within which a broker shows a topic that it has created."""


async def create(settings: Settings, catalogue: Catalogue) -> list[Finding]:
    """Creates the topics that are missing, then checks all.

    Topics that exist are left as they are. The changelog gets as many partitions as the log has. Raises KafkaError
    when the broker doesn't answer or refuses.
    """
    async with admin(settings) as client:
        present = await _partitions(client, catalogue.all())
        missing = [topic for topic in catalogue.all() if topic.name not in present]
        count = present.get(catalogue.touchpoints.name, settings.partitions)
        wanted = [replace(topic, partitions=count) if topic.kind == "changelog" else topic for topic in missing]
        await _create(client, wanted, settings.replication)
        await _appear(client, {topic.name for topic in wanted})
        return await _check(client, catalogue)


async def create_only(settings: Settings, topics: Sequence[Topic]) -> None:
    """Creates these topics, where they don't exist. Raises KafkaError when the broker doesn't answer or refuses."""
    async with admin(settings) as client:
        await _create(client, topics, settings.replication)
        await _appear(client, {topic.name for topic in topics})


async def partition_counts(settings: Settings, names: Iterable[str]) -> dict[str, int]:
    """How many partitions each of these topics has; those that don't exist are left out."""
    async with admin(settings) as client:
        return await _counts(client, list(names))


async def _create(client: AIOKafkaAdminClient, topics: Sequence[Topic], replication: int) -> None:
    if not topics:
        return
    # With three copies or more one may be away, and what is acknowledged is still on two machines.
    safe = {"min.insync.replicas": "2"} if replication >= 3 else {}
    answer = await client.create_topics(
        [NewTopic(one.name, one.partitions, replication, topic_configs={**safe, **one.config}) for one in topics]
    )
    for name, code, *rest in answer.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise for_code(code)(f"topic {name} could not be created: {rest[0] if rest else ''}")


async def _check(client: AIOKafkaAdminClient, catalogue: Catalogue) -> list[Finding]:
    topics = catalogue.all()
    present = await _partitions(client, topics)
    findings = [_absent(topic) for topic in topics if topic.name not in present]
    findings += _same_count(catalogue, present) + _one_partition(catalogue, present)
    configured = [topic for topic in topics if topic.config and topic.name in present]
    for name, found in (await _configs(client, configured)).items():
        topic = next(one for one in configured if one.name == name)
        findings += _differences(topic, found)
    return sorted(findings, key=lambda finding: not finding.fatal)


async def _partitions(client: AIOKafkaAdminClient, topics: Iterable[Topic]) -> dict[str, int]:
    return await _counts(client, [topic.name for topic in topics])


async def _appear(client: AIOKafkaAdminClient, names: set[str]) -> None:
    """Waits until the broker shows what it has created; what doesn't appear is found by the check that follows."""
    deadline = asyncio.get_running_loop().time() + APPEARANCE
    while names - (await _counts(client, sorted(names))).keys() and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


async def _counts(client: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    # Asking for a missing topic by name may create it where the broker creates topics on demand: ask for the list.
    known = set(await client.list_topics())
    wanted = [name for name in names if name in known]
    found = await client.describe_topics(wanted) if wanted else []
    return {one["topic"]: len(one["partitions"]) for one in found if not one["error_code"]}


async def _configs(client: AIOKafkaAdminClient, topics: Sequence[Topic]) -> dict[str, dict[str, str]]:
    if not topics:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics]
    answers = await client.describe_configs(asked)
    return dict(_config(resource) for answer in answers for resource in answer.resources)


def _config(resource: Sequence[Any]) -> tuple[str, dict[str, str]]:
    code, message, _kind, name, entries = resource
    if code:
        raise for_code(code)(f"the configuration of topic {name} could not be read: {message or KafkaError.__name__}")
    return name, {entry[0]: entry[1] for entry in entries}


def _absent(topic: Topic) -> Finding:
    instead = "run `telltale topics --create` with the same settings and library, or `telltale run --create-topics`"
    return Finding(topic.name, "no such topic", f"one of {topic.partitions} partitions", instead, fatal=True)


def _same_count(catalogue: Catalogue, present: Mapping[str, int]) -> list[Finding]:
    log, states = present.get(catalogue.touchpoints.name), present.get(catalogue.states.name)
    if log is None or states is None or log == states:
        return []
    instead = (
        "a log's number of partitions is fixed, as customers would move to others: give it back its partitions, or "
        "start anew with another --namespace"
    )
    expected = f"{log}, as many as {catalogue.touchpoints.name}"
    return [Finding(catalogue.states.name, f"{states} partitions", expected, instead, fatal=True)]


def _one_partition(catalogue: Catalogue, present: Mapping[str, int]) -> list[Finding]:
    name = catalogue.libraries.name
    count = present.get(name, 1)
    if count == 1:
        return []
    instead = "its offsets number the libraries: publish them to a topic of one partition, under another --namespace"
    return [Finding(name, f"{count} partitions", "1", instead, fatal=True)]


def _differences(topic: Topic, found: Mapping[str, str]) -> list[Finding]:
    return [
        _difference(topic, name, found[name])
        for name in topic.config
        # A broker that doesn't tell a setting (not every one that speaks Kafka's protocol does) can't be checked.
        if name in found and not _suits(name, found[name], topic.config[name])
    ]


def _suits(name: str, found: str, wanted: str) -> bool:
    if name in EXACT:
        return found == wanted
    if name in AT_MOST:
        return int(found) <= int(wanted) and int(found) != FOR_EVER
    return int(found) >= int(wanted)


def _difference(topic: Topic, name: str, found: str) -> Finding:
    wanted = topic.config[name]
    bound = "" if name in EXACT else "at most " if name in AT_MOST else "at least "
    instead = f"kafka-configs.sh --alter --entity-type topics --entity-name {topic.name} --add-config {name}={wanted}"
    return Finding(topic.name, f"{name}={found}", f"{bound}{wanted}", instead, fatal=name in topic.fatal)
