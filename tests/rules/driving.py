"""Drives the engine over a log given as plain structures, in batches, with restarts from its encoded states."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from rules import Clock, Outgoing, Partition, Plan, compile_plan, load_library
from tests.oracle.written import write_library

EPOCH = datetime.fromtimestamp(0, UTC)


class Record(NamedTuple):
    """A record of the log as a Kafka client gives it."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


@dataclass
class Output:
    """All that came out, and the states at the end."""

    decisions: list[Outgoing] = field(default_factory=list)
    triggers: list[Outgoing] = field(default_factory=list)
    states: dict[bytes, bytes] = field(default_factory=dict)


def plan_of(library: dict[str, Any]) -> Plan:
    with tempfile.TemporaryDirectory() as directory:
        return compile_plan(load_library(write_library(library, Path(directory))))


def records_of(log: list[dict[str, Any]]) -> list[Record]:
    return [record_of(offset, record) for offset, record in enumerate(log)]


def record_of(offset: int, record: dict[str, Any]) -> Record:
    body = {name: value for name, value in record.items() if name != "_append"}
    key = None if record["type"] in {"clock.tick", "context.updated"} else record["customer"].encode()
    return Record(offset, record["_append"], key, json.dumps(body).encode())


def drive(
    plan: Plan,
    log: list[dict[str, Any]],
    *,
    clock: Clock = "wall",
    cuts: Iterable[int] = (),
    restarts: Iterable[int] = (),
) -> Output:
    """Evaluates a log. A batch ends at each of `cuts`; before each of `restarts` only the states are carried on."""
    records, output, again = records_of(log), Output(), set(restarts)
    ends = sorted({cut for cut in (*cuts, *again) if 0 < cut < len(records)} | {len(records)})
    partition = Partition(plan, output.states, number=0, log="log", clock=clock)
    start = 0
    for end in ends:
        if start in again:
            output.states = dict(output.states)
            partition = Partition(plan, output.states, number=0, log="log", clock=clock)
        consume(partition, records[start:end], output)
        start = end
    return output


def consume(partition: Partition, batch: list[Record], output: Output) -> None:
    """One batch, in as many slices as it takes."""
    while batch:
        done = partition.evaluate(batch)
        assert not done.dead_letters, done.dead_letters
        assert done.consumed > 0
        partition.commit(done)
        output.decisions += done.decisions
        output.triggers += done.triggers
        batch = batch[done.consumed :]


def decoded(output: Output, *, born_again: bool = False) -> list[dict[str, Any]]:
    """The decisions in the oracle's words; what only triggers say (touchpoints, carry) only where one was sent.

    Each that is sent has its trigger, and each that is taken back after that a cancel event. ``born_again``: whether
    customers may be forgotten so soon that what comes from before that makes the same fire at the same moment again.
    """
    sent, cancelled = dict[str, list[dict[str, Any]]](), {}
    for trigger in output.triggers:
        event = json.loads(trigger.value)
        if event["type"] == "telltale.trigger.cancelled":
            assert event["id"] == f"{event['data']['trigger']}:cancel"
            cancelled[event["data"]["trigger"]] = event["data"]
            continue
        assert born_again or event["id"] not in sent
        assert event["time"] == rfc3339(event["id"])
        said = {"channel": trigger.channel, **{name: event["data"][name] for name in ("touchpoints", "carry")}}
        sent.setdefault(event["id"], []).append(said)
    decisions = [json.loads(decision.value) for decision in output.decisions]
    assert {one["id"] for one in decisions if one["outcome"] == "sent"} == sent.keys()
    taken_back = {one["id"]: one["reason"] for one in decisions if one["outcome"] == "cancelled"}
    assert cancelled.keys() == taken_back.keys() & sent.keys()
    assert all(taken_back[trigger] == data["reason"] for trigger, data in cancelled.items())
    return [in_words(one, sent) for one in decisions]


def in_words(decision: dict[str, Any], sent: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    names = ("id", "signal", "customer", "per", "outcome", "reason", "channel", "late")
    said = {name: decision[name] for name in names} | {"time": milliseconds(decision["time"])}
    at = {"at": milliseconds(decision["at"])} if "at" in decision else {}
    return {**said, **at, **(sent[decision["id"]].pop(0) if decision["outcome"] == "sent" else {})}


def milliseconds(time: str) -> int:
    return (datetime.fromisoformat(time) - EPOCH) // timedelta(milliseconds=1)


def rfc3339(identity: str) -> str:
    """The moment that an id ends with."""
    moment = EPOCH + timedelta(milliseconds=int(identity.rpartition(":")[2]))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_engine_says(decisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The oracle's decisions, without what the engine says in triggers alone where none was sent."""
    return [
        {
            name: value
            for name, value in decision.items()
            if decision["outcome"] == "sent" or name not in {"touchpoints", "carry"}
        }
        for decision in decisions
    ]
