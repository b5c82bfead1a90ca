"""Which batches are on their way, and up to where everything is done."""

from collections import deque
from collections.abc import Iterable, Iterator

from faust.types import TP

from streams.transport.batch import Batch


class Inflight:
    """Batches handed out, first in first out by partition.

    Only the contiguous head may be committed: Faust's own bookkeeping goes by offsets and can commit beyond work that
    isn't done (a late ack of a batch from before a seek marks the batch that was fetched anew).
    """

    def __init__(self) -> None:
        self._queues: dict[TP, deque[Batch]] = {}
        self._failed: dict[TP, int] = {}

    def add(self, tp: TP, batch: Batch) -> None:
        """Notes a batch as handed out, behind those of its partition that are."""
        self._queues.setdefault(tp, deque()).append(batch)

    def committable(self, tp: TP) -> int | None:
        """Takes the done batches off the head; the offset to read on from behind them, None without a new one."""
        queue = self._queues.get(tp)
        behind = self._failed.pop(tp, None)
        while queue and queue[0].done:
            behind = queue.popleft().last + 1
        return behind

    def not_committed(self, tp: TP, offset: int) -> None:
        """A commit has failed: the offset is given out again, unless a later one is there by then."""
        if tp in self._queues:
            self._failed[tp] = offset

    def forget(self, tps: Iterable[TP]) -> None:
        """Drops what was handed out of these partitions: they were revoked or sought."""
        for tp in tps:
            self._queues.pop(tp, None)
            self._failed.pop(tp, None)

    def unfinished(self, tp: TP) -> int:
        """How many batches of the partition are on their way."""
        return sum(not batch.done for batch in self._queues.get(tp, ()))

    def __iter__(self) -> Iterator[TP]:
        return iter(list(self._queues))
