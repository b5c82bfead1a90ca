"""One of the two libraries of a comparison, and what it can say of a moment within the latest records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from msgspec.structs import replace

from rules.comparing.difference import Made
from rules.compile import compile_plan
from rules.context import CONTEXT_KEY
from rules.context import UPDATED as CONTEXT
from rules.declaration import Library
from rules.explaining import Explained, Explainer, Life, Sighting
from rules.explaining.explained import At
from rules.identity import trigger_id
from rules.log_lines import Record, tick
from rules.partition import Clock
from rules.policy import TOO_MANY
from rules.replaying import WHOLE, Replayed, Run, Share
from rules.state import decode_state


class Side:
    """Evaluates records by one library. ``touchpoints`` and ``unread`` are of the latest."""

    def __init__(self, library: Library, clock: Clock, share: Share = WHOLE) -> None:
        self.plan, self._clock = compile_plan(library), clock
        self._run = Run(self.plan, clock, share)
        self._explainer = Explainer(self.plan)
        self._signals = frozenset(signal.name for signal in library.signals)
        self._records: Sequence[Record] = ()
        self._states: dict[bytes, bytes | None] = {}
        self.touchpoints = self.unread = 0

    def made(self, records: Sequence[Record]) -> dict[str, Made]:
        """Evaluates records of one partition; their firings by the ids of their decisions."""
        self._records, self._states = records, {}
        self.touchpoints = self.unread = 0
        made: dict[str, Made] = {}
        for replayed in self._run.evaluate(self._records):
            self._remember(replayed)
            self.touchpoints += sum(replayed.slice.stats.touchpoints.values())
            self.unread += len(replayed.slice.dead_letters)
            made.update(_made(replayed))
        return made

    def _remember(self, replayed: Replayed) -> None:
        """The states as they were before the records; the slice isn't committed yet."""
        states = self._run.partitions[replayed.partition].states
        for key, _ in replayed.slice.changes:
            if key not in self._states:
                self._states[key] = states.get(key)

    def explain(self, signal: str, customer: str, at: int) -> Explained | None:
        """How a signal stood at a moment (ms) within the latest records; None where the library has no such signal."""
        if signal not in self._signals:
            return None
        key, number = customer.encode(), self._records[0].partition
        own = [record for record in self._records if record.key == key or _is_context(record)]
        run, raw = Run(self.plan, self._clock), self._state_before(number, key)
        before = {key: raw, CONTEXT_KEY: self._state_before(number, CONTEXT_KEY)}
        partition = run.start(number, {name: kept for name, kept in before.items() if kept is not None})
        for record in takewhile(lambda record: _time(record) <= at, own):
            _evaluate(run, replace(record, tick=None if record.tick is None else min(record.tick, at)))
        _evaluate(run, tick(number, partition.offset + 1, at))
        kept = partition.states.get(key)
        state = None if kept is None else decode_state(kept)
        return self._explainer.explain(Life(customer, at, state, known=_known(own)), signals=[signal])

    def _state_before(self, number: int, key: bytes) -> bytes | None:
        """A customer's state before the latest records; where they didn't change it, it is the one now."""
        return self._states[key] if key in self._states else self._run.partitions[number].states.get(key)


def _evaluate(run: Run, record: Record) -> None:
    for _ in run.evaluate([record]):
        pass


def _is_context(record: Record) -> bool:
    return record.key is None and CONTEXT.encode() in (record.value or b"")


def _time(record: Record) -> int:
    """A touchpoint's own time (ms), never past its append time."""
    return record.timestamp if record.touchpoint is None else min(record.touchpoint.time, record.timestamp)


def _made(replayed: Replayed) -> Iterator[tuple[str, Made]]:
    done = replayed.slice
    for sent, one in zip(done.decisions, done.firings, strict=True):
        if one.reason == TOO_MANY:
            continue  # a link that isn't made is no firing
        customer, outcome = sent.key.decode(), one.outcome if one.reason is None else f"{one.outcome}: {one.reason}"
        made = Made(one.signal, customer, one.per, one.event_time, outcome, one.channel, one.touchpoints)
        yield trigger_id(one.signal, customer, one.per, one.event_time), made


def _known(records: Sequence[Record]) -> dict[str, Sighting]:
    touchpoints = [record.touchpoint for record in records if record.touchpoint is not None]
    return {one.id: Sighting(one.id, one.type, At(one.time)) for one in touchpoints}
