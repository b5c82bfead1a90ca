"""Touchpoints from lines of JSON through a library: what the live run gave, or would have given.

The replay of a dumped log is the live run byte for byte. A plain file has the log's own time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple
from zlib import crc32

from rules.history import History, UnknownLibraryError, Warmings, switches_in
from rules.log_lines import SPACE, LineReader, MixedLinesError, Record, Until, tick
from rules.partition import Clock, Partition
from rules.plan import Plan
from rules.slice import Forward, Slice
from rules.switch import ANY_LIBRARY
from rules.touchpoint import Touchpoint, decode_touchpoint

__all__ = [
    "BATCH",
    "SETTLE",
    "WHOLE",
    "Batches",
    "History",
    "LinkedError",
    "MixedLinesError",
    "Record",
    "Replayed",
    "Run",
    "Share",
    "UnknownLibraryError",
    "Until",
    "replay",
    "switches_in",
]

BATCH: Final = 1_000
SETTLE: Final = 500
IDENTITY: Final = "replay"


class LinkedError(Exception):
    """Customers of a plain file are joined, or make firings for one another: they can't be shared out."""


class Share(NamedTuple):
    """The ``part``-th, from 0, of ``of`` shares of all customers; each can be replayed by itself."""

    part: int = 0
    of: int = 1

    def has(self, key: bytes) -> bool:
        """Whether the customer of this key is in it."""
        return crc32(key) % self.of == self.part


WHOLE: Final = Share()


@dataclass(frozen=True, slots=True)
class Replayed:
    """What one slice of a partition's records gave. ``records``: the slice's are among them."""

    partition: int
    slice: Slice
    records: Sequence[Record]

    @property
    def lines(self) -> Mapping[int, int]:
        """Offset to line, from 1, of the records in it."""
        return {record.offset: record.line for record in self.records if record.line is not None}


def replay(
    plan: Plan | History,
    lines: Iterable[bytes],
    clock: Clock = "wall",
    until: Until | None = None,
    settle: int = SETTLE,
    share: Share = WHOLE,
) -> Iterator[Replayed]:
    """Runs lines through a plan; what comes out of each slice, in order within each partition.

    A plan is kept to all along, switches of the library in the lines being passed over; with a history they are
    followed, and what its warmed libraries decide before their switches is among the decisions.

    ``clock`` is that of the run that the log was dumped from; a plain file always has the log's own time. Without
    ``until`` a plain file ends at its last touchpoint's time, timers due by then included, a dump with its last record.
    Of the customers only those of ``share`` are evaluated; what all shares give together is what the whole gives.

    Raises:
        MixedLinesError: when plain and dumped lines are mixed.
        LinkedError: when a share makes something for a customer who may be in another.
    """
    batches = Batches(lines, clock, until, settle, share)
    run: Run | None = None
    for batch in batches:
        run = run or Run(plan, batches.clock, share)
        for records in batch:
            yield from run.evaluate(records)


class Batches:
    """Lines as batches of records, each by partition; the last lets time run on to the end, as `replay` says.

    ``clock`` is right from the first batch on.
    """

    def __init__(
        self,
        lines: Iterable[bytes],
        clock: Clock,
        until: Until | None,
        settle: int = SETTLE,
        share: Share = WHOLE,
    ) -> None:
        self._lines, self._clock, self._until, self._share = lines, clock, until, share
        self._reader = LineReader(settle)

    @property
    def clock(self) -> Clock:
        return "log" if self._reader.plain else self._clock

    def __iter__(self) -> Iterator[list[list[Record]]]:
        records = self._reader.records(self._lines)
        if self._share.of > 1:
            records = self._shared(records)
        while batch := list(islice(records, BATCH * self._share.of)):
            yield _by_partition(batch)
        if ending := self._reader.ending(self._until):
            yield _by_partition(ending)

    def _shared(self, records: Iterable[Record]) -> Iterator[Record]:
        """Without those of other shares; in a plain file time passes by them."""
        has = self._share.has
        for record in records:
            if record.key is None or has(record.key):
                yield record
            elif record.tick is not None:
                record.passed_over, record.value, record.touchpoint = True, None, None
                yield record


