"""The consumer of batches: what is fetched, handed out, committed, and where reading starts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from typing import Any

import faust
import pytest
from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError
from faust.types import TP

from streams.transport import Batch, BatchConsumer, BatchTransport
from tests.streams.fakes import LogRecord

LOG0, LOG1, SOURCE, CHANGELOG = TP("log", 0), TP("log", 1), TP("web", 0), TP("states", 0)


class FakeThread:
    """The consumer thread: gives out `fetched`, notes seeks and commits."""

    def __init__(self) -> None:
        self.seeks: dict[TP, int] = dict.fromkeys([LOG0, LOG1, SOURCE, CHANGELOG], 1)
        self.fetched: dict[TP, Batch] = {}
        self.asked: set[TP] = set()
        self.starts: tuple[Mapping[TP, int], set[TP]] = ({}, set())
        self.commits: list[Mapping[TP, int]] = []
        self.group: dict[TP, int] = {}
        self.commits_fail = False
        self.committing = asyncio.Event()
        self.answers: asyncio.Event | None = None

    def assignment(self) -> set[TP]:
        return set(self.seeks)

    def highwater(self, _tp: TP) -> int:
        return 0

    async def getmany(self, active: set[TP], _timeout: float) -> Mapping[TP, Batch]:
        self.asked = active
        return self.fetched

    async def commit(self, offsets: Mapping[TP, int]) -> bool:
        self.commits.append(dict(offsets))
        self.committing.set()
        if self.answers is not None:
            await self.answers.wait()
        return not self.commits_fail

    async def committed(self, tps: Iterable[TP]) -> dict[TP, int | None]:
        return {tp: self.group.get(tp) for tp in tps}

    async def start_at(self, offsets: Mapping[TP, int], beginning: Iterable[TP]) -> None:
        self.starts = (dict(offsets), set(beginning))


class FakeFetcher:
    """aiokafka's consumer and its fetcher in one, with one record, given out when it comes."""

    def __init__(self, offset: int) -> None:
        self._closed = False
        self._fetcher = self._subscriptions = self
        self.fetch_context = nullcontext
        self.offset = offset
        self.under_way = asyncio.Event()
        self.comes = asyncio.Event()
        self.sought: list[tuple[TopicPartition, int]] = []

    async def fetched_records(self, partitions: Iterable[TP], **_limits: Any) -> dict[TopicPartition, list[LogRecord]]:
        self.under_way.set()
        await self.comes.wait()
        return {TopicPartition(*tp): [LogRecord(self.offset)] for tp in partitions}

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.sought.append((partition, offset))


class Stage:
    def __init__(self) -> None:
        self.known: dict[TP, int] = {}
        self.told: list[set[TP]] = []
        app = faust.App("consumer-test", autodiscover=False, store="memory://", broker="kafka://127.0.0.1:1")
        transport = BatchTransport(app.conf.broker_consumer, app, fetch_wait=20, positions=self.positions)

        async def nothing(*_args: Any) -> None: ...

        app.tables._changelogs["states"] = None  # type: ignore[attr-defined]
        made: Any = transport.create_consumer(nothing, on_partitions_revoked=nothing, on_partitions_assigned=nothing)
        self.consumer: BatchConsumer = made
        self.batches: Any = self.consumer._thread
        self.thread: Any = FakeThread()
        self.consumer._thread = self.thread

    async def positions(self, tps: set[TP]) -> Mapping[TP, int]:
        self.told.append(tps)
        return self.known


@pytest.fixture
async def stage() -> Stage:
    return Stage()


def batch(*offsets: int, seeks: int = 1) -> Batch:
    return Batch([LogRecord(offset) for offset in offsets], seeks, 0.0)


async def test_a_copy_of_the_active_partitions_is_asked_for(stage: Stage) -> None:
    active = {LOG0, LOG1}
    await stage.consumer._getmany(active, 1.0)
    assert stage.thread.asked == active
    assert stage.thread.asked is not active


async def test_throttled_partitions_are_left_out(stage: Stage) -> None:
    stage.consumer.throttled.add(LOG0)
    await stage.consumer._getmany({LOG0, LOG1}, 1.0)
    assert stage.thread.asked == {LOG1}


@pytest.mark.parametrize("active", [set(), {LOG0}, None])
async def test_no_partition_is_never_asked_for_as_every_one(stage: Stage, active: set[TP] | None) -> None:
    stage.consumer.throttled.add(LOG0)
    stage.thread.asked = {SOURCE}
    assert await stage.consumer._getmany(active, 1.0) == {}
    assert stage.thread.asked == {SOURCE}


async def test_records_of_before_a_seek_are_dropped(stage: Stage) -> None:
    new = batch(3, seeks=2)
    stage.thread.fetched = {LOG0: batch(7, seeks=1), LOG1: new}
    stage.thread.seeks |= {LOG0: 2, LOG1: 2}
    assert await stage.consumer._getmany({LOG0, LOG1}, 1.0) == {LOG1: [new]}


async def test_what_a_fetch_finds_behind_a_seek_it_was_asked_before_is_fetched_again(stage: Stage) -> None:
    """A rebalance ends whoever asked: what such a fetch takes would be nobody's."""
    fetcher, thread = FakeFetcher(320), stage.batches
    stage.consumer.resume_flow()
    asked = asyncio.create_task(thread._fetch_records(fetcher, {LOG0: thread.seeks[LOG0]}))
    await fetcher.under_way.wait()
    thread._count([LOG0])
    fetcher.comes.set()
    assert await asked == {}
    assert fetcher.sought == [(TopicPartition("log", 0), 320)]

    again = await thread._fetch_records(fetcher, {LOG0: thread.seeks[LOG0]})
    assert (again[LOG0].first, again[LOG0].seeks) == (320, 1)


