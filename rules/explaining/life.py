"""One customer's life in a log: what fired, and how things stand at the end or at any moment before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import msgspec

from rules.context import CONTEXT_KEY
from rules.context import UPDATED as CONTEXT
from rules.explaining.explained import At, Fired, Sighting
from rules.explaining.sightings import Sightings
from rules.log_lines import LineReader, Record, tick
from rules.partition import Clock, Partition
from rules.plan import Plan
from rules.replaying import IDENTITY, SETTLE, Run
from rules.slice import Slice
from rules.state import State, alias_of, decode_state
from rules.touchpoint import BadRecord, Touchpoint, decode_control


class Glance(NamedTuple):
    """A customer at a touchpoint: its type, the customer's time then (ms), the encoded state before it and after it."""

    type: str
    now: int
    before: bytes | None
    after: bytes | None


Look = Callable[[Glance], None]


@dataclass(frozen=True, slots=True)
class Unused:
    """A record of the customer that can't be used; ``line`` counts from 1."""

    line: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Life:
    """``state``: as of ``now`` (ms), None for one who was never seen; ``fired`` in order; ``known``: touchpoints."""

    customer: str
    now: int
    state: State | None
    fired: tuple[Fired, ...] = ()
    known: Mapping[str, Sighting] = field(default_factory=dict)
    unused: tuple[Unused, ...] = ()


class _Decision(msgspec.Struct):
    id: str
    signal: str
    per: str | None
    outcome: str
    reason: str | None
    detail: str | None
    channel: str | None
    late: bool


_decode_decision: Final = msgspec.json.Decoder(_Decision).decode


def fired_of(
    decision: bytes, touchpoints: Mapping[str, Sequence[str]], sightings: Sightings, foreseen: bool = False
) -> Fired:
    """The firing of a decision as it is on the wire. ``touchpoints``: the ids of those that made it, by its own id.

    Raises:
        msgspec.MsgspecError, ValueError: when it is none.
    """
    one = _decode_decision(decision)
    return Fired(
        signal=one.signal,
        per=one.per,
        at=At(int(one.id.rpartition(":")[2])),
        late=one.late,
        touchpoints=tuple(map(sightings.of, touchpoints.get(one.id, ()))),
        outcome=one.outcome,
        reason=one.reason,
        detail=one.detail,
        channel=one.channel,
        foreseen=foreseen,
    )


def life_of(
    plan: Plan,
    customer: str,
    lines: Iterable[bytes],
    clock: Clock = "wall",
    at: int | None = None,
    look: Look | None = None,
    names: Iterable[str] = (),
) -> Life:
    """The life of a customer in lines as `replay` takes them, until ``at`` (ms), or to their end.

    With ``at`` the lines count that were there by then, and time runs on to it. ``look`` sees the customer at each of
    the customer's touchpoints. ``names``: other ids that may be the same customer's, as `names_of` gives them. An
    alias's life is that of the customer it has become.

    Raises:
        MixedLinesError: when plain and dumped lines are mixed.
    """
    return _Living(plan, customer, clock, at, look, names).through(lines)


def run_on(plan: Plan, life: Life, raw: bytes | None, now: int, context: bytes | None = None) -> Life:
    """A life from its state and the context as they are kept, time running on to ``now`` (ms): what fires by then is
    foreseen."""
    key = life.customer.encode()
    kept_so = {key: raw, CONTEXT_KEY: context}
    states = {name: value for name, value in kept_so.items() if value is not None}
    partition = Partition(plan, states, number=0, log=IDENTITY, clock="log")
    sightings, fired = Sightings(life.known), list(life.fired)
    for slice_ in slices(partition, [tick(0, 0, now)]):
        fired += _fired_in(slice_, sightings, foreseen=True)
    kept = partition.states.get(key)
    return replace(life, now=now, state=None if kept is None else decode_state(kept), fired=tuple(fired))


def slices(partition: Partition, records: Sequence[Record]) -> Iterator[Slice]:
    """Evaluates and commits records; what comes of them."""
    left = list(records)
    while left:
        slice_ = partition.evaluate(left)
        partition.commit(slice_)
        yield slice_
        left = left[slice_.consumed :]


def _fired_in(slice_: Slice, sightings: Sightings, foreseen: bool = False) -> Iterator[Fired]:
    for sent, decided in zip(slice_.decisions, slice_.firings, strict=True):
        identity = _decode_decision(sent.value).id
        yield fired_of(sent.value, {identity: decided.touchpoints}, sightings, foreseen)


