"""Runs a timeline as one partition of a log in which there is one customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson

from rules.context import CONTEXT_KEY, UPDATED, Context
from rules.declaration import Timeline
from rules.partition import Partition
from rules.plan import Plan
from rules.slice import Slice
from rules.state import State, encode_state
from rules.touchpoint import to_millis

CUSTOMER: Final = "customer"
REFUSED: Final = "if"
NO_CHANNEL: Final = "no channel"
NAMES_NONE: Final = "the signal names none"  # the detail of one that is a decision only
_NO_LIBRARY: Final = -1
_SPACE: Final = 1 << 32  # between the offsets of steps: there is what links forward


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one moment of a signal: ``time`` in epoch ms, ``channel`` where a trigger went to one, or waits.

    ``outcome``: ``sent``, ``deferred`` or ``held``: of one that was deferred, what it came to. ``goes``: when it went
    then, ``cancelled``: when it was taken back (epoch ms). ``detail``: what decided. ``carry``: what its trigger took
    along, as it is sent.
    """

    signal: str
    time: int
    channel: str | None
    per: str | None
    late: bool
    reason: str | None
    outcome: str = "sent"
    goes: int | None = None
    cancelled: int | None = None
    detail: str | None = None
    carry: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fired(self) -> bool:
        """Whether it is a firing: a moment that `if` refuses isn't one."""
        return self.reason != REFUSED


class Record(NamedTuple):
    """A record of the log of a timeline."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


class BadTimeline(Exception):
    """A timeline with a touchpoint that can't be read or evaluated; says why."""


def run_timeline(plan: Plan, timeline: Timeline) -> tuple[Found, ...]:
    """What all signals of a plan make of a timeline, by time and then in the order decided.

    Raises:
        BadTimeline: where a step is no touchpoint that a detector could take.
    """
    partition = Partition(plan, states_of(timeline), number=0, log="timeline", clock="log", loops=True)
    records, found = list(records_of(timeline)), dict[str, Found]()
    while records:
        done = partition.evaluate(records)
        _check(done)
        partition.commit(done)
        for decision in done.decisions:
            _note(found, orjson.loads(decision.value))
        for trigger in done.triggers:
            _note_carry(found, orjson.loads(trigger.value))
        records = [*_looped(done, records[0].timestamp), *records[done.consumed :]]
    return tuple(found.values())


def _looped(done: Slice, timestamp: int) -> Iterator[Record]:
    """What a link forwards, right behind it: a timeline is of one customer, but links name others."""
    for at, one in enumerate(done.forwards, 1):
        yield Record(done.offset + at, timestamp, one.key, one.value)


def states_of(timeline: Timeline) -> dict[bytes, bytes]:
    """Profile and context stand as if they had long been there: what is true by them then counts as true before.

    A state of no library is taken up as that of an older one is, at its clock, one millisecond before all steps.
    """
    before, states = min(step.time for step in timeline.steps) - 1, dict[bytes, bytes]()
    if timeline.profile:
        profile = {name: [value, before] for name, value in timeline.profile}
        states[CUSTOMER.encode()] = encode_state(State(library=_NO_LIBRARY, clock=before, profile=profile))
    if timeline.context:
        states[CONTEXT_KEY] = Context().updated(dict(timeline.context), before)[0].encoded()
    return states


def records_of(timeline: Timeline) -> Iterator[Record]:
    """A timeline as a log: its steps, and a tick at its end.

    Before the context changes there is a tick too, for all that is due by then.
    """
    key = CUSTOMER.encode()
    for at, step in enumerate(timeline.steps):
        offset, said = at * _SPACE + _SPACE // 2, {"type": step.type, "time": step.time, **dict(step.fields)}
        if step.type == UPDATED:
            yield _tick(at * _SPACE, step.time)
            yield Record(offset, step.time, None, orjson.dumps(said))
        else:
            said = {"id": f"step {at + 1}", "customer": CUSTOMER, **said}
            yield Record(offset, step.time, key, orjson.dumps(said))
    yield _tick(len(timeline.steps) * _SPACE, timeline.end)


def _tick(offset: int, time: int) -> Record:
    return Record(offset, time, None, orjson.dumps({"type": "clock.tick", "time": time}))


def _check(done: Slice) -> None:
    for letter in done.dead_letters:
        place = f" at {letter.place}" if letter.place else ""
        raise BadTimeline(f"touchpoint {letter.offset // _SPACE + 1}: {letter.reason}{place}: {letter.detail}")


def _note(found: dict[str, Found], said: Mapping[str, Any]) -> None:
    """Notes a decision; a later one about the same firing tells what became of it."""
    before, outcome = found.get(said["id"]), said["outcome"]
    channel = None if outcome == "held" else said["channel"]
    if before is None:
        moment = int(said["id"].rpartition(":")[2])
        of_firing = said["signal"], moment, channel, said["per"], said["late"], said["reason"], outcome
        found[said["id"]] = Found(*of_firing, detail=said["detail"])
        return
    at = to_millis(datetime.fromisoformat(said["at"]))
    if outcome == "cancelled":
        found[said["id"]] = replace(before, cancelled=at, detail=said["detail"])
        return
    goes = at if outcome == "sent" else None
    changes = {"channel": channel, "reason": said["reason"], "outcome": outcome, "goes": goes, "detail": said["detail"]}
    found[said["id"]] = replace(before, **changes)


def _note_carry(found: dict[str, Found], said: Mapping[str, Any]) -> None:
    """Notes what a trigger takes along; what takes one back has nothing."""
    carry = said["data"].get("carry")
    if carry:
        found[said["id"]] = replace(found[said["id"]], carry=carry)
