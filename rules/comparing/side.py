"""One of the two libraries of a comparison, and what it can say of a moment within the latest records."""

from __future__ import annotations

from collections.abc import Sequence

from rules.comparing.changes import Made
from rules.explaining import Explained, Explainer, Sighting
from rules.explaining.explained import At
from rules.log_lines import Record, tick
from rules.partition import Clock
from rules.plan import Plan
from rules.replaying import Replayed, Run
from rules.state import decode_state


class Side:
    """Evaluates records by one plan. ``touchpoints`` and ``unread`` are of the latest."""

    def __init__(self, plan: Plan, clock: Clock) -> None:
        self.plan, self._clock = plan, clock
        self._run = Run(plan, clock)
        self._explainer = Explainer(plan)
        self._records: Sequence[Record] = ()
        self._states: dict[bytes, bytes | None] = {}
        self.touchpoints = self.unread = 0

    def evaluate(self, records: Sequence[Record]) -> dict[str, Made]:
        """The firings that records of one partition make, by the ids of their decisions."""
        self._records, self._states = records, {}
        self.touchpoints = self.unread = 0
        made: dict[str, Made] = {}
        for replayed in self._run.evaluate(records):
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
        if signal not in {one.name for one in self.plan.library.signals}:
            return None
        key, run = customer.encode(), Run(self.plan, self._clock)
        own = [record for record in self._records if record.key == key]
        number = self._records[0].partition
        partition = run.start(number, {} if (raw := self._states.get(key)) is None else {key: raw})
        for record in own:
            if record.touchpoint is None or record.touchpoint.time > at:
                break
            for _ in run.evaluate([record]):
                pass
        for _ in run.evaluate([tick(number, partition.offset + 1, at)]):
            pass
        kept = partition.states.get(key)
        state = None if kept is None else decode_state(kept)
        return self._explainer.explain(customer, state, at, signals=[signal], known=_known(own))


def _made(replayed: Replayed) -> dict[str, Made]:
    done = replayed.slice
    return {
        identity: Made(
            one.signal,
            sent.key.decode(),
            one.per,
            one.event_time,
            one.outcome if one.reason is None else f"{one.outcome}: {one.reason}",
            one.channel,
            one.touchpoints,
        )
        for sent, one in zip(done.decisions, done.firings, strict=True)
        if (identity := f"{one.signal}\0{one.per}\0{one.event_time}\0{sent.key.decode()}")
    }


def _known(records: Sequence[Record]) -> dict[str, Sighting]:
    touchpoints = [record.touchpoint for record in records if record.touchpoint is not None]
    return {one.id: Sighting(one.id, one.type, At(one.time)) for one in touchpoints}