class _Living:
    """Goes through the records of a log that concern one customer."""

    def __init__(
        self, plan: Plan, customer: str, clock: Clock, at: int | None, look: Look | None, names: Iterable[str]
    ) -> None:
        self._plan, self._clock, self._at = plan, clock, at
        self._look = look
        self._key = customer.encode()
        self._keys = frozenset({self._key, *(name.encode() for name in names)})
        self._reader = LineReader(SETTLE)
        self._numbers: set[int] = set()
        self._over = False
        self._run: Run | None = None
        self._known: dict[str, Sighting] = {}
        self._fired: list[Fired] = []
        self._unused: list[Unused] = []
        self._before: list[Record] = []

    def through(self, lines: Iterable[bytes]) -> Life:
        for record in self._reader.records(lines):
            if self._concerns(record) and not self._is_over(record):
                self._watched(record)
        return self._ended()

    def _concerns(self, record: Record) -> bool:
        number = record.partition
        if record.key in self._keys:
            if number not in self._numbers:
                self._numbers.add(number)
                self._surround(number)
            return True
        if number not in self._numbers and record.key is None and CONTEXT.encode() in (record.value or b""):
            self._before.append(record)
        return record.key is None and number in self._numbers

    def _surround(self, number: int) -> None:
        """What was so for everybody in a partition before the customer's first record there."""
        for record in self._before:
            if record.partition == number:
                self._live(record)

    def _is_over(self, record: Record) -> bool:
        """Whether the moment asked for has passed in the customer's partition; others may come earlier in a dump."""
        if self._at is not None and not self._over:
            wall = self._reader.plain or self._clock == "wall"
            self._over = (record.timestamp if wall else _time(record)) > self._at
        return self._over

    def _watched(self, record: Record) -> None:
        touchpoint, before = record.touchpoint, self._raw()
        self._live(record)
        after = self._raw()
        if self._look is not None and touchpoint is not None and after is not None:
            self._look(Glance(touchpoint.type, decode_state(after).clock, before, after))

    def _raw(self) -> bytes | None:
        """The customer's encoded state."""
        raw = self._state_of(self._key)
        while len(self._keys) > 1 and raw is not None and (customer := alias_of(raw)) is not None:
            self._key = customer.encode()
            raw = self._state_of(self._key)
        return raw

    def _state_of(self, key: bytes) -> bytes | None:
        partitions = () if self._run is None else self._run.partitions.values()
        return next((raw for partition in partitions if (raw := partition.states.get(key)) is not None), None)

    def _live(self, record: Record) -> None:
        touchpoint = record.touchpoint
        if touchpoint is not None and touchpoint.id not in self._known:
            self._known[touchpoint.id] = self._sighting(touchpoint, record)
        self._run = self._run or Run(self._plan, "log" if self._reader.plain else self._clock)
        for replayed in self._run.evaluate([record]):
            self._note(replayed.slice)
            lines = replayed.lines
            self._unused += [Unused(lines[one.offset], one.reason, one.detail) for one in replayed.slice.dead_letters]

    def _sighting(self, touchpoint: Touchpoint, record: Record) -> Sighting:
        """A time in the future was set back to the append time."""
        wall = self._clock == "wall" and not self._reader.plain
        time = min(touchpoint.time, record.timestamp) if wall else touchpoint.time
        return Sighting(touchpoint.id, touchpoint.type, At(time))

    def _note(self, slice_: Slice) -> None:
        fired = list(_fired_in(slice_, Sightings(self._known)))
        for sent, one in zip(slice_.decisions, fired, strict=True):
            identity = _decode_decision(sent.value).id
            self._known[identity] = Sighting(identity, "signal.fired", one.at)
        self._fired += fired

    def _ended(self) -> Life:
        state, now = None, self._reader.latest if self._at is None else self._at
        for partition in [] if self._run is None else list(self._run.partitions.values()):
            if self._at is not None or self._reader.plain:
                self._live(tick(partition.number, partition.offset + 1, now))
            now = max(now, partition.time) if self._at is None else now
        raw = self._raw()
        state = None if raw is None else decode_state(raw)
        return Life(self._key.decode(), now, state, tuple(self._fired), self._known, tuple(self._unused))


def _time(record: Record) -> int:
    """A record's own time (ms), that of a tick too; 0 where it has none."""
    if record.touchpoint is not None:
        return record.touchpoint.time
    try:
        return decode_control(record.value or b"").time or 0
    except BadRecord:
        return 0
