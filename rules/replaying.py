"""Touchpoints from lines of JSON through a library: what the live run gave, or would have given.

A line of a dumped log has ``_log``: its partition, offset and append time there, so that the replay of a dump is the
live run byte for byte. Lines without it are a plain file: one partition, the log's own time, and before each line a
tick at the largest time so far less ``settle``.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

import msgspec
import orjson

from rules.partition import Clock, Partition
from rules.plan import Plan
from rules.slice import Slice
from rules.touchpoint import BadRecord, decode_touchpoint, to_millis

Until = Callable[[int], int]
"""From the last touchpoint's time to that at which the replay ends, both in epoch milliseconds."""

BATCH: Final = 1_000
SETTLE: Final = 500
IDENTITY: Final = "replay"
CONTROLS: Final = frozenset({"clock.tick", "library.switched"})


class _Place(msgspec.Struct, gc=False):
    """``_log``. ``key`` and ``value``, in base64, are there where they don't follow from the line itself."""

    partition: int
    offset: int
    time: int
    key: str | msgspec.UnsetType | None = msgspec.UNSET
    value: str | msgspec.UnsetType | None = msgspec.UNSET


class _Head(msgspec.Struct, gc=False):
    """As much of a line as says where it belongs."""

    type: str | None = None
    customer: str | None = None
    log: _Place | None = msgspec.field(name="_log", default=None)


_decode_head = msgspec.json.Decoder(_Head).decode


class MixedLinesError(Exception):
    """A plain line behind dumped ones or the other way round; ``line`` counts from 1."""

    def __init__(self, line: int, found: str, expected: str) -> None:
        super().__init__(f"found {found}; expected {expected}, as the lines before it; replay the two one by one")
        self.line = line


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the log as `Partition` takes it. ``line`` is where it was read, None for a tick put in."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    partition: int = 0
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What one slice of a partition's records gave. ``lines``: offset to line, from 1, of the records in it."""

    partition: int
    slice: Slice
    lines: Mapping[int, int]


def replay(
    plan: Plan, lines: Iterable[bytes], clock: Clock = "wall", until: Until | None = None, settle: int = SETTLE
) -> Iterator[Replayed]:
    """Runs lines through a plan; what comes out of each slice, in order within each partition.

    ``clock`` is that of the run that the log was dumped from; a plain file always has the log's own time. Without
    ``until`` a plain file ends at its last touchpoint's time, timers due by then included, a dump with its last record.

    Raises:
        MixedLinesError: when plain and dumped lines are mixed.
    """
    reader = _Reader(settle)
    records = reader.records(lines)
    first = next(records, None)
    runs = _Runs(plan, "log" if reader.plain else clock)
    rest = iter(()) if first is None else _with_first(first, records)
    while batch := list(islice(rest, BATCH)):
        yield from runs.evaluate(batch)
    yield from runs.evaluate(reader.ending(until))


def _with_first(first: Record, rest: Iterator[Record]) -> Iterator[Record]:
    yield first
    yield from rest


class _Runs:
    """The partitions that a replay goes through."""

    def __init__(self, plan: Plan, clock: Clock) -> None:
        self._plan, self._clock = plan, clock
        self._partitions: dict[int, Partition] = {}

    def evaluate(self, batch: Iterable[Record]) -> Iterator[Replayed]:
        groups: dict[int, list[Record]] = {}
        for record in batch:
            groups.setdefault(record.partition, []).append(record)
        for number, records in groups.items():
            yield from self._run(self._partition(number), records)

    def _partition(self, number: int) -> Partition:
        if number not in self._partitions:
            self._partitions[number] = Partition(self._plan, {}, number=number, log=IDENTITY, clock=self._clock)
        return self._partitions[number]

    def _run(self, partition: Partition, records: list[Record]) -> Iterator[Replayed]:
        lines = {record.offset: record.line for record in records if record.line is not None}
        while records:
            slice_ = partition.evaluate(records)
            yield Replayed(partition.number, slice_, lines)
            partition.commit(slice_)
            records = records[slice_.consumed :]


class _Reader:
    """Makes records of lines. ``plain`` is known from the first one on."""

    def __init__(self, settle: int) -> None:
        self._settle = settle
        self.plain = True
        self._latest = 0
        self._ends: dict[int, int] = {}

    def records(self, lines: Iterable[bytes]) -> Iterator[Record]:
        known = False
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            head = _head(line)
            plain = head is None or head.log is None
            if known and plain != self.plain:
                raise MixedLinesError(number, *(_KINDS if plain else reversed(_KINDS)))
            known, self.plain = True, plain
            yield from (
                self._plain(line, number, head)
                if head is None or head.log is None
                else (self._dumped(line, number, head.log, head),)
            )

    def _plain(self, line: bytes, number: int, head: _Head | None) -> Iterator[Record]:
        yield self._tick(0, self._latest - self._settle)
        key = _key(head)
        if key is not None:
            self._latest = max(self._latest, _time(line))
        yield Record(self._next(0), self._latest, key, line, 0, number)

    def _dumped(self, line: bytes, number: int, place: _Place, head: _Head) -> Record:
        self._ends[place.partition] = place.offset
        key = _key(head) if place.key is msgspec.UNSET else _unpacked(place.key)
        if key is not None:
            self._latest = max(self._latest, _time(line))
        value = line if place.value is msgspec.UNSET else _unpacked(place.value)
        return Record(place.offset, place.time, key, value, place.partition, number)

    def ending(self, until: Until | None) -> list[Record]:
        """The ticks that let time run on to the end."""
        if not self._ends or (until is None and not self.plain):
            return []
        end = self._latest if until is None else until(self._latest)
        return [self._tick(partition, end) for partition in sorted(self._ends)]

    def _tick(self, partition: int, time: int) -> Record:
        value = orjson.dumps({"type": "clock.tick", "time": max(time, 0)})
        return Record(self._next(partition), max(time, 0), None, value, partition)

    def _next(self, partition: int) -> int:
        self._ends[partition] = self._ends.get(partition, -1) + 1
        return self._ends[partition]


_KINDS: Final = ("a plain line", "a line of a dumped log")


def _head(line: bytes) -> _Head | None:
    try:
        return _decode_head(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return None


def _time(line: bytes) -> int:
    """A touchpoint's time; 0 for what is none: a line that can't be used doesn't make time pass."""
    try:
        return to_millis(decode_touchpoint(line).time)
    except BadRecord:
        return 0


def _key(head: _Head | None) -> bytes | None:
    """The key that a line of this head has in the log. What can't be read gets one: its reason is its own."""
    if head is None:
        return b"?"
    return None if head.type in CONTROLS and head.customer is None else (head.customer or "?").encode()


def _unpacked(text: str | msgspec.UnsetType | None) -> bytes | None:
    return b64decode(text) if isinstance(text, str) else None
