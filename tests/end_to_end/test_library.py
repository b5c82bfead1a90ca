"""The library in the log: published while traffic runs, switched to with no restart and no gap, replayed the same."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rules import encode_switch, load_library, switch_in
from tests.end_to_end.conftest import Installer
from tests.end_to_end.installation import QUICK, Installation
from tests.end_to_end.test_replay import sent, telltale
from tests.end_to_end.test_workers import wait_partitions
from tests.end_to_end.traffic import Feed, Shoppers, now, publish, touchpoint
from tests.kafka import Message
from tests.waiting import wait_for

Library = Callable[..., Path]
"""Makes a library out of the quick one: `library({"features.yaml": "..."}, keen=("old text", "new text"))`."""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    numbers: Iterator[int] = iter(range(100))

    def make(files: dict[str, str] | None = None, **changes: tuple[str, str]) -> Path:
        folder = tmp_path / f"library-{next(numbers)}"
        shutil.copytree(QUICK, folder)
        for name, text in (files or {}).items():
            (folder / name).write_text(text)
        for name, (before, after) in changes.items():
            path = folder / "signals" / f"{name}.yaml"
            assert before in path.read_text()
            path.write_text(path.read_text().replace(before, after))
        return folder

    return make


def version(folder: Path) -> str:
    """What triggers call the library of a folder."""
    read = load_library(folder)
    return f"{read.name}@{read.digest[:12]}"


def versions(installation: Installation) -> dict[int, list[str]]:
    """The libraries that decided, in order, by partition of the decisions."""
    found: dict[int, list[str]] = {}
    for record in installation.read("decisions"):
        seen = found.setdefault(record.partition, [])
        decided = json.loads(record.value)["library"]
        if not seen or seen[-1] != decided:
            seen.append(decided)
    return found


def sequences(installation: Installation) -> dict[int, list[int]]:
    """The sequences of the switches in the log, by partition."""
    found: dict[int, list[int]] = {}
    for record in installation.read("touchpoints"):
        switch = switch_in(record)
        if switch is not None:
            found.setdefault(record.partition, []).append(switch.sequence)
    return found


def replayed(installation: Installation, folder: Path) -> dict[str, list[bytes]]:
    """What `telltale replay --libraries` of the dumped log gives: triggers and decisions, in order of their bytes."""
    told = ("--broker", installation.kafka.bootstrap, "--namespace", installation.namespace)
    log, libraries = folder / "log.jsonl", folder / "libraries.jsonl"
    telltale("log", "dump", *told, "--out", log)
    telltale("log", "dump", *told, "--topic", "libraries", "--out", libraries)
    files = {name: folder / f"{name}.jsonl" for name in ("triggers", "decisions")}
    telltale(
        "replay", log, "--libraries", libraries, *(part for one in files.items() for part in (f"--{one[0]}", one[1]))
    )
    return {name: sorted(file.read_bytes().splitlines()) for name, file in files.items()}


@pytest.mark.slow
def test_published_while_traffic_runs_with_two_workers(install: Installer, library: Library, tmp_path: Path) -> None:
    live = install()
    workers = [live.start(), live.start()]
    wait_partitions(first=(workers[0], 2), second=(workers[1], 2))
    pids = [one.pid for one in workers]
    changed = library(keen=("views_2s >= 3", "views_2s >= 2"), basket=("content: reminder", "content: remember"))
    with Feed(live, Shoppers(seed=21).live_steps(seconds=60), pause=0.05):
        live.wait_triggers(10)
        told = live.publish_library(changed)
        live.wait_switched(1, *workers)
        live.wait_progress(500)
    assert "these begin anew" in told
    assert "signals keen" in told
    live.wait_quiet()
    assert live.check() == []
    assert replayed(live, tmp_path) == {"triggers": sent(live, "triggers."), "decisions": sent(live, "decisions")}
    assert versions(live) == {number: [version(QUICK), version(changed)] for number in range(4)}
    assert sequences(live) == {number: [0, 1] for number in range(4)}
    assert [one.pid for one in workers] == pids
    assert [one.metric("telltale_partitions") for one in workers] == [2, 2]
    assert [one.terminate() for one in workers] == [0, 0]


@pytest.mark.slow
def test_killed_around_a_switch(install: Installer, library: Library) -> None:
    live = install(partitions=2)
    first = live.start()
    changed = library(keen=("views_2s >= 3", "views_2s >= 2"))
    with Feed(live, Shoppers(seed=22).live_steps(seconds=60), pause=0.05):
        live.wait_triggers(10)
        live.publish_library(changed)
        wait_for(lambda: any(1 in found for found in sequences(live).values()), "a switch in the log", pause=0.01)
        live.kill9(first)
        second = live.start()
        live.wait_switched(1, second)
        live.wait_progress(300)
    live.wait_quiet()
    live.check()
    assert versions(live).keys() == {0, 1}
    assert all(found[-1] == version(changed) for found in versions(live).values())


@pytest.mark.slow
def test_switches_one_after_the_other_with_crashes_between(install: Installer, library: Library) -> None:
    quick = install(clock="log", partitions=1, poll=100)
    shoppers = Shoppers(seed=23)
    contents = ["help-me-choose", "first", "second", "third"]
    for number, content in enumerate(contents):
        if number:
            quick.publish_library(library(keen=("content: help-me-choose", f"content: {content}")))
        command = ("-m", "tests.end_to_end.crashing", "SIGKILL", "before the changelog", "2", "run")
        crashing = quick.detector(command=command).start()
        publish(quick, shoppers.steps(2_000, partitions=1))
        assert crashing.wait_ended() == -signal.SIGKILL
        quick.kafka.evict(quick.group)
    last = quick.start()
    quick.wait_read()
    quick.wait_switched(3, last)
    publish(quick, shoppers.steps(2_000, partitions=1))
    quick.wait_read()
    quick.check()
    assert sequences(quick)[0][-1] == 3


@pytest.mark.slow
def test_a_worker_that_joins_later_and_one_that_starts_behind(install: Installer, library: Library) -> None:
    live = install()
    first = live.start()
    changed = library(keen=("views_2s >= 3", "views_2s >= 2"))
    with Feed(live, Shoppers(seed=24).live_steps(seconds=60), pause=0.05):
        live.wait_triggers(5)
        live.publish_library(changed)
        live.wait_switched(1, first)
        second = live.start()
        wait_partitions(first=(first, 2), second=(second, 2))
        live.wait_switched(1, first, second)
        live.wait_progress(300)
    live.wait_quiet()
    assert live.check() == []
    assert "found another library than the newest published" in second.output()
    # Both stop; what is published meanwhile is switched to by who comes next, behind the backlog.
    assert [one.terminate() for one in (first, second)] == [0, 0]
    again = library(keen=("views_2s >= 3", "views_2s >= 4"))
    live.publish_library(again)
    at = now()
    live.publish([touchpoint(f"late-{number}", "basket.added", at, product="tent") for number in range(20)])
    third = live.start()
    live.wait_switched(2, third)
    live.wait_quiet()
    assert live.check() == []


@pytest.mark.slow
def test_a_channel_without_a_topic_is_refused_until_it_is_created(install: Installer, library: Library) -> None:
    live = install(partitions=1)
    worker = live.start()
    push = library({"channels.yaml": "email: {}\nsite: {}\npush: {}\n"}, keen=("channel: site", "channel: push"))
    topic = live.name("triggers.push")
    told = live.publish_library(push, code=1)
    lacks = f"not published: found no topic {topic}; expected one; create what lacks with --create-topics"
    assert told.splitlines()[-1] == lacks
    assert len(live.published()) == 1
    assert worker.terminate() == 0
    live.publish_library(push, "--create-topics", "--partitions", "1")
    live.kafka.delete_topic(topic)  # published, and then the topic goes: the worker has to see it itself
    worker.start().wait_ready()
    assert f"warning: topic {topic}: found no such topic" in worker.output()
    worker.wait_output(f"is not switched to: found no topic {topic}, expected one for each channel")
    assert worker.metric("telltale_switches_refused_total") >= 1
    live.publish([touchpoint("ann", "product.viewed", now(), str(number)) for number in range(3)])
    live.wait_read()
    assert worker.samples("telltale_library_sequence") == {"0": 0}
    live.kafka.create_topic(topic)
    live.wait_switched(1, worker)
    live.publish([touchpoint("bob", "product.viewed", now(), str(number)) for number in range(3)])
    live.wait_triggers(1, "push")
    live.wait_quiet()
    assert live.check() == []


@pytest.mark.slow
def test_records_that_are_no_library_are_passed_over(install: Installer, library: Library) -> None:
    live = install(partitions=1)
    worker = live.start()
    good = live.read("libraries")[0]
    other = json.dumps({**json.loads(good.value), "digest": "ab" * 32, "version": "quick@abababababab"}).encode()
    bad = [Message(b"no library", b"x"), Message(None, b"y"), Message(other, b"ab" * 32), Message(good.value, b"z")]
    live.write(bad, "libraries")
    wait_for(lambda: worker.metric("telltale_libraries_refused_total") >= 4, "the alarm")
    for offset, found in enumerate(("a value that is no library", "a record without a value", "files with the digest")):
        topic = live.name("libraries")
        assert f"topic {topic}, offset {offset + 1}, is passed over: found {found}" in worker.output()
    assert worker.metric("telltale_library_newest") == 0
    changed = library(keen=("views_2s >= 3", "views_2s >= 2"))
    live.publish_library(changed)
    live.wait_switched(5, worker)
    assert worker.terminate() == 0
    worker.start().wait_ready()
    live.wait_switched(5, worker)


def test_a_first_start_with_a_backlog_and_nothing_published(install: Installer, library: Library) -> None:
    live = install(partitions=2)
    at = now()
    live.publish([touchpoint(f"c{number}", "basket.added", at, product="tent") for number in range(50)])
    worker = live.start()
    assert "published as the library of sequence 0" in worker.output()
    live.wait_triggers(50)
    live.wait_quiet()
    assert live.check() == []
    assert sequences(live) == {0: [0], 1: [0]}


def test_a_partition_that_nobody_has_decided_has_the_library_that_the_log_names_first(
    install: Installer, library: Library
) -> None:
    live = install(partitions=1)
    older = library(keen=("content: help-me-choose", "content: older"))
    live.publish_library(older)
    live.publish([touchpoint("ann", "product.viewed", now(), str(number)) for number in range(3)])
    first = json.loads(live.read("libraries")[0].value)["digest"]
    live.write([Message(encode_switch(0, first, now(), None), partition=0)])  # as a worker that then died
    live.publish_library(QUICK)
    worker = live.start()
    live.wait_switched(1, worker)
    live.publish([touchpoint("bob", "product.viewed", now(), str(number)) for number in range(3)])
    live.wait_triggers(2, "site")
    live.wait_quiet()
    assert live.check() == []
    assert versions(live) == {0: [version(older), version(QUICK)]}


@pytest.mark.slow
def test_a_switch_to_what_is_not_there_yet_is_waited_for(install: Installer, library: Library) -> None:
    live = install(partitions=1)
    worker = live.start()
    changed = library(keen=("views_2s >= 3", "views_2s >= 2"))
    digest = load_library(changed).digest
    live.write([Message(encode_switch(1, digest, now(), None), partition=0)])
    wait_for(lambda: worker.samples("telltale_library_waiting") == {"0": 1}, "the partition to wait")
    assert not worker.ready
    assert f"partition 0 waits for library {digest} (sequence 1)" in worker.output()
    live.publish([touchpoint("ann", "product.viewed", now(), str(number)) for number in range(2)])
    assert not live.is_read
    # A stop while it waits is orderly, and the next one waits as well.
    assert worker.terminate() == 0
    worker.start()
    wait_for(lambda: worker.samples("telltale_library_waiting") == {"0": 1}, "the partition to wait")
    live.publish_library(changed)
    live.wait_triggers(1, "site")
    live.wait_switched(1, worker)
    worker.wait_ready()
    live.wait_quiet()
    assert live.check() == []


@pytest.mark.slow
def test_which_library_a_worker_starts_with(install: Installer, library: Library) -> None:
    live = install(partitions=1)
    nothing = live.detector(library="").start()
    assert nothing.wait_ended() == 1
    expected = f"library: found none in the topic {live.name('libraries')} and none given, expected one; "
    assert expected in nothing.output()
    assert "telltale publish DIR" in nothing.output()
    first = live.start()
    assert f"library {version(QUICK)} (sequence 0), published " in first.output()
    assert first.terminate() == 0
    changed = library(keen=("views_2s >= 3", "views_2s >= 2"))
    other = live.start(library=changed)
    newest = (
        f"{changed}: found another library than the newest published, {version(QUICK)} (sequence 0), which decides;"
    )
    assert newest in other.output()
    assert len(live.published()) == 1
    assert other.terminate() == 0
    told = live.start(library=changed, publish=True)
    live.wait_switched(1, told)
    assert f"{changed}: published as the library of sequence 1" in told.output()
    assert told.terminate() == 0
    without = live.start(library="")
    live.wait_switched(1, without)
    assert f"library {version(changed)} (sequence 1), published " in without.output()
