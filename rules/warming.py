"""A new library beside the live one: what its new and changed parts would be, had it read the log for a while.

Firings before the switch are recorded as held; they make no triggers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import dropwhile
from typing import Any, Final

import orjson

from rules.evaluation import Decode
from rules.partition import Clock, Partition
from rules.plan import Plan
from rules.slice import Decided, LogRecord, Outgoing, Slice
from rules.switch import Switch
from rules.wire import ASIDE

HELD: Final = "held"
WARMING: Final = "warming"
DETAIL: Final = "before the library was switched to"


class Warming:
    """One partition read by the new library alone, up to the switch to it.

    Args:
        old: the plan that the partition goes over from.
        new: the plan that it goes over to.
        sequence: of the new one's library.
        warm_from: the append time (ms) of the first record that counts; what comes behind it counts whatever its time.
        number, log, clock, decode: as `Partition` takes them.
    """

    def __init__(
        self,
        old: Plan,
        new: Plan,
        *,
        sequence: int,
        warm_from: int,
        number: int,
        log: str,
        clock: Clock = "wall",
        decode: Decode | None = None,
    ) -> None:
        self._names = frozenset(signal.name for signal in new.signals if signal.key not in old.keys)
        self._from: int | None = warm_from
        self._states: dict[bytes, bytes] = {}
        # Older switches mean nothing to the new library alone; its own one is awaited, and ends it.
        self._partition = Partition(
            new, self._states, number=number, log=log, clock=clock, decode=decode, library=sequence - 1
        )
        self.reached: Switch | None = None

    @property
    def offset(self) -> int:
        """The last record that it has read and that counted; -1 before the first."""
        return self._partition.offset

    @property
    def done(self) -> bool:
        """Whether the switch has been read (that of its library, or of a newer one: then it isn't needed any more)."""
        return self.reached is not None

    def states(self) -> dict[bytes, bytes]:
        """The customers' encoded states by key."""
        return {key: raw for key, raw in self._states.items() if key not in ASIDE}

    def read(self, records: Sequence[LogRecord]) -> Slice:
        """Reads on; gives the decisions about new and changed signals, and their firings, nothing else."""
        held = Slice()
        left = self._counting(records)
        while left and not self.done:
            done = self._partition.evaluate(left)
            self._partition.commit(done)
            self._hold(done, held)
            self.reached = done.awaiting
            left = left[done.consumed :]
        return held

    def _counting(self, records: Sequence[LogRecord]) -> Sequence[LogRecord]:
        """The records that count: all from the first one that isn't too old. A switch is noticed all the same."""
        since = self._from
        if since is None:
            return records
        counting = list(dropwhile(lambda record: bool(record.key) and record.timestamp < since, records))
        return self._skipping(counting, since)

    def _skipping(self, records: Sequence[LogRecord], since: int) -> Sequence[LogRecord]:
        for at, record in enumerate(records):
            if record.timestamp >= since:
                self._from = None
                return records[at:]
            if not record.key:
                self.reached = self._partition.evaluate([record]).awaiting
                if self.done:
                    break
        return []

    def _hold(self, done: Slice, held: Slice) -> None:
        for decision, firing in zip(done.decisions, done.firings, strict=True):
            if firing.signal in self._names and firing.first:
                held.decisions.append(decision if _is_none(firing) else _held(decision))
                held.firings.append(firing if _is_none(firing) else firing._replace(outcome=HELD, reason=WARMING))


def _is_none(firing: Decided) -> bool:
    """A moment that `if` refuses isn't a firing: it is no different before the switch."""
    return firing.reason == "if"


def _held(decision: Outgoing) -> Outgoing:
    said: dict[str, Any] = orjson.loads(decision.value)
    said |= {"outcome": HELD, "reason": WARMING, "detail": DETAIL}
    return decision._replace(value=orjson.dumps(said))
