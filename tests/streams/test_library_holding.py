"""The library that a partition starts with, and what it waits for at a switch."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from rules import Marker, Plan, Switch
from rules.wire import encode_marker
from streams.libraries import Libraries, LibraryAbsentError, Shelf, Start, holding
from streams.metrics import Metrics
from streams.settings import Settings
from tests.streams.libraries import published, record
from tests.streams.test_library_switch import FakeChannels

OLD, NEW = published(0), published(1, late_by="2h")


class Log:
    """The first switches of a log, and the writer of new ones."""

    def __init__(self) -> None:
        self.first: dict[int, Switch] = {}
        self.begun: list[set[int]] = []
        self.rival: dict[int, Switch] = {}

    async def look(self, _settings: Settings, topic: str, numbers: set[int]) -> Mapping[int, Switch]:
        assert topic == "log"
        return {number: switch for number, switch in self.first.items() if number in numbers}

    async def begin(self, numbers: set[int], newest: Any) -> None:
        self.begun.append(set(numbers))
        written = newest.published
        for number in numbers:
            switch = Switch(written.sequence, written.digest, 0, None, 9)
            self.first.setdefault(number, self.rival.get(number, switch))


class FakeWarmth:
    async def states(self, number: int, switch: Switch) -> Mapping[bytes, bytes]:
        return {b"%d" % number: b"%d" % switch.sequence}


class Stage:
    def __init__(self) -> None:
        self.log, self.channels = Log(), FakeChannels()
        self.shelf = Shelf("libraries", Metrics())
        parts: Any = (self.shelf, self.channels, self.log, FakeWarmth())
        self.libraries = Libraries(Settings(), "log", *parts)

    async def versions(self, markers: Mapping[int, bytes | None]) -> dict[int, tuple[int, str]]:
        starts: dict[int, Start] = await self.libraries.starts(markers)
        return {number: (one.sequence, one.plan.library.digest) for number, one in starts.items()}


@pytest.fixture
async def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = Stage()
    monkeypatch.setattr(holding, "first_switches", stage.log.look)
    monkeypatch.setattr(holding, "PATIENCE", 0.05)
    monkeypatch.setattr(holding, "PAUSE", 0.01)
    await stage.shelf.add([record(OLD), record(NEW)])
    return stage


def marker(library: int, digest: str) -> bytes:
    return encode_marker(Marker("log", 5, 0, library, int(digest[:12], 16)))


async def test_the_partition_record_names_it(stage: Stage) -> None:
    found = await stage.versions({0: marker(0, OLD.digest), 1: marker(1, NEW.digest)})
    assert found == {0: (0, OLD.digest), 1: (1, NEW.digest)}
    assert stage.log.begun == []


async def test_one_whose_record_compaction_has_taken_is_found_by_its_digest(stage: Stage) -> None:
    await stage.shelf.add([record(published(4))])
    assert await stage.versions({0: marker(0, OLD.digest)}) == {0: (0, OLD.digest)}


async def test_a_topic_that_was_made_anew_is_told(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    assert await stage.versions({0: marker(7, OLD.digest)}) == {0: (7, OLD.digest)}
    (message,) = caplog.messages
    assert message == (
        "partition 0 is decided by the library of sequence 7: found 1 as the newest published, expected that or more; "
        "was the topic made anew? What is published is not switched to before its sequence is larger"
    )


async def test_without_a_record_it_is_the_one_that_the_log_names_first(stage: Stage) -> None:
    stage.log.first = {1: Switch(0, OLD.digest, 0, None, 3)}
    found = await stage.versions({0: None, 1: None, 2: marker(-1, "0" * 12), 3: marker(0, "0" * 12)})
    assert found == {0: (1, NEW.digest), 1: (0, OLD.digest), 2: (1, NEW.digest), 3: (1, NEW.digest)}
    assert stage.log.begun == [{0, 2, 3}]


async def test_another_worker_that_was_quicker_counts(stage: Stage) -> None:
    stage.log.rival = {0: Switch(0, OLD.digest, 0, None, 3)}
    assert await stage.versions({0: None}) == {0: (0, OLD.digest)}


async def test_no_library_at_all(stage: Stage) -> None:
    stage.shelf.newest = None
    with pytest.raises(LibraryAbsentError, match="found none published, expected one; publish it with `telltale"):
        await stage.versions({0: None})


async def test_one_that_is_nowhere(stage: Stage) -> None:
    with pytest.raises(LibraryAbsentError) as caught:
        await stage.versions({3: marker(7, "ab" * 32)})
    assert str(caught.value) == (
        "partition 3: found no library abababababab in the topic of libraries, expected it, as the partition is "
        "decided by it (sequence 7); publish it again with `telltale publish`"
    )


async def test_one_whose_channels_lack_a_topic(stage: Stage) -> None:
    stage.channels.lacking = {"email"}
    with pytest.raises(LibraryAbsentError) as caught:
        await stage.versions({0: marker(0, OLD.digest)})
    assert str(caught.value) == (
        f"partition 0: found no topic triggers.email, expected one, as library {OLD.version} sends there; create "
        "it with `telltale topics --create`"
    )


async def test_the_log_never_names_a_first_library_that_can_not_send(stage: Stage) -> None:
    stage.channels.lacking = {"email"}
    with pytest.raises(LibraryAbsentError, match=r"^library: found no topic triggers\.email, expected one, as library"):
        await stage.versions({0: None})
    assert stage.log.begun == []


async def awaited(stage: Stage, switch: Switch) -> tuple[Plan, Mapping[bytes, bytes] | None]:
    return await asyncio.wait_for(stage.libraries.awaited(2, switch), 10)


async def test_a_switch_waits_for_content_and_topics(stage: Stage) -> None:
    late = published(2, late_by="3h")
    waiting = asyncio.create_task(awaited(stage, Switch(2, late.digest, 0, None, 3)))
    stage.channels.lacking = {"email"}
    await stage.shelf.add([record(late)])
    await asyncio.sleep(0)
    assert not waiting.done()
    stage.channels.lacking = set()
    plan, warmed = await waiting
    assert (plan.library.digest, warmed) == (late.digest, None)


async def test_a_switch_with_warm_states(stage: Stage) -> None:
    _, warmed = await awaited(stage, Switch(1, NEW.digest, 0, 1_000, 3))
    assert warmed == {b"2": b"1"}


async def test_a_broker_that_is_away_for_a_moment_is_waited_for(stage: Stage) -> None:
    stage.channels.error = TimeoutError()
    waiting = asyncio.create_task(awaited(stage, Switch(1, NEW.digest, 0, None, 3)))
    await asyncio.sleep(0)
    assert not waiting.done()
    stage.channels.error = None
    assert (await waiting)[0].library.digest == NEW.digest