async def test_what_a_fetch_finds_in_a_partition_that_is_another_s_is_dropped(stage: Stage) -> None:
    fetcher, thread = FakeFetcher(320), stage.batches
    stage.consumer.resume_flow()
    asked = asyncio.create_task(thread._fetch_records(fetcher, {LOG0: thread.seeks[LOG0]}))
    await fetcher.under_way.wait()
    thread._count([LOG0])
    fetcher.seek = revoked  # type: ignore[method-assign]
    fetcher.comes.set()
    assert await asked == {}


def revoked(partition: TopicPartition, _offset: int) -> None:
    raise IllegalStateError(f"{partition} is not assigned")


async def test_batches_know_what_was_handed_out_before(stage: Stage) -> None:
    first, second, sought = batch(1, 2), batch(5, 6), batch(3, seeks=2)
    for one in (first, second, sought):
        stage.consumer._to_message(LOG0, one)
    assert [first.after, second.after, sought.after] == [None, 2, None]


async def test_a_message_goes_by_its_last_offset(stage: Stage) -> None:
    message = stage.consumer._to_message(LOG0, batch(4, 9))
    assert (message.tp, message.offset, message.timestamp) == (LOG0, 9, 1.0)


async def hand_out(stage: Stage, tp: TP, *batches: Batch) -> list[Any]:
    return [stage.consumer._to_message(tp, one) for one in batches]


async def test_only_the_done_head_is_committed(stage: Stage) -> None:
    first, second = await hand_out(stage, LOG0, batch(1, 2), batch(3, 4))
    assert stage.consumer.ack(second)
    await commit(stage)
    assert stage.thread.commits == []
    assert stage.consumer.ack(first)
    assert not stage.consumer.ack(first)
    await commit(stage)
    assert stage.thread.commits == [{LOG0: 5}]


async def test_changelogs_are_not_committed(stage: Stage) -> None:
    (message,) = await hand_out(stage, CHANGELOG, batch(1))
    stage.consumer.ack(message)
    await commit(stage)
    assert stage.thread.commits == []


async def test_a_failed_commit_is_tried_again(stage: Stage) -> None:
    (message,) = await hand_out(stage, LOG0, batch(1))
    stage.consumer.ack(message)
    stage.thread.commits_fail = True
    await commit(stage)
    await commit(stage)
    assert stage.thread.commits == [{LOG0: 2}, {LOG0: 2}]


async def test_a_commit_while_another_is_under_way_commits_what_was_done_since(stage: Stage) -> None:
    first, second = await hand_out(stage, LOG0, batch(1), batch(2))
    stage.thread.answers = asyncio.Event()
    stage.consumer.ack(first)
    earlier = asyncio.create_task(stage.consumer.commit())
    await stage.thread.committing.wait()
    stage.consumer.ack(second)
    later = [asyncio.create_task(stage.consumer.commit()) for _ in range(2)]
    await asyncio.sleep(0)
    stage.thread.answers.set()
    assert await earlier
    assert sorted([await one for one in later]) == [False, True]
    assert stage.thread.commits == [{LOG0: 2}, {LOG0: 3}]


async def test_a_cancelled_commit_is_tried_again(stage: Stage) -> None:
    (message,) = await hand_out(stage, LOG0, batch(1))
    stage.consumer.ack(message)
    stage.thread.answers = asyncio.Event()
    cancelled = asyncio.create_task(stage.consumer.commit())
    await stage.thread.committing.wait()
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    stage.thread.answers.set()
    assert await stage.consumer.commit()
    assert stage.thread.commits == [{LOG0: 2}, {LOG0: 2}]


async def commit(stage: Stage) -> None:
    offsets = stage.consumer._filter_committable_offsets(stage.consumer._filter_tps_with_pending_acks())
    if offsets:
        await stage.consumer._commit(offsets)


async def test_reading_starts_where_the_states_end_or_the_group_has_committed_or_at_the_beginning(stage: Stage) -> None:
    stage.known = {LOG0: 17}
    stage.thread.group = {LOG0: 3, SOURCE: 5}
    await stage.consumer.perform_seek()
    assert stage.told == [{LOG0, LOG1, SOURCE}]
    assert stage.thread.starts == ({LOG0: 17, SOURCE: 5}, {LOG1})


async def test_a_commit_at_zero_is_a_commit(stage: Stage) -> None:
    stage.thread.group = {SOURCE: 0}
    await stage.consumer.perform_seek()
    assert stage.thread.starts == ({SOURCE: 0}, {LOG0, LOG1})


async def test_no_seek_while_the_flow_is_stopped(stage: Stage) -> None:
    stage.consumer.stop_flow()
    await stage.consumer.perform_seek()
    assert stage.told == []


async def test_sources_are_held_until_the_flow_goes_on(stage: Stage) -> None:
    consumer = stage.consumer
    consumer.pause_partitions({LOG0, LOG1, CHANGELOG})
    consumer.resume_partitions({LOG0, CHANGELOG})
    assert consumer._active_partitions == {CHANGELOG}
    consumer.resume_flow()
    assert consumer._active_partitions == {CHANGELOG, LOG0}


async def test_a_partition_paused_again_is_no_longer_held(stage: Stage) -> None:
    consumer = stage.consumer
    consumer.resume_partitions({LOG0})
    consumer.pause_partitions({LOG0})
    consumer.resume_flow()
    assert consumer._active_partitions == set()
