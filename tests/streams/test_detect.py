"""The detector: the order for one slice, holes, what is kept over a rebalance."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rules import ForeignLog, Partition, Plan, Slice, Switch, compile_plan, decode_marker, encode_switch, load_library
from streams.delivery import Delivered as Durable
from streams.detect import Detection, Detector, HoleError
from streams.lanes import GivenUp
from streams.libraries import Start
from streams.metrics import Metrics
from streams.observe import Observer
from streams.sender import BATCH_BYTES
from streams.states import MemoryStates
from streams.transport import Batch
from tests.streams.fakes import LogRecord

SIGNAL = """\
signal: seen
owner: shop
reason: To test.
status: live
value: 1
when: views >= 2
then: {channel: email, content: hello}
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("library")
    (folder / "signals").mkdir()
    (folder / "library.yaml").write_text("name: test\nformat: 1\n")
    (folder / "features.yaml").write_text("views: {count: page_view}\n")
    (folder / "channels.yaml").write_text("email: {}\n")
    (folder / "signals" / "seen.yaml").write_text(SIGNAL)
    return compile_plan(load_library(Path(folder)))


def view(offset: int, customer: str = "c1") -> LogRecord:
    value = {"id": f"e{offset}", "customer": customer, "type": "page_view", "time": 1_000 + offset}
    return LogRecord(offset, json.dumps(value).encode(), customer.encode(), 2_000)


def batch(*records: LogRecord, after: int | None = None) -> Batch:
    made = Batch(records, seeks=1, fetched=0.0)
    made.after = after
    return made


class Delivered:
    """Takes slices; the changelog's records get offsets one after the other. Raises `error` instead when it is set."""

    def __init__(self) -> None:
        self.slices: list[Slice] = []
        self.ends: list[int | None] = []
        self.error: Exception | None = None

    async def deliver(self, _partition: int, done: Slice, end: int | None, _proved: float) -> Durable:
        if self.error:
            raise self.error
        self.slices.append(done)
        self.ends.append(end)
        last = (-1 if end is None else end) + len(done.changes)
        return Durable(last if done.changes else end, 0.0)


class Store:
    """The part of a bulk table that the detector uses."""

    def __init__(self) -> None:
        self.data = self
        self.parts: dict[int, MemoryStates] = {}
        self.owned: set[int] = set()
        self.overwrites: dict[int, set[bytes]] = {}

    def overwritten(self, partition: int) -> set[bytes]:
        return self.overwrites.setdefault(partition, set())

    def states(self, partition: int) -> MemoryStates:
        return self.parts.setdefault(partition, MemoryStates())

    def own(self, partitions: set[int]) -> None:
        self.owned = set(partitions)


