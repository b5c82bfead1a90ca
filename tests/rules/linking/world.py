"""A log of several partitions whose workers crash: batches of any size, forwards that come once, twice or in part."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zlib import crc32

from rules import MARKER_KEY, Clock, Outgoing, Partition, Plan
from rules.state import State, decode_state


class Record(NamedTuple):
    """A record of the log as a Kafka client gives it."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


@dataclass
class Shard:
    """A partition: its records, and what its worker has committed."""

    records: list[Record] = field(default_factory=list)
    states: dict[bytes, bytes] = field(default_factory=dict)
    partition: Partition | None = None


@dataclass
class World:
    """Partitions of one log. `decisions`: by id, the same each time that one is sent. `latest`: the last append time.

    Times are ms.
    """

    plan: Plan
    shards: list[Shard]
    clock: Clock = "log"
    decisions: dict[str, dict[str, Any]] = field(default_factory=dict)
    dead: list[Any] = field(default_factory=list)
    repeated: int = 0
    forwarded: int = 0
    latest: int = 0

    @classmethod
    def of(cls, plan: Plan, partitions: int) -> World:
        return cls(plan, [Shard() for _ in range(partitions)])

    def publish(self, said: dict[str, Any]) -> None:
        """Appends a record, keyed by its customer; a tick to every partition."""
        value = json.dumps(said).encode()
        if said["type"] == "clock.tick":
            for number in range(len(self.shards)):
                self.append(number, None, value, said["time"])
        else:
            key = said["customer"].encode()
            self.append(self.place(key), key, value, said["time"])

    def append(self, number: int, key: bytes | None, value: bytes, time: int) -> None:
        self.latest = max(self.latest, time)
        records = self.shards[number].records
        records.append(Record(len(records), time, key, value))

    def place(self, key: bytes) -> int:
        return crc32(key) % len(self.shards)

    def started(self, number: int) -> Partition:
        shard = self.shards[number]
        if shard.partition is None:
            shard.partition = Partition(self.plan, shard.states, number=number, log="log", clock=self.clock)
        return shard.partition

    def unread(self, number: int) -> list[Record]:
        return self.shards[number].records[self.started(number).offset + 1 :]

    def turn(self, number: int, most: int, crash: str = "", sent: int = 0) -> None:
        """Lets a worker take up to `most` records of a partition: one slice of them.

        It crashes `before` its forwards, or `after` the first `sent` of them; else the slice is committed.
        """
        shard, partition = self.shards[number], self.started(number)
        done = partition.evaluate(self.unread(number)[:most])
        if crash == "before":
            shard.partition = None
            return
        for forward in done.forwards[: sent if crash else None]:
            self.append(self.place(forward.key), forward.key, forward.value, self.latest + 50)
        self.note(done.decisions)
        if crash:
            shard.partition = None
            return
        self.forwarded += len(done.forwards)
        self.repeated += done.stats.repeated
        self.dead += done.dead_letters
        partition.commit(done)

    def note(self, decisions: Iterable[Outgoing]) -> None:
        for one in decisions:
            said = json.loads(one.value)
            key = f"{said['id']} {said['outcome']}"
            assert self.decisions.setdefault(key, said) == said, "sent with two contents"

    def settle(self, draw: random.Random | None = None, crashes: float = 0.0) -> None:
        """Lets the workers take turns, in any order, until all is read."""
        for _ in range(100_000):
            waiting = [number for number in range(len(self.shards)) if self.unread(number)]
            if not waiting:
                return
            if draw is None:
                self.turn(waiting[0], 1)
                continue
            crash = draw.choice(["before", "after"]) if draw.random() < crashes else ""
            self.turn(draw.choice(waiting), draw.randint(1, 6), crash, draw.randint(0, 5))
        raise AssertionError("it goes on for ever")

    def without_repeats(self) -> World:
        """The same log without what was forwarded twice, read without a crash: its forwards are in it already."""
        other = World.of(self.plan, len(self.shards))
        other.clock = self.clock
        for number, shard in enumerate(self.shards):
            seen: set[tuple[bytes | None, str]] = set()
            for record in shard.records:
                place = record.key, json.loads(record.value or b"{}").get("from")
                if place[1] is None or place not in seen:
                    other.append(number, record.key, record.value or b"", record.timestamp)
                seen.add(place)
            partition = other.started(number)
            while unread := other.unread(number):
                done = partition.evaluate(unread)
                other.note(done.decisions)
                partition.commit(done)
        return other

    def states(self) -> dict[str, State]:
        """The states of all, by id."""
        return {
            key.decode(): decode_state(raw)
            for shard in self.shards
            for key, raw in shard.states.items()
            if key != MARKER_KEY
        }

    def customer(self, identity: str) -> str:
        """Whose alias an id is, at last."""
        states = self.states()
        while identity in states and (links := states[identity].links) is not None and links.alias is not None:
            identity = links.alias
        return identity
