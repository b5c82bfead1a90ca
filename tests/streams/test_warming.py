"""The worker's side of warming: which processes it keeps, what it hears from them, what it hands on."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import Plan, Switch, compile_plan
from streams.libraries import Published
from streams.metrics import Metrics
from streams.settings import Settings, Source
from streams.topics import Catalogue
from streams.warming import Job, Warmer, warmer
from streams.warming.messages import Message, Passed, Progress, Ready, decode_job, encode, settings_of, told
from streams.warming.pairs import read_states, write_states
from tests.streams.libraries import published

WARM_FROM = 1_000
OLD = compile_plan(published(0).library())
OLDER = compile_plan(published(0, late_by="3h").library())
NEW = published(1, late_by="2h", warm_from=WARM_FROM)
NEWER = published(2, late_by="4h", warm_from=WARM_FROM)


@dataclass
class Owned:
    number: int
    plan: Plan = OLD
    library: int = 0


class FakeChild:
    """A process that does what the test says. `made` has all of them."""

    made: list[FakeChild]

    def __init__(self, job: Job, heard: Callable[[FakeChild, Message], None]) -> None:
        self.job = job
        self.heard = heard
        self.ends: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.runs = self.killed = False
        self.made.append(self)

    async def run(self) -> int:
        self.runs = True
        try:
            return await self.ends
        except asyncio.CancelledError:
            self.killed = True
            raise

    def says(self, message: Message) -> None:
        self.heard(self, message)

    def is_ready(self, number: int, states: dict[bytes, bytes]) -> Path:
        path = Path(self.job.folder, f"{number}.states")
        write_states(path, states)
        self.says(Ready(number, str(path)))
        return path


class World:
    """A warmer with its partitions and processes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        FakeChild.made = self.children = []
        monkeypatch.setattr(warmer, "Child", FakeChild)
        monkeypatch.setattr(warmer, "GATHER", 0.01)
        monkeypatch.setattr(warmer, "AGAIN", 0.01)
        settings = Settings(namespace="shop")
        self.owned = [Owned(0), Owned(1)]
        self.metrics = Metrics()
        self.warmer = Warmer(settings, Catalogue(settings, ()), 4, "cluster:log", lambda: self.owned, self.metrics)

    def look(self, one: Published = NEW) -> list[bool]:
        return [self.warmer.caught_up(each.number, one) for each in self.owned]

    async def child(self, number: int) -> FakeChild:
        """The process that was started as the `number`-th, when it is."""
        await until(lambda: len(self.children) > number and self.children[number].runs)
        return self.children[number]


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    made = World(monkeypatch)
    running = asyncio.create_task(made.warmer.run())
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def until(done: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not done():  # noqa: ASYNC110  what a process has done tells nobody
            await asyncio.sleep(0.005)


def switch(one: Published = NEW) -> Switch:
    return Switch(one.sequence, one.digest, 5_000, one.warm_from, 17)


async def test_one_process_for_all_partitions_that_want_the_same(world: World) -> None:
    assert world.look() == [False, False]
    child = await world.child(0)
    assert world.look() == [False, False]
    assert (child.job.sequence, child.job.digest, child.job.warm_from) == (1, NEW.digest, WARM_FROM)
    assert child.job.partitions == {0: OLD.library.digest, 1: OLD.library.digest}
    assert child.job.topics == {
        "log": "shop.touchpoints",
        "libraries": "shop.libraries",
        "decisions": "shop.decisions",
    }
    assert len(world.children) == 1


async def test_a_partition_has_caught_up_when_little_is_left(world: World) -> None:
    world.look()
    child = await world.child(0)
    child.says(Progress(0, 10, 10 + warmer.NEAR + 1))
    assert world.look() == [False, False]
    assert world.metrics.warming_records.labels("0")._value.get() == warmer.NEAR + 1
    child.says(Progress(0, 11, 11 + warmer.NEAR))
    assert world.look() == [True, False]


async def test_states_are_handed_over_once_they_are_there(world: World) -> None:
    world.look()
    waiting = asyncio.create_task(world.warmer.states(0, switch()))
    child = await world.child(0)
    path = child.is_ready(0, {b"ann": b"1"})
    assert await waiting == {b"ann": b"1"}
    assert not path.exists()
    assert world.look() == [False, False]
    await asyncio.sleep(0.05)
    assert len(world.children) == 1, "what was handed over is warmed once more"


async def test_a_switch_that_another_worker_wrote_is_warmed_for_without_being_asked_before(world: World) -> None:
    waiting = asyncio.create_task(world.warmer.states(1, switch()))
    child = await world.child(0)
    assert list(child.job.partitions) == [1]
    assert world.look(NEWER) == [False, False]
    other = await world.child(1)
    assert (other.job.sequence, list(other.job.partitions)) == (2, [0])
    child.is_ready(1, {})
    assert await waiting == {}


async def test_a_process_that_fails_is_begun_anew(world: World, caplog: pytest.LogCaptureFixture) -> None:
    waiting = asyncio.create_task(world.warmer.states(0, switch()))
    (await world.child(0)).ends.set_result(-9)
    child = await world.child(1)
    assert world.metrics.warming_failures._value.get() == 1
    assert "the warming process ended with -9" in caplog.text
    child.is_ready(0, {b"ann": b"1"})
    assert await waiting == {b"ann": b"1"}


async def test_one_that_ends_before_all_are_ready_is_begun_anew_for_the_rest(world: World) -> None:
    world.look()
    child = await world.child(0)
    child.is_ready(0, {})
    child.ends.set_result(0)
    assert list((await world.child(1)).job.partitions) == [1]


async def test_a_newer_library_takes_the_place(world: World) -> None:
    world.look()
    first = await world.child(0)
    world.look(NEWER)
    second = await world.child(1)
    await until(lambda: first.killed)
    first.says(Progress(0, 10, 10))
    assert world.look(NEWER) == [False, False]
    second.says(Progress(0, 10, 10))
    assert world.look(NEWER) == [True, False]


async def test_what_has_been_overtaken_is_warmed_no_more(world: World) -> None:
    """A newer library that isn't to be warmed was switched to before."""
    world.look()
    first = await world.child(0)
    first.says(Passed(1))
    world.owned = [Owned(0, OLDER, 5), Owned(1)]
    world.warmer.forget()
    world.look()
    second = await world.child(1)
    assert list(second.job.partitions) == [1]
    second.says(Passed(1))
    await until(lambda: second.killed)


async def test_a_process_that_can_not_be_started_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world.look()
    (await world.child(0)).ends.set_exception(OSError("no memory"))
    await world.child(1)
    assert "no memory" in caplog.text
    assert world.metrics.warming_failures._value.get() == 1


async def test_partitions_that_move_are_begun_anew(world: World) -> None:
    world.look()
    first = await world.child(0)
    path = first.is_ready(0, {b"ann": b"1"})
    world.warmer.forget()
    await until(lambda: first.killed)
    assert not path.exists()
    world.owned = [Owned(0)]
    assert world.look() == [False]
    assert list((await world.child(1)).job.partitions) == [0]


async def test_states_beside_another_library_are_of_no_use(world: World) -> None:
    """Which parts are new hangs on the library that is gone over from."""
    world.look()
    (await world.child(0)).is_ready(0, {b"ann": b"1"})
    world.owned = [Owned(0, OLDER), Owned(1)]
    waiting = asyncio.create_task(world.warmer.states(0, switch()))
    child = await world.child(1)
    assert child.job.partitions == {0: OLDER.library.digest}
    child.is_ready(0, {b"bob": b"2"})
    assert await waiting == {b"bob": b"2"}


async def test_what_is_not_to_be_warmed_needs_nothing(world: World) -> None:
    cold = switch(published(1, late_by="2h"))
    assert world.look(published(1, late_by="2h")) == [True, True]
    assert await world.warmer.states(0, cold) == {}
    assert world.children == []


async def test_a_wait_that_is_given_up_can_be_taken_up_again(world: World) -> None:
    waiting = asyncio.create_task(world.warmer.states(0, switch()))
    child = await world.child(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    child.is_ready(0, {b"ann": b"1"})
    assert await world.warmer.states(0, switch()) == {b"ann": b"1"}


@given(st.dictionaries(st.binary(max_size=300), st.binary(max_size=300)))
def test_states_come_out_of_their_file_as_they_went_in(
    tmp_path_factory: pytest.TempPathFactory, states: dict[bytes, bytes]
) -> None:
    path = tmp_path_factory.mktemp("warm") / "0.states"
    write_states(path, states)
    assert list(read_states(path).items()) == list(states.items())
    assert [one.name for one in path.parent.iterdir()] == ["0.states"]


def test_settings_reach_the_process_secrets_too() -> None:
    settings = Settings(
        broker="kafka:9",
        namespace="shop",
        data_dir=Path("/data"),
        settle=7,
        sasl_username="ann",
        sasl_password="secret",
    )
    given_too = replace(settings, sources=(Source("clicks", "native"),))
    assert settings_of(decode_job(encode(job(given_too)))) == settings


def job(settings: Settings) -> Job:
    return Job(told(settings), {"libraries": "libraries"}, 1, "log", 1, "ab", 0, {0: "cd"}, "/tmp")  # noqa: S108


def test_the_process_ends_with_its_input() -> None:
    nobody = Settings(broker="127.0.0.1:9", wait=1)
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.warming"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    _, told_too = process.communicate(encode(job(nobody)) + b"\n", timeout=60)
    assert process.returncode == 0, told_too.decode()
