"""The libraries that a dumped log was evaluated by, so that its replay goes over from one to the next as it did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.evaluation import Decode
from rules.log_lines import LineReader
from rules.partition import Clock, Partition
from rules.plan import Plan
from rules.slice import LogRecord, Slice
from rules.switch import NO_LIBRARY, SWITCHED, Switch, read_switch
from rules.touchpoint import BadRecord, decode_control
from rules.warming import Warming

_SETTLE = 0  # of plain lines, which have no place in the log and so no switches


class UnknownLibraryError(Exception):
    """The log switches to a library that isn't there."""

    def __init__(self, switch: Switch, partition: int) -> None:
        super().__init__(
            f"partition {partition}, offset {switch.offset}: found a switch to library {switch.sequence} "
            f"({switch.digest[:12]}); expected it among the libraries; dump the topic `libraries` of the same broker"
        )
        self.switch = switch


def switches_in(lines: Iterable[bytes]) -> dict[int, list[Switch]]:
    """The switches of a dumped log by partition, in order, without those to a library as old as the one before.

    Raises:
        MixedLinesError: when plain and dumped lines are mixed.
    """
    found: dict[int, list[Switch]] = {}
    named = (line for line in lines if SWITCHED.encode() in line)
    for record in LineReader(_SETTLE).records(named):
        if record.key or record.value is None:
            continue
        switch = _switch(record.value, record.offset)
        known = found.setdefault(record.partition, [])
        if switch is not None and (not known or switch.sequence > known[-1].sequence):
            known.append(switch)
    return found


def _switch(value: bytes, offset: int) -> Switch | None:
    try:
        control = decode_control(value)
        return read_switch(control, offset) if control.type == SWITCHED else None
    except BadRecord:
        return None


@dataclass(frozen=True, slots=True)
class History:
    """Plans by the sequence of their library, and the switches of each partition in order, as `switches_in` gives them.

    ``before``: the plan until a partition's first switch, where that isn't the one of that switch: in an installation
    whose log was read before it had switches.
    """

    plans: Mapping[int, Plan]
    switches: Mapping[int, Sequence[Switch]]
    before: Plan | None = None

    def first(self, partition: int) -> tuple[Plan, int]:
        """The plan that a partition begins with, and its sequence (-1: none from the log)."""
        if self.before is not None:
            return self.before, NO_LIBRARY
        switches = self.switches.get(partition)
        sequence = switches[0].sequence if switches else max(self.plans)
        return self.plans[sequence], sequence

    def check(self) -> None:
        """Raises UnknownLibraryError for the first switch to a library that isn't there."""
        for partition, switches in sorted(self.switches.items()):
            for switch in switches:
                plan = self.plans.get(switch.sequence)
                if plan is None or plan.library.digest != switch.digest:
                    raise UnknownLibraryError(switch, partition)


class Warmings:
    """The libraries of a partition that are warmed before their switches, each beside the ones before it."""

    def __init__(self, history: History, number: int, log: str, clock: Clock, decode: Decode) -> None:
        self._history = history
        self._warmings: dict[int, Warming] = {}
        old, begun = history.first(number)
        for switch in history.switches.get(number, ()):
            if switch.sequence <= begun:
                continue
            new = history.plans[switch.sequence]
            if switch.warm_from is not None:
                self._warmings[switch.sequence] = Warming(
                    old,
                    new,
                    sequence=switch.sequence,
                    warm_from=switch.warm_from,
                    number=number,
                    log=log,
                    clock=clock,
                    decode=decode,
                )
            old = new

    def read(self, records: Sequence[LogRecord]) -> Iterator[Slice]:
        """Lets each read on that hasn't reached its switch; what they decided."""
        for warming in self._warmings.values():
            if not warming.done:
                held = warming.read(records)
                if held.decisions:
                    yield held

    def answer(self, partition: Partition, switch: Switch) -> None:
        """Gives a partition what its switch needs."""
        warming = self._warmings.pop(switch.sequence, None)
        warmed = None if warming is None else warming.states()
        partition.prepare(switch.sequence, self._history.plans[switch.sequence], warmed)
