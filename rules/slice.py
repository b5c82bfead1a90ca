"""What comes of evaluating a slice of the log: what is to be sent, what is to be kept, what is to be counted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, Protocol

from rules.context import Context
from rules.switch import Switch


class LogRecord(Protocol):
    """A record of the log, as Kafka clients give it. ``timestamp``: its append time (ms)."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


class Outgoing(NamedTuple):
    """A record to send. ``channel`` is empty for a decision."""

    channel: str
    key: bytes
    value: bytes


class Forward(NamedTuple):
    """A record for the log, keyed by the customer it goes to. ``offset``: of the record that made it."""

    key: bytes
    value: bytes
    offset: int


class DeadLetter(NamedTuple):
    """A record that can't be read or evaluated. ``reason`` is one of a small fixed set, ``place`` a JSON path."""

    offset: int
    reason: str
    place: str
    detail: str
    key: bytes | None
    value: bytes | None


class Decided(NamedTuple):
    """What metrics and explanations need of a decision; times in ms, ``append_time`` that of the record that caused it.

    ``by_touchpoint``: whether a touchpoint made it fire, so that its latency counts from the touchpoint's own time.
    ``touchpoints``: the ids of those that made it fire. ``first``: whether it is the first about its firing: one that
    was deferred is decided again as it goes, one that is taken back once more.
    """

    signal: str
    channel: str | None
    outcome: str
    reason: str | None
    event_time: int
    append_time: int
    late: bool
    by_touchpoint: bool
    per: str | None = None
    touchpoints: tuple[str, ...] = ()
    first: bool = True


@dataclass(slots=True)
class Stats:
    """Counts of one slice. ``touchpoints``: by type. ``outcomes``: how many were not applied in order: ``late``,
    ``too late``, ``duplicate``. ``set_back``: touchpoints later than their append time, by ``largest_skew`` ms at most.

    ``timers``: moments at which ticks found timers due, the longest of them ``timer_lateness`` ms before the append.
    ``forgotten``: customers of whom nothing is kept any more. ``too_large``: values of profiles and of the context that
    are too large to be kept.
    ``repeated``: forwards that had come before. ``united``: identities whose state became part of another's;
    ``split``: those that stand by themselves again. ``erased``: customers of whom all was removed; ``refused``:
    their records from before that; ``deletions``: records with a key and no value.
    """

    touchpoints: dict[str, int] = field(default_factory=partial(defaultdict, int))
    outcomes: dict[str, int] = field(default_factory=partial(defaultdict, int))
    set_back: int = 0
    largest_skew: int = 0
    evicted: int = 0
    forgotten: int = 0
    too_large: int = 0
    timers: int = 0
    timer_lateness: int = 0
    repeated: int = 0
    united: int = 0
    split: int = 0
    erased: int = 0
    refused: int = 0
    deletions: int = 0

    @property
    def duplicates(self) -> int:
        return self.outcomes.get("duplicate", 0)

    @property
    def late(self) -> int:
        return self.outcomes.get("late", 0)

    @property
    def too_late(self) -> int:
        return self.outcomes.get("too late", 0)


@dataclass(slots=True)
class Slice:
    """What one call of `Partition.evaluate` gives. See there.

    ``changes``: keys with their new values; None where nothing is kept any more.
    ``awaiting``: the switch that the slice ends before, as its library isn't at hand. ``switched``: the sequence of the
    library that its last record switched to. ``swept``: how many customers it took over to that library.
    ``context``: the new one, where it changes that of the partition.
    ``forwards``: records for the log, in the order in which they must stand there; they go out before the changes.
    ``unfinished``: the offset of a record that the slice ended within, and how many forwards it has made so far.
    """

    consumed: int = 0
    triggers: list[Outgoing] = field(default_factory=list)
    decisions: list[Outgoing] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    changes: list[tuple[bytes, bytes | None]] = field(default_factory=list)
    stats: Stats = field(default_factory=Stats)
    firings: list[Decided] = field(default_factory=list)
    offset: int = -1
    time: int = 0
    awaiting: Switch | None = None
    switched: int | None = None
    swept: int = 0
    context: Context | None = None
    forwards: list[Forward] = field(default_factory=list)
    unfinished: tuple[int, int] = (-1, 0)
