"""The engine without Kafka: a partition's records in batches through the core, slice by slice, as the detector does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from rules import LogRecord, Partition, Plan, Slice


class Engine:
    """One partition; its states are kept encoded in memory."""

    def __init__(self, plan: Plan, number: int) -> None:
        self.states: dict[bytes, bytes] = {}
        self.partition = Partition(plan, self.states, number=number, log="bench", clock="log")

    def evaluate(self, records: Sequence[LogRecord]) -> Iterator[Slice]:
        """The slices that come of a batch, each taken into the states."""
        while records:
            done = self.partition.evaluate(records)
            self.partition.commit(done)
            yield done
            records = records[done.consumed :]

    def evaluate_all(self, records: Sequence[LogRecord], size: int) -> int:
        """Evaluates records, so many at once, none of which may be a dead letter; the number of firings."""
        firings = 0
        for start in count(0, size):
            batch = records[start : start + size]
            if not batch:
                break
            for done in self.evaluate(batch):
                assert not done.dead_letters
                firings += len(done.firings)
        return firings
