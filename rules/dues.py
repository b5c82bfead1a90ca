"""The index of dues: which customer's timer is due next, in order of (due, customer)."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heapify, heappop, heappush

from rules.state import NEVER, due_of


class Dues:
    """A heap with at most one live entry a customer, at or before the customer's next due.

    An entry is pushed only when a due moves earlier; one that proves too early when its time comes is pushed again,
    at the due that the state then has.
    """

    def __init__(self, states: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self._entry = {key: due for key, raw in states if (due := due_of(raw)) < NEVER}
        self._heap = [(due, key) for key, due in self._entry.items()]
        heapify(self._heap)

    def __len__(self) -> int:
        return len(self._entry)

    @property
    def next(self) -> int | None:
        """The earliest entry (ms): no timer is due before it."""
        self._drop_dead()
        return self._heap[0][0] if self._heap else None

    def moved(self, key: bytes, due: int) -> None:
        """A customer's next due is now ``due`` (NEVER: none)."""
        if due < self._entry.get(key, NEVER):
            self._entry[key] = due
            heappush(self._heap, (due, key))

    def pop(self, until: int) -> tuple[int, bytes] | None:
        """The earliest entry (due, customer) at or before ``until``; what comes after it is told by `moved`."""
        self._drop_dead()
        if not self._heap or self._heap[0][0] > until:
            return None
        due, key = heappop(self._heap)
        del self._entry[key]
        return due, key

    def _drop_dead(self) -> None:
        heap, entry = self._heap, self._entry
        while heap and entry.get(heap[0][1]) != heap[0][0]:
            heappop(heap)