def _by_partition(batch: list[Record]) -> list[list[Record]]:
    groups: dict[int, list[Record]] = {}
    for record in batch:
        groups.setdefault(record.partition, []).append(record)
    return list(groups.values())


class Run:
    """The partitions that a replay goes through, by one plan or by a history of them."""

    def __init__(self, plan: Plan | History, clock: Clock, share: Share = WHOLE) -> None:
        self._plan, self._clock, self._share = plan, clock, share
        self.partitions: dict[int, Partition] = {}
        self._warmings: dict[int, Warmings] = {}
        self._loops = False
        self._waiting: deque[Forward] = deque()

    def evaluate(self, records: Sequence[Record]) -> Iterator[Replayed]:
        """Evaluates records of one partition, as many slices as it takes; none of them moves it before it is asked."""
        number = records[0].partition
        partition = self.partitions.get(number) or self.start(number, {}, loops=records[0].tick is not None)
        if number in self._warmings:
            yield from (Replayed(number, held, records) for held in self._warmings[number].read(records))
        left: Sequence[Record] = records
        while left:
            given = _Ticking(partition, left)
            slice_ = partition.evaluate(given)
            if self._share.of > 1:
                self._check_share(slice_)
            yield Replayed(partition.number, slice_, records)
            partition.commit(slice_)
            if slice_.awaiting is not None:
                self._warmings[number].answer(partition, slice_.awaiting)
            self._waiting += slice_.forwards if self._loops else ()
            if self._waiting:
                yield from self._looped(partition, left[max(given.done - 1, 0)])
            left = left[given.done :]

    def _check_share(self, slice_: Slice) -> None:
        """Raises LinkedError; and what every share finds wrong is told by the first alone."""
        if self._loops and slice_.forwards:
            raise LinkedError
        if self._share.part:
            slice_.dead_letters = [letter for letter in slice_.dead_letters if letter.key is not None]

    def _looped(self, partition: Partition, origin: Record) -> Iterator[Replayed]:
        """Evaluates what was forwarded by records that are wholly evaluated, as if it stood right behind them."""
        while self._waiting and self._waiting[0].offset <= partition.offset:
            one = self._waiting.popleft()
            offset = partition.offset + 1
            record = Record(offset, origin.timestamp, one.key, one.value, partition.number, origin.line)
            slice_ = partition.evaluate([record])
            yield Replayed(partition.number, slice_, [record])
            partition.commit(slice_)
            self._waiting += slice_.forwards

    def start(self, number: int, states: dict[bytes, bytes], loops: bool = False) -> Partition:
        """A partition whose customers begin with these states.

        ``loops``: whether what it forwards is to be evaluated, as in a plain file; a dumped log holds it already.
        """
        decode = _shared if self._clock == "log" else _own
        plan, library = self._plan, ANY_LIBRARY
        if isinstance(plan, History):
            self._warmings[number] = Warmings(plan, number, IDENTITY, self._clock, decode)
            plan, library = plan.first(number)
        partition = Partition(
            plan, states, number=number, log=IDENTITY, clock=self._clock, decode=decode, library=library, loops=loops
        )
        self._loops = self._loops or loops
        self.partitions[number] = partition
        return partition


class _Ticking:
    """Records, and before each its tick where a timer is due by then: one that wakes nobody needn't be read.

    It must be gone through while the partition evaluates it. ``done``: how many of the records are wholly evaluated
    once that has ended.
    """

    def __init__(self, partition: Partition, records: Sequence[Record]) -> None:
        self._partition, self._records = partition, records
        self.done = 0

    def __iter__(self) -> Iterator[Record]:
        partition, self.done = self._partition, 0
        for record in self._records:
            if record.tick is not None:
                due = partition.next_due
                if due is not None and due <= record.tick:
                    yield tick(record.partition, record.offset - SPACE // 2, record.tick)
            if not record.passed_over:
                yield record
            self.done += 1


def _shared(record: Record) -> Touchpoint:
    """The touchpoint as the line's reader made it; with the log's clock nothing changes it."""
    return record.touchpoint or decode_touchpoint(record.value or b"")


def _own(record: Record) -> Touchpoint:
    """A touchpoint whose time may be set back."""
    return copy(record.touchpoint) if record.touchpoint else decode_touchpoint(record.value or b"")
