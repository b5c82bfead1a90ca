"""The libraries that a dumped log was evaluated by, so that its replay goes over from one to the next as it did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rules.evaluation import Decode
from rules.log_lines import LineReader, MixedLinesError
from rules.partition import Clock, Partition
from rules.plan import Plan
from rules.slice import LogRecord, Slice
from rules.switch import NO_LIBRARY, SWITCHED, Switch, switch_in
from rules.warming import Warming

_SETTLE: Final = 0  # of plain lines, which have no place in the log


class UnknownLibraryError(Exception):
    """The log switches to a library that isn't there."""

    def __init__(self, switch: Switch, partition: int) -> None:
        super().__init__(
            f"partition {partition}, offset {switch.offset}: found a switch to the library {switch.digest[:12]} "
            f"(sequence {switch.sequence}); expected it among the libraries; dump the topic `libraries` of that log's "
            "broker"
        )
        self.switch = switch


def switches_in(lines: Iterable[bytes]) -> dict[int, list[Switch]]:
    """The switches of a dumped log by partition, in order, without those to a library as old as the one before."""
    found: dict[int, list[Switch]] = {}
    named = (line for line in lines if SWITCHED.encode() in line)
    try:
        for record in LineReader(_SETTLE).records(named):
            switch = switch_in(record)
            known = found.setdefault(record.partition, [])
            if switch is not None and (not known or switch.sequence > known[-1].sequence):
                known.append(switch)
    except MixedLinesError:
        pass  # `replay` says it better: it reads all lines
    return found


@dataclass(frozen=True, slots=True)
class History:
    """Plans by the digest (hex) of their library, oldest first, and each partition's switches, by `switches_in`.

    ``before``: the plan until a partition's first switch, where that isn't the one of that switch: in an installation
    whose log was read before it had switches.

    Raises:
        UnknownLibraryError: for a switch to a library that isn't among the plans.
    """

    plans: Mapping[str, Plan]
    switches: Mapping[int, Sequence[Switch]]
    before: Plan | None = None

    def __post_init__(self) -> None:
        for partition, switches in sorted(self.switches.items()):
            for switch in switches:
                if switch.digest not in self.plans:
                    raise UnknownLibraryError(switch, partition)

    def first(self, partition: int) -> tuple[Plan, int]:
        """The plan that a partition begins with, and its sequence (-1: none from the log).

        One whose log has no switch has been read by nobody: it begins with the newest.
        """
        if self.before is not None:
            return self.before, NO_LIBRARY
        switches = self.switches.get(partition)
        if switches:
            return self.plans[switches[0].digest], switches[0].sequence
        return list(self.plans.values())[-1], NO_LIBRARY


class Warmings:
    """The libraries of a partition that are warmed before their switches, each beside the ones before it."""

    def __init__(self, history: History, number: int, log: str, clock: Clock, decode: Decode) -> None:
        self._history = history
        self._warmings: dict[int, Warming] = {}
        old, begun = history.first(number)
        for switch in history.switches.get(number, ()):
            if switch.sequence <= begun:
                continue
            new = history.plans[switch.digest]
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
        partition.prepare(switch.sequence, self._history.plans[switch.digest], warmed)
