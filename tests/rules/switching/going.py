"""Drives the engine over a log with switches of its library, in batches, with restarts from its encoded states."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules import CONTEXT_KEY, MARKER_KEY, Clock, Outgoing, Partition, Plan, Warming, encode_switch, library_of
from tests.oracle.strategies import Tree
from tests.rules.driving import Record, record_of

NUMBER = 0
LOG = "log"


@dataclass
class Gone:
    """All that came out, and the states at the end. ``held``: what warmed libraries decided, by sequence."""

    decisions: list[Outgoing] = field(default_factory=list)
    triggers: list[Outgoing] = field(default_factory=list)
    states: dict[bytes, bytes] = field(default_factory=dict)
    held: dict[int, list[Outgoing]] = field(default_factory=dict)
    slices: int = 0

    def customers(self) -> dict[bytes, bytes]:
        return {key: raw for key, raw in self.states.items() if key not in (MARKER_KEY, CONTEXT_KEY)}


def switched(sequence: int, plan: Plan, time: int, warm_from: int | None = None, append: int | None = None) -> Tree:
    """A switch as a record of a log of plain structures."""
    value = json.loads(encode_switch(sequence, plan.library.digest, time, warm_from))
    return {**value, "_append": time if append is None else append}


def records_of(log: Sequence[Tree]) -> list[Record]:
    return [_record_of(offset, record) for offset, record in enumerate(log)]


def _record_of(offset: int, record: Tree) -> Record:
    if record["type"] != "library.switched":
        return record_of(offset, record)
    body = {name: value for name, value in record.items() if name != "_append"}
    return Record(offset, record["_append"], None, json.dumps(body).encode())


class Going:
    """A run over a log: plans by sequence, the first being the one that the partition begins with."""

    def __init__(self, plans: Mapping[int, Plan], log: Sequence[Tree], clock: Clock = "wall", first: int = 0) -> None:
        self.plans, self.clock, self.first = plans, clock, first
        self.records = records_of(log)
        self.gone = Gone()
        self.partition = self._begin()

    def run(self, cuts: Iterable[int] = (), restarts: Iterable[int] = ()) -> Gone:
        """A batch ends at each of `cuts`; before each slice of `restarts` only the states are carried on."""
        ends = sorted({cut for cut in cuts if 0 < cut < len(self.records)} | {len(self.records)})
        again, start = set(restarts), 0
        for end in ends:
            self._batch(self.records[start:end], again)
            start = end
        return self.gone

    def _batch(self, batch: Sequence[Record], restarts: set[int]) -> None:
        while batch:
            if self.gone.slices in restarts:
                self.gone.states = dict(self.gone.states)
                self.partition = self._begin()
            self.gone.slices += 1
            done = self.partition.evaluate(batch)
            assert not done.dead_letters, done.dead_letters
            assert done.consumed or done.changes or done.awaiting or done.time >= self.partition.time
            self.partition.commit(done)
            self.gone.decisions += done.decisions
            self.gone.triggers += done.triggers
            batch = batch[done.consumed :]
            if done.awaiting is not None:
                warm = done.awaiting.warm_from
                warmed = None if warm is None else self._warmed(done.awaiting.sequence, warm)
                self.partition.prepare(done.awaiting.sequence, self.plans[done.awaiting.sequence], warmed)

    def _begin(self) -> Partition:
        states = self.gone.states
        known = library_of(states.get(MARKER_KEY))
        sequence = self.first if known < 0 else known
        return Partition(self.plans[sequence], states, number=NUMBER, log=LOG, clock=self.clock, library=sequence)

    def _warmed(self, sequence: int, warm_from: int) -> dict[bytes, bytes]:
        warming = Warming(
            self.partition.plan,
            self.plans[sequence],
            sequence=sequence,
            warm_from=warm_from,
            number=NUMBER,
            log=LOG,
            clock=self.clock,
        )
        self.gone.held[sequence] = warming.read(self.records).decisions
        assert warming.done
        return warming.states()


def go(
    plans: Sequence[Plan],
    log: Sequence[Tree],
    clock: Clock = "wall",
    cuts: Iterable[int] = (),
    restarts: Iterable[int] = (),
) -> Gone:
    """A run over a log, the sequences of the plans being their places."""
    return Going(dict(enumerate(plans)), log, clock).run(cuts, restarts)


def told(decisions: Iterable[Outgoing]) -> list[dict[str, Any]]:
    return [json.loads(one.value) for one in decisions]


def ids(decisions: Iterable[Outgoing]) -> list[str]:
    return [one["id"] for one in told(decisions)]
