"""Lanes: order, merging, acks behind the work, throttling, the end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from faust.types import TP

from streams.lanes import FULL, MERGED, GivenUp, Lane
from streams.transport import Batch
from tests.streams.fakes import FakeEvent, batch

P0 = TP("log", 0)


class Work:
    """Notes the batches it gets, waits for `go` before each is done, or raises `error`."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.go = asyncio.Event()
        self.started = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self, batches: Sequence[Batch]) -> None:
        self.calls.append([one.last for one in batches])
        self.started.set()
        await self.go.wait()
        if self.error:
            raise self.error


class Set:
    """A lane with its surroundings."""

    def __init__(self) -> None:
        self.work, self.throttled, self.failures, self.acks = Work(), set[TP](), list[BaseException](), list[Batch]()
        self.lane = Lane(P0, self.work, self.throttled, self.failures.append)

    def put(self, one: Batch) -> Batch:
        event: Any = FakeEvent(P0, one, self.acks)
        self.lane.put(event)
        return one


async def until(true: Any) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110  what is waited for is the state of the lane, which has no event
            await asyncio.sleep(0)


async def test_in_order_merged_and_acked_behind_the_work() -> None:
    parts = Set()
    first = parts.put(batch(1))
    await parts.work.started.wait()
    others = [parts.put(batch(offset)) for offset in (2, 3, 4)]
    assert parts.acks == []
    parts.work.go.set()
    await until(lambda: len(parts.acks) == 4)
    assert parts.work.calls == [[1], [2, 3, 4]]
    assert parts.acks == [first, *others]
    assert parts.lane.oldest is None
    await parts.lane.close()


async def test_merges_up_to_a_limit() -> None:
    parts = Set()
    parts.put(batch(0))
    await parts.work.started.wait()
    third = MERGED // 3 + 1
    for start in (1, third + 1, 2 * third + 1):
        parts.put(batch(*range(start, start + third)))
    parts.work.go.set()
    await until(lambda: len(parts.acks) == 4)
    assert parts.work.calls == [[0], [third, 2 * third], [3 * third]]
    await parts.lane.close()


async def test_one_larger_than_the_limit_goes_alone() -> None:
    parts = Set()
    parts.work.go.set()
    parts.put(batch(*range(MERGED + 5)))
    await until(lambda: len(parts.acks) == 1)
    await parts.lane.close()


async def test_throttled_while_too_much_is_queued() -> None:
    parts = Set()
    parts.put(batch(*range(FULL)))
    assert parts.throttled == set()
    parts.put(batch(FULL))
    assert parts.throttled == {P0}
    parts.work.go.set()
    await until(lambda: len(parts.acks) == 2)
    assert parts.throttled == set()
    await parts.lane.close()


async def test_a_failure_acks_nothing_and_is_told() -> None:
    parts = Set()
    parts.work.error = RuntimeError("broken")
    parts.work.go.set()
    parts.put(batch(1))
    await until(lambda: parts.failures)
    parts.put(batch(2))
    await parts.lane.close()
    assert parts.failures == [parts.work.error]
    assert parts.acks == []
    assert parts.work.calls == [[1]]


async def test_close_waits_for_the_running_batch_and_drops_the_rest() -> None:
    parts = Set()
    first = parts.put(batch(*range(FULL + 1)))
    await parts.work.started.wait()
    parts.put(batch(FULL + 1))
    closing = asyncio.ensure_future(parts.lane.close())
    await asyncio.sleep(0)
    assert not closing.done()
    parts.work.go.set()
    await asyncio.wait_for(closing, 5)
    assert parts.acks == [first]
    assert parts.throttled == set()
    parts.put(batch(FULL + 2))
    assert parts.work.calls == [[FULL]]


@pytest.mark.parametrize("count", [1, 50])
async def test_every_batch_is_worked_once(count: int) -> None:
    parts = Set()
    parts.work.go.set()
    for offset in range(count):
        parts.put(batch(offset))
        if offset % 7 == 0:
            await asyncio.sleep(0)
    await until(lambda: len(parts.acks) == count)
    assert [last for call in parts.work.calls for last in call] == list(range(count))
    await parts.lane.close()


async def test_work_that_is_given_up_ends_the_lane_and_fails_nothing() -> None:
    parts = Set()
    parts.work.error = GivenUp()
    parts.work.go.set()
    parts.put(batch(0))
    await parts.lane.close()
    assert (parts.failures, parts.acks) == ([], [])