class Publishing:
    """Has what a switch needs once it is published; `asked` are the switches that it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, Switch]] = []
        self.plan: Plan | None = None
        self.published = asyncio.Event()

    def publish(self, plan: Plan) -> None:
        self.plan = plan
        self.published.set()

    async def awaited(self, number: int, switch: Switch) -> tuple[Plan, None]:
        self.asked.append((number, switch))
        await self.published.wait()
        assert self.plan
        return self.plan, None


class Stage:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.delivered, self.store, self.metrics = Delivered(), Store(), Metrics()
        self.libraries = Publishing()
        store: Any = self.store
        options: dict[str, Any] = {"log": "cluster:touchpoints", "clock": "wall"}
        self.detector = Detector(self.libraries, store, self.delivered, Observer(self.metrics), **options)

    def own(self, *numbers: int) -> dict[int, Detection]:
        return self.detector.own({number: Start(0, self.plan) for number in numbers})


@pytest.fixture
def stage(plan: Plan) -> Stage:
    return Stage(plan)


async def test_merged_batches_are_one_slice_and_states_go_with_the_changelog(stage: Stage) -> None:
    one = stage.own(0)[0]
    await one.work([batch(view(0)), batch(view(1), view(2, "c2"), after=0)])
    assert [done.consumed for done in stage.delivered.slices] == [3]
    assert [trigger.key for trigger in stage.delivered.slices[0].triggers] == [b"c1"]
    assert (one.partition.offset, one.states.offset) == (2, 2)
    assert set(dict(one.states.items())) == {b"c1", b"c2", b"\0"}


async def test_each_slice_continues_the_changelog(stage: Stage) -> None:
    one = stage.own(0)[0]
    await one.work([batch(view(0))])
    await one.work([batch(view(1), after=0)])
    assert stage.delivered.ends == [None, 1]
    assert one.states.offset == 3


async def test_what_is_not_delivered_changes_nothing(stage: Stage) -> None:
    one = stage.own(0)[0]
    stage.delivered.error = RuntimeError("broker gone")
    with pytest.raises(RuntimeError):
        await one.work([batch(view(0))])
    assert (one.partition.offset, len(one.states)) == (-1, 0)


async def test_states_that_another_writer_has_written_over_are_written_again(stage: Stage) -> None:
    before = stage.own(0)[0]
    await before.work([batch(view(0), view(1, "c2"), view(2, "c3"))])
    stage.detector.release()
    states = stage.store.states(0)
    states.persist(9)  # the other's records were read, and left out
    stage.store.overwrites[0] = {b"c1", b"c3", b"forgotten"}
    one = stage.own(0)[0]
    stage.delivered.slices.clear()
    await one.work([batch(view(3, "c2"), after=2)])
    await one.work([batch(view(4, "c2"), after=3)])
    again, new, _ = stage.delivered.slices
    standing = [(b"c1", states[b"c1"]), (b"c3", states[b"c3"]), (b"forgotten", None)]
    assert again.changes[:-1] == standing
    assert decode_marker(again.changes[-1][1]).offset == 2
    assert (again.triggers, [key for key, _ in new.changes]) == ([], [b"c2", b"\0"])
    assert (one.partition.offset, states.offset) == (4, 17)


async def test_what_is_written_again_is_written_in_parts(stage: Stage) -> None:
    states = stage.store.states(0)
    large = {f"c{n:02}".encode(): b"x" * 60_000 for n in range(40)}
    one = stage.own(0)[0]
    await one.work([batch(view(0))])
    states.update(large.items())
    stage.store.overwrites[0] |= set(large)
    stage.delivered.slices.clear()
    await one.work([batch(view(1), after=0)])
    *parts, _ = stage.delivered.slices
    assert [item for part in parts for item in part.changes[:-1]] == sorted(large.items())
    assert max(sum(len(value or b"") for _, value in part.changes) for part in parts) < BATCH_BYTES


async def test_a_hole_is_found(stage: Stage) -> None:
    one = stage.own(0)[0]
    await one.work([batch(view(0))])
    with pytest.raises(HoleError, match="found 5, expected 1"):
        await one.work([batch(view(5), after=4)])


async def test_offsets_that_compaction_or_markers_left_out_are_no_hole(stage: Stage) -> None:
    one = stage.own(0)[0]
    await one.work([batch(view(0)), batch(view(5), after=0)])
    assert one.partition.offset == 5


async def test_records_fetched_again_are_passed_over(stage: Stage) -> None:
    one = stage.own(0)[0]
    await one.work([batch(view(0), view(1))])
    await one.work([batch(view(0), view(1), view(2))])
    assert stage.metrics.registry.get_sample_value("telltale_touchpoints_total", {"type": "page_view"}) == 3


async def test_a_log_that_begins_later_is_told(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    one = stage.own(0)[0]
    await one.work([batch(view(0))])
    await one.work([batch(view(9))])
    assert "the log begins at 9, expected 1: older records are gone" in caplog.text


async def test_a_partition_that_stayed_ours_is_kept(stage: Stage) -> None:
    one = stage.own(0, 1)[0]
    await one.work([batch(view(0))])
    stage.detector.release()
    assert list(stage.detector) == []
    assert stage.own(0)[0] is one
    assert stage.store.owned == {0}


async def test_a_partition_whose_states_another_worker_changed_is_taken_up_anew(stage: Stage) -> None:
    one = stage.own(0)[0]
    await one.work([batch(view(0), view(1))])
    other = Stage(one.partition.plan)
    other.store.parts[0] = MemoryStates(one.states.items())
    other.store.parts[0].offset = one.states.offset
    await other.own(0)[0].work([batch(view(2))])
    stage.store.parts[0].apply(list(other.store.parts[0].items()), 9)
    again = stage.own(0)[0]
    assert again is not one
    assert again.partition.offset == 2


async def test_states_of_another_log_are_refused(plan: Plan) -> None:
    theirs = MemoryStates()
    partition = Partition(plan, theirs, number=0, log="other:touchpoints")
    delivered: Any = Delivered()
    await Detection(partition, theirs, delivered, Observer(Metrics()), Publishing()).work([batch(view(0))])
    stage = Stage(plan)
    stage.store.parts[0] = theirs
    with pytest.raises(ForeignLog, match="other:touchpoints"):
        stage.own(0)


def test_iterating_while_partitions_move(stage: Stage) -> None:
    stage.own(0, 1)
    seen = [one.partition.number for one in stage.detector if stage.own(one.partition.number)]
    assert seen == [0, 1]


def other_library(plan: Plan) -> Plan:
    """The same one under another digest, with the channel `push`."""
    (signal,) = plan.library.signals
    other = replace(signal, then=replace(signal.then, channel="push"))
    return compile_plan(replace(plan.library, digest="ab" * 32, signals=(other,)))


def switch(offset: int, sequence: int = 1, digest: str = "ab" * 32) -> LogRecord:
    return LogRecord(offset, encode_switch(sequence, digest, 1_500, None), None, 2_000)


async def until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  what is waited for has no event
            await asyncio.sleep(0)


async def test_before_a_switch_a_partition_waits_for_the_library_and_goes_on_with_it(stage: Stage, plan: Plan) -> None:
    one = stage.own(0)[0]
    working = asyncio.create_task(one.work([batch(view(0), view(1), switch(2), view(3, "c2"), view(4, "c2"))]))
    await until(lambda: stage.libraries.asked)
    assert stage.libraries.asked == [(0, Switch(1, "ab" * 32, 1_500, None, 2))]
    assert (one.partition.offset, one.partition.library) == (1, 0)
    assert one.awaiting == stage.libraries.asked[0][1]
    stage.libraries.publish(other_library(plan))
    await working
    assert (one.awaiting, one.partition.offset, one.partition.library) == (None, 4, 1)
    triggers = [trigger for done in stage.delivered.slices for trigger in done.triggers]
    assert [(trigger.channel, trigger.key) for trigger in triggers] == [("email", b"c1"), ("push", b"c2")]
    assert decode_marker(one.states[b"\0"]).library == 1


async def test_the_wait_is_given_up_when_the_partition_moves_and_begins_again_when_it_comes_back(
    stage: Stage, plan: Plan
) -> None:
    one = stage.own(0)[0]
    work = [batch(view(0), switch(1), view(2))]
    working = asyncio.create_task(one.work(work))
    await until(lambda: stage.libraries.asked)
    stage.detector.give_up()
    with pytest.raises(GivenUp):
        await working
    assert (one.awaiting, one.partition.offset, len(stage.delivered.slices)) == (None, 0, 1)
    again = stage.own(0)[0]
    assert again is one
    stage.libraries.publish(other_library(plan))
    await again.work([batch(switch(1), view(2))])
    assert (one.partition.offset, one.partition.library, len(stage.libraries.asked)) == (2, 1, 2)


async def test_an_older_switch_is_passed_over(stage: Stage) -> None:
    one = stage.own(0)[0]
    await one.work([batch(view(0), switch(1, sequence=0), view(2))])
    assert (stage.libraries.asked, one.partition.offset, one.partition.library) == ([], 2, 0)


async def test_a_wait_that_fails_fails_the_work(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(number: int, switch: Switch) -> Any:
        raise RuntimeError("no more libraries")

    monkeypatch.setattr(stage.libraries, "awaited", broken)
    with pytest.raises(RuntimeError, match="no more libraries"):
        await stage.own(0)[0].work([batch(switch(0))])
