"""The shelf of libraries: which is the newest that can be used, found by digest, waited for."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from rules import Plan
from streams.libraries import Shelf
from streams.libraries.shelf import KEPT
from streams.metrics import Metrics
from tests.streams.libraries import TopicRecord, published, record


class Stage:
    def __init__(self) -> None:
        self.metrics = Metrics()
        self.shelf = Shelf("libraries", self.metrics)

    @property
    def newest(self) -> int | None:
        return self.shelf.newest.published.sequence if self.shelf.newest else None

    def value(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value("telltale_" + name, labels)


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_the_last_one_is_the_newest(stage: Stage) -> None:
    assert (stage.newest, await stage.shelf.plan("ab" * 32)) == (None, None)
    one, two = published(0), published(3, late_by="2h")
    await stage.shelf.add([record(one), record(two)])
    assert stage.newest == 3
    assert stage.value("library_newest") == 3
    for sought in (one.digest, one.digest[:12]):
        plan = await stage.shelf.plan(sought)
        assert plan is not None
        assert plan.library.digest == one.digest


async def test_what_can_not_be_read_is_passed_over_and_told(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    one = published(0)
    await stage.shelf.add([record(one), TopicRecord(1, b"x", b"y"), TopicRecord(2, b"x", None)])
    assert stage.newest == 0
    assert stage.value("libraries_refused_total", reason="record") == 2
    assert "topic libraries, offset 1, is passed over: found a value that is no library" in caplog.text


async def test_one_whose_files_are_others_is_passed_over_until_it_is_published_right(stage: Stage) -> None:
    one, two = published(0), published(1, late_by="2h")
    await stage.shelf.add([record(one), record(replace(two, files=one.files))])
    assert (stage.newest, stage.value("libraries_refused_total", reason="library")) == (0, 1)
    assert await stage.shelf.plan(two.digest) is None
    await stage.shelf.add([])
    assert stage.value("libraries_refused_total", reason="library") == 1, "it is looked at once"
    await stage.shelf.add([record(published(2, late_by="3h"))])
    await stage.shelf.add([record(replace(two, sequence=3))])
    assert stage.newest == 3


async def test_the_newest_published_once_more_keeps_its_sequence(stage: Stage) -> None:
    await stage.shelf.add([record(published(0, late_by="2h")), record(published(1))])
    await stage.shelf.add([record(published(2, by="ben"))])
    assert stage.shelf.newest
    assert (stage.newest, stage.shelf.newest.published.by) == (1, "ben")


async def test_an_older_one_published_again_is_newer(stage: Stage) -> None:
    await stage.shelf.add([record(published(0)), record(published(1, late_by="2h")), record(published(2))])
    assert stage.newest == 2


async def test_waiting_ends_when_the_library_comes(stage: Stage) -> None:
    one, two = published(0), published(1, late_by="2h")
    waiting: asyncio.Task[Plan] = asyncio.create_task(stage.shelf.wait(two.digest))
    await stage.shelf.add([record(one), record(replace(two, files=one.files))])
    assert not waiting.done()
    await stage.shelf.add([record(replace(two, sequence=2))])
    assert (await asyncio.wait_for(waiting, 10)).library.digest == two.digest


async def test_plans_that_are_kept_are_few_and_others_are_made_again(stage: Stage) -> None:
    many = [published(number, late_by=f"{number + 1}h") for number in range(KEPT + 3)]
    await stage.shelf.add([record(one) for one in many])
    for one in many:
        assert await stage.shelf.plan(one.digest) is not None
    assert len(stage.shelf._plans) == KEPT
    again = await stage.shelf.plan(many[0].digest)
    assert again is not None
    assert again.library.digest == many[0].digest
