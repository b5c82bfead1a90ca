"""Any order of work, commits, crashes and takeovers: nothing is lost, and only what wasn't committed is done again."""

from __future__ import annotations

from collections import Counter
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from streams.connectors.ledger import Ledger
from streams.connectors.orders import Order
from streams.connectors.run import clock_of
from streams.connectors.window import decode
from streams.settings import load
from tests.events import cancel, trigger
from tests.streams.connectors.test_ledger import Record, taken

STEPS = ("read", "work", "work", "commit", "crash")


class World:
    """A partition's log, what its group has committed, and the worker that has it now."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        self.log = [Record(at, orjson.dumps(one), one["subject"].encode()) for at, one in enumerate(events)]
        self.committed: tuple[int, str] = (0, "")
        self.done: list[str] = []
        self.repeatable: Counter[str] = Counter()
        self.crashes = 0
        self.begin()

    def begin(self) -> None:
        head, metadata = self.committed
        self.ledger = Ledger(head, [head + place for place in decode(metadata)], remembered=1_000)
        self.position = 0  # as far back as is remembered: here, to the beginning
        self.queues: dict[bytes, list[Order]] = {}
        self.since: list[str] = []

    def read(self) -> None:
        if self.position == len(self.log):
            return
        record = self.log[self.position]
        self.position += 1
        order = self.ledger.take(record)
        if isinstance(order, Order):
            self.queues.setdefault(order.key, []).append(order)
        elif order is not None:
            self.ledger.finish(record.offset)

    def work(self, which: int) -> None:
        keys = sorted(key for key, queue in self.queues.items() if queue)
        if not keys:
            return
        order = self.queues[keys[which % len(keys)]].pop(0)
        self.done.append(order.id)
        self.since.append(order.id)
        self.ledger.finish(order.offset, order)

    def commit(self) -> None:
        self.committed = self.ledger.window.mark()
        self.since = []

    def crash(self) -> None:
        self.crashes += 1
        self.repeatable.update(self.since)
        self.begin()

    def step(self, name: str, which: int) -> None:
        if name == "work":
            self.work(which)
        else:
            getattr(self, name)()

    def finish(self) -> None:
        while self.position < len(self.log):
            self.read()
        while any(self.queues.values()):
            self.work(0)


@st.composite
def logs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Triggers of a few customers, some cancelled, and stretches of it again, as a detector that was killed sends."""
    events: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 12))):
        event = trigger(draw(st.sampled_from(["ann", "bob", "cid"])), number, at=1_000)
        events.append(event)
        if draw(st.booleans()):
            events.append(cancel(event))
    begin = draw(st.integers(0, len(events)))
    return events + events[begin : begin + draw(st.integers(0, 6))]


@given(logs(), st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 5)), max_size=60))
def test_nothing_is_lost_and_only_what_was_not_committed_is_done_again(
    events: list[dict[str, Any]], steps: list[tuple[str, int]]
) -> None:
    world = World(events)
    for name, which in steps:
        world.step(name, which)
    world.finish()
    times = Counter(world.done)
    assert times.keys() == {one["id"] for one in events}
    assert all(count <= 1 + world.repeatable[identifier] for identifier, count in times.items())
    first = list(dict.fromkeys(world.done))
    for customer in ("ann", "bob", "cid"):
        ids = list(dict.fromkeys(one["id"] for one in events if one["subject"] == customer))
        assert [one for one in first if one in set(ids)] == ids


def test_with_the_logs_own_clock_recorded_triggers_have_not_expired() -> None:
    order = taken(Ledger(0, [], 10), 0, trigger("ann", at=1_000, expires=5_000))
    assert clock_of(load({}, {"clock": "log"}))(order) == 1_000
    assert clock_of(load({}))(order) > 5_000
