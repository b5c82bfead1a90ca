"""Ticks: when one is written, with which time, and when not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from streams.metrics import Metrics
from streams.sender import SendError
from streams.ticks import LONGEST_HOLD, Ticker, tick_time
from tests.streams.fakes import FakeSender

SETTLE = 500
NOW = 10_000_000


@dataclass
class Owned:
    number: int = 0
    offset: int = 10
    next_due: int | None = NOW - SETTLE


class Stage:
    def __init__(self, oldest: int | None = None) -> None:
        self.sender = FakeSender(offset=11)
        self.metrics = Metrics()
        sender: Any = self.sender
        self.ticker = Ticker(sender, "log", SETTLE, self.metrics, lambda: oldest)

    def times(self) -> list[int]:
        return [json.loads(records[0][1] or b"")["time"] for _, _, records in self.sender.sent]


async def test_a_due_timer_gets_a_tick_behind_the_clock() -> None:
    stage = Stage()
    await stage.ticker.look([Owned()], NOW)
    topic, partition, [(key, value)] = stage.sender.sent[0]
    assert (topic, partition, key) == ("log", 0, None)
    assert value == b'{"type":"clock.tick","time":%d}' % (NOW - SETTLE)


@pytest.mark.parametrize("due", [None, NOW - SETTLE + 1])
async def test_none_without_a_due_timer(due: int | None) -> None:
    stage = Stage()
    await stage.ticker.look([Owned(next_due=due)], NOW)
    assert stage.sender.sent == []


async def test_none_while_one_of_ours_is_unread() -> None:
    stage = Stage()
    owned = Owned()
    await stage.ticker.look([owned], NOW)
    await stage.ticker.look([owned], NOW + 100)
    owned.offset = 11
    await stage.ticker.look([owned], NOW + 200)
    assert stage.times() == [NOW - SETTLE, NOW + 200 - SETTLE]


async def test_partitions_that_moved_are_looked_at_anew() -> None:
    stage = Stage()
    await stage.ticker.look([Owned()], NOW)
    stage.ticker.forget()
    await stage.ticker.look([Owned()], NOW)
    assert len(stage.sender.sent) == 2


async def test_a_tick_that_could_not_be_written_is_tried_again() -> None:
    stage = Stage()
    stage.sender.fail = SendError("broker gone")
    await stage.ticker.look([Owned()], NOW)
    stage.sender.fail = None
    await stage.ticker.look([Owned()], NOW + 100)
    assert stage.times() == [NOW + 100 - SETTLE]


async def test_held_back_by_what_a_source_has_not_forwarded() -> None:
    stage = Stage(oldest=NOW - 60_000)
    await stage.ticker.look([Owned(next_due=NOW - 61_000)], NOW)
    assert stage.times() == [NOW - 60_000 - SETTLE]
    await stage.ticker.look([Owned(number=1, next_due=NOW - 60_000)], NOW)
    assert len(stage.sender.sent) == 1
    assert stage.metrics.registry.get_sample_value("telltale_ticks_held_back_seconds") == 60


def test_held_back_for_a_quarter_of_an_hour_at_most() -> None:
    assert tick_time(NOW, SETTLE, NOW - 3_600_000) == NOW - LONGEST_HOLD
    assert tick_time(NOW, SETTLE, NOW + 5) == NOW - SETTLE
    assert tick_time(NOW, SETTLE, None) == NOW - SETTLE
