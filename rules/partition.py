"""One partition of the log, evaluated: records in, slices out. The live detector and replay both stand on this."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Literal, Protocol, cast

from rules.adopting import Holding, Warmed
from rules.context import CONTEXT_KEY, Context
from rules.dues import Dues
from rules.evaluation import Decode, Evaluation, Reading
from rules.plan import Plan
from rules.slice import LogRecord, Slice
from rules.switch import NO_LIBRARY
from rules.wire import ASIDE, MARKER_KEY, Marker, decode_marker

Clock = Literal["wall", "log"]


class States(Protocol):
    """The encoded states of one partition's customers by key; a dict of bytes is one."""

    def get(self, key: bytes, /) -> bytes | None: ...
    def items(self) -> Iterable[tuple[bytes, bytes]]: ...
    def update(self, changes: Iterable[tuple[bytes, bytes]], /) -> None: ...
    def pop(self, key: bytes, default: None, /) -> bytes | None: ...


class ForeignLog(Exception):
    """The states were made from another log than the one that is read."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(
            f"the states belong to the log {found!r}, not to {expected!r}; "
            "delete the states' topic and the data folder, or read the log they were made from"
        )


class Partition:
    """Evaluates one partition of the log over its customers' states.

    Args:
        plan: the compiled library.
        states: the encoded states, the partition record among them under the key ``\\0``, and the context beside it.
        number: of the partition.
        log: the identity of the log, so that states are never taken up under another one.
        clock: ``wall`` judges by append times; ``log`` takes a record's append time to be its own time.
        decode: reads a record's touchpoint in place of `decode_touchpoint`, where the records know it already.
        library: the sequence of the plan's library, where the partition record names none. Switches to this one or an
            older one are passed over.
        loops: whether a slice ends behind a record that made forwards: they are to be read next.

    Raises:
        ForeignLog: when the partition record is of another log.
    """

    def __init__(
        self,
        plan: Plan,
        states: States,
        *,
        number: int,
        log: str,
        clock: Clock = "wall",
        decode: Decode | None = None,
        library: int = NO_LIBRARY,
        loops: bool = False,
    ) -> None:
        raw = states.get(MARKER_KEY)
        marker = Marker(log) if raw is None else decode_marker(raw)
        if marker.log != log:
            raise ForeignLog(marker.log, log)
        self.states, self.number, self.log, self.clock = states, number, log, clock
        self.offset, self.time, self._unfinished = marker.offset, marker.time, marker.unfinished
        self._holding = Holding(plan, library if marker.library == NO_LIBRARY else marker.library)
        self._reading = Reading(number, clock == "log", decode, loops)
        self._context = Context.decoded(states.get(CONTEXT_KEY))
        self._dues = Dues((key, raw) for key, raw in states.items() if key not in ASIDE)

    @property
    def plan(self) -> Plan:
        """The plan of its library."""
        return self._holding.plan

    @property
    def library(self) -> int:
        """The sequence of its library; -1 where the log has named none."""
        return self._holding.sequence

    def prepare(self, sequence: int, plan: Plan, warmed: Warmed | None = None) -> None:
        """Has a library ready for the switch to its sequence; several may be.

        ``warmed``: the states that it alone has made of this partition, as `Warming` gives them, up to that switch. A
        switch that says from when to warm awaits them. They may be large: they are let go when it is done.
        """
        self._holding.prepare(sequence, plan, warmed)

    @property
    def next_due(self) -> int | None:
        """When the earliest timer may be due (ms); None without one."""
        return self._dues.next

    @property
    def customers_waiting(self) -> int:
        """How many customers have a timer."""
        return len(self._dues)

    def evaluate(self, records: Iterable[LogRecord]) -> Slice:
        """Evaluates records of the log as far as one slice goes; states change only by `commit`.

        ``consumed`` of the slice says how many records are wholly done: fewer than given where a tick fires very many
        timers, many customers go over to another library at once, or the changelog would grow too large; the rest is to
        be given again. Records at or below the partition record's offset are passed over. They may be gone through
        twice. No record makes it raise: what can't be read or evaluated is a dead letter.

        A slice ends with a switch of the library. Before one whose library isn't ready it ends with ``awaiting``, which
        is to be answered by `prepare`; it may be empty then.
        """
        quick = self._evaluation(careful=False)
        try:
            return quick.run(records)
        except Exception:  # noqa: BLE001  # found, and left out, by evaluating once more with a copy of the state before each record
            quick.undo()
            return self._evaluation(careful=True).run(records)

    def commit(self, done: Slice) -> None:
        """Takes a slice into the states, after all of it has been delivered."""
        if None in map(itemgetter(1), done.changes):
            self.states.update((key, value) for key, value in done.changes if value is not None)
            for key, value in done.changes:
                if value is None:
                    self.states.pop(key, None)
        else:
            self.states.update(cast("list[tuple[bytes, bytes]]", done.changes))
        self.offset, self.time, self._unfinished = done.offset, done.time, done.unfinished
        self._context = done.context or self._context
        self._holding.swept(done.swept)
        if done.switched is not None:
            self._holding.switched(done.switched)

    def _evaluation(self, careful: bool) -> Evaluation:
        holding = self._holding
        marker = Marker(self.log, self.offset, self.time, holding.sequence, holding.plan.digest, self._unfinished)
        return Evaluation(holding, self.states, self._dues, marker, self._context, self._reading, careful)
