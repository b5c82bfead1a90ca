"""Switches: when one is written, with which time, and when not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from rules import Plan, Switch, switch_in
from streams.libraries import Shelf, Switcher
from streams.libraries.switch import AGAIN
from streams.metrics import Metrics
from streams.sender import SendError
from streams.settings import Settings
from tests.streams.fakes import FakeSender
from tests.streams.libraries import TopicRecord, published, record

NOW = 10_000_000
SETTLE = 500


@dataclass
class Owned:
    number: int = 0
    offset: int = 10
    time: int = 4_000
    library: int = 0
    prepared: list[int] = field(default_factory=list)

    def prepare(self, sequence: int, plan: Plan, warmed: Mapping[bytes, bytes] | None = None, /) -> None:
        assert warmed is None
        self.prepared.append(sequence)


class FakeChannels:
    """`lacking` are the channels without a topic."""

    def __init__(self) -> None:
        self.lacking: set[str] = set()
        self.error: Exception | None = None

    async def missing(self, channels: Iterable[str]) -> tuple[str, ...]:
        if self.error:
            raise self.error
        return tuple(f"triggers.{one}" for one in channels if one in self.lacking)


class FakeWarmth:
    def __init__(self) -> None:
        self.ready: set[int] = set()

    def caught_up(self, number: int, _published: Any) -> bool:
        return number in self.ready

    async def states(self, number: int, switch: Switch) -> Mapping[bytes, bytes]:
        raise NotImplementedError


class Stage:
    def __init__(self, oldest: int | None = None, **settings: Any) -> None:
        self.sender, self.channels, self.warmth, self.metrics = FakeSender(), FakeChannels(), FakeWarmth(), Metrics()
        self.sender.offset = 11
        self.shelf = Shelf("libraries", self.metrics)
        parts: Any = (self.sender, self.shelf, self.channels, self.warmth)
        self.switcher = Switcher(
            Settings(settle=SETTLE, **settings), "log", *parts, oldest=lambda: oldest, metrics=self.metrics
        )

    async def publish(self, sequence: int, **fields: Any) -> None:
        await self.shelf.add([record(published(sequence, late_by=f"{sequence + 1}h", **fields))])

    async def look(self, *owned: Owned, at: float = 0.0) -> list[tuple[int, Switch]]:
        """Looks; the switches that this has written, with their partitions."""
        before = len(self.sender.sent)
        await self.switcher.look(owned, NOW, at)
        written = []
        for topic, number, records in self.sender.sent[before:]:
            assert topic == "log"
            (one,) = records
            switch = switch_in(TopicRecord(0, one[0], one[1]))
            assert switch
            written.append((number, switch))
        return written


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_a_partition_that_is_behind_gets_one_and_is_prepared(stage: Stage) -> None:
    await stage.publish(0)
    await stage.publish(2)
    newest = stage.shelf.newest
    assert newest
    behind, level = Owned(), Owned(number=1, library=2)
    assert await stage.look(behind, level) == [(0, Switch(2, newest.published.digest, NOW - SETTLE, None, 0))]
    assert (behind.prepared, level.prepared) == ([2], [])
    assert stage.metrics.registry.get_sample_value("telltale_switches_total") == 1


async def test_none_before_anything_is_published_nor_for_an_older_library(stage: Stage) -> None:
    assert await stage.look(Owned(library=-1)) == []
    await stage.publish(1)
    assert await stage.look(Owned(library=1), Owned(library=5)) == []


async def test_none_while_one_of_ours_is_unread(stage: Stage) -> None:
    await stage.publish(1)
    owned = Owned()
    assert len(await stage.look(owned)) == 1
    assert await stage.look(owned) == []
    await stage.publish(2)
    assert await stage.look(owned) == []
    owned.offset, owned.library = 11, 1
    assert [switch.sequence for _, switch in await stage.look(owned)] == [2]
    stage.switcher.forget()
    assert len(await stage.look(owned)) == 1


async def test_the_time_is_held_back_as_ticks_are() -> None:
    stage = Stage(oldest=NOW - 5_000)
    await stage.publish(1)
    assert [switch.time for _, switch in await stage.look(Owned())] == [NOW - 5_000 - SETTLE]


async def test_with_the_logs_clock_it_is_the_partitions_time() -> None:
    stage = Stage(clock="log")
    await stage.publish(1)
    assert [switch.time for _, switch in await stage.look(Owned())] == [4_000]


async def test_a_channel_without_a_topic_is_refused_and_looked_at_again(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.publish(1)
    stage.channels.lacking = {"email"}
    assert await stage.look(Owned()) == []
    newest = stage.shelf.newest
    assert newest
    (message,) = caplog.messages
    assert message == (
        f"library {newest.plan.version} (sequence 1) is not switched to: found no topic triggers.email, expected one "
        "for each channel; create it with `telltale topics --create`"
    )
    assert stage.metrics.registry.get_sample_value("telltale_switches_refused_total") == 1
    stage.channels.lacking = set()
    assert await stage.look(Owned(), at=AGAIN - 0.1) == []
    assert len(await stage.look(Owned(), at=AGAIN)) == 1


async def test_a_broker_that_does_not_answer_is_asked_again(stage: Stage) -> None:
    await stage.publish(1)
    stage.channels.error = SendError("away")
    assert await stage.look(Owned()) == []
    stage.channels.error = None
    stage.sender.fail = SendError("away")
    owned = Owned()
    assert await stage.look(owned, at=AGAIN) == []
    stage.sender.fail = None
    assert len(await stage.look(owned, at=AGAIN)) == 1


async def test_a_library_computed_from_earlier_on_is_switched_to_when_that_has_caught_up(stage: Stage) -> None:
    await stage.publish(1, warm_from=1_000)
    one, two = Owned(), Owned(number=1)
    assert await stage.look(one, two) == []
    stage.warmth.ready = {1}
    assert [(number, switch.warm_from) for number, switch in await stage.look(one, two)] == [(1, 1_000)]
    assert two.prepared == [], "its states come with the switch"


async def test_the_first_switch_of_new_partitions(stage: Stage) -> None:
    await stage.publish(3)
    assert stage.shelf.newest
    await stage.switcher.begin([0, 2], stage.shelf.newest)
    assert [number for _, number, _ in stage.sender.sent] == [0, 2]
