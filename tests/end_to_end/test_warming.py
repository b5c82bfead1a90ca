"""A library warmed from an earlier time of the log on: its long windows are full right behind the switch."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli.application import application
from tests.detector import Detector
from tests.end_to_end.conftest import Installer
from tests.end_to_end.installation import QUICK, Installation
from tests.end_to_end.test_workers import wait_partitions
from tests.end_to_end.traffic import Feed, Shoppers, now, touchpoint
from tests.waiting import wait_for

LOYAL = """\
signal: loyal
owner: tests
reason: Four looks within an hour, some of them long before this signal was there.
status: live
value: 2
when: views_1h >= 4
again: 1h
then: {channel: site, content: thank-you, carry: {views_1h: views_1h}}
"""
FORGOTTEN = """\
signal: forgotten
owner: tests
reason: A silence that began before this signal was there.
status: live
value: 2
silent: 20s
of: page.visited
then: {channel: email, content: still-there}
"""


@pytest.fixture
def loyal(tmp_path: Path) -> Path:
    """The quick library with a long window, a long silence, and a score that is another one."""
    folder = tmp_path / "loyal"
    shutil.copytree(QUICK, folder)
    features = (folder / "features.yaml").read_text().replace("half_life: 1s", "half_life: 2s")
    (folder / "features.yaml").write_text(features + "views_1h: {count: product.viewed, over: 1h}\n")
    (folder / "signals" / "loyal.yaml").write_text(LOYAL)
    (folder / "signals" / "forgotten.yaml").write_text(FORGOTTEN)
    return folder


def looks(customer: str, *numbers: int) -> list[dict[str, object]]:
    return [touchpoint(customer, "product.viewed", now(), f"{customer}-{number}") for number in numbers]


def fired(installation: Installation, name: str, topic: str) -> list[str]:
    """The customers for whom a signal was sent or decided, in order."""
    ids = [json.loads(record.value or b"")["id"] for record in installation.read(topic)]
    return [one.split(":")[1] for one in ids if one.startswith(f"{name}:")]


def held(installation: Installation) -> list[str]:
    """The ids of what was decided and not sent, as it was before the switch."""
    decided = [json.loads(record.value or b"") for record in installation.read("decisions")]
    return [one["id"] for one in decided if one["reason"] == "warming"]


def warming(worker: Detector) -> list[int]:
    """The warming processes of a worker."""
    folder = Path("/proc", str(worker.pid), "task", str(worker.pid), "children")
    children = [int(one) for one in folder.read_text().split()] if folder.exists() else []
    return [one for one in children if b"streams.warming" in _command(one)]


def _command(process: int) -> bytes:
    try:
        return Path("/proc", str(process), "cmdline").read_bytes()
    except OSError:
        return b""


def test_a_long_window_is_full_right_behind_the_switch(install: Installer, loyal: Path) -> None:
    live = install()
    workers = [live.start(), live.start()]
    wait_partitions(first=(workers[0], 2), second=(workers[1], 2))
    live.publish([*looks("ann", 1, 2, 3), *looks("bob", 1, 2, 3, 4)])
    live.publish([touchpoint("ann", "page.visited", now())])
    with Feed(live, Shoppers(seed=31).live_steps(seconds=60), pause=0.05):
        live.wait_triggers(10)
        live.publish_library(loyal, "--warm-from", "1h-ago")
        live.wait_switched(1, *workers)
        live.publish([*looks("ann", 4), *looks("bob", 5)])
        live.wait_progress(500)
    live.wait_quiet()
    assert live.check() == []
    assert "ann" in fired(live, "loyal", "triggers.site")
    assert "bob" not in fired(live, "loyal", "triggers.site")
    assert any(one.startswith("loyal:bob:") for one in held(live))
    assert fired(live, "forgotten", "triggers.email") == ["ann"]
    assert any("customers are warm for library" in one.output() for one in workers)
    wait_for(lambda: not any(map(warming, workers)), "the warming processes to end")
    assert [one.terminate() for one in workers] == [0, 0]


def test_killed_while_it_is_warmed(install: Installer, loyal: Path) -> None:
    """The warming process again and again, then the worker with it; a backlog makes it long enough."""
    live = install(partitions=2)
    worker = live.start()
    live.publish(looks("ann", 1, 2, 3))
    with Feed(live, Shoppers(seed=32).live_steps(seconds=120), pause=0.05):
        live.wait_triggers(10)
        live.publish_library(loyal, "--warm-from", "1h-ago")
        wait_for(lambda: warming(worker), "the warming process", pause=0.01)
        (first,) = warming(worker)
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: worker.metric("telltale_warming_failures_total") == 1, "the failure to be counted")
        wait_for(lambda: warming(worker), "another warming process", pause=0.01)
        (second,) = warming(worker)
        live.kill9(worker)
        wait_for(lambda: not _command(second), "the warming process to end with its worker")
        heir = live.start()
        live.wait_switched(1, heir)
        live.publish(looks("ann", 4))
        live.wait_progress(300)
    live.wait_quiet()
    live.check()
    assert "ann" in fired(live, "loyal", "triggers.site")
    assert "the warming process ended with -9" in worker.output()
    assert heir.terminate() == 0


def test_killed_between_the_switch_and_what_it_waits_for(install: Installer, loyal: Path) -> None:
    """The switch is in the log, and the worker that wrote it is gone: the next one warms up to that switch."""
    live = install(partitions=1)
    worker = live.start()
    live.publish(looks("ann", 1, 2, 3))
    with Feed(live, Shoppers(seed=33).live_steps(seconds=120), pause=0.05):
        live.wait_triggers(10)
        live.publish_library(loyal, "--warm-from", "1h-ago")
        wait_for(lambda: "switches to library" in worker.output(), "the switch", pause=0.002)
        live.kill9(worker)
        heir = live.start()
        live.wait_switched(1, heir)
        live.publish(looks("ann", 4))
        live.wait_progress(300)
    live.wait_quiet()
    live.check()
    assert "ann" in fired(live, "loyal", "triggers.site")
    assert heir.terminate() == 0


def test_partitions_that_move_are_warmed_anew(install: Installer, loyal: Path) -> None:
    live = install(partitions=2)
    first = live.start()
    live.publish(looks("ann", 1, 2, 3))
    with Feed(live, Shoppers(seed=34).live_steps(seconds=120), pause=0.05):
        live.wait_triggers(10)
        second = live.detector().start()
        live.publish_library(loyal, "--warm-from", "1h-ago")
        wait_partitions(first=(first, 1), second=(second, 1))
        live.wait_switched(1, first, second)
        live.publish(looks("ann", 4))
        live.wait_progress(300)
    live.wait_quiet()
    assert live.check() == []
    assert "ann" in fired(live, "loyal", "triggers.site")
    assert [one.terminate() for one in (first, second)] == [0, 0]


def test_overtaken_by_a_newer_library(install: Installer, loyal: Path, tmp_path: Path) -> None:
    """What is warmed for a library that never decides is neither sent nor recorded."""
    live = install(partitions=1)
    worker = live.start()
    live.publish(looks("ann", 1, 2, 3, 4))
    newer = tmp_path / "newer"
    shutil.copytree(QUICK, newer)
    keen = newer / "signals" / "keen.yaml"
    keen.write_text(keen.read_text().replace("views_2s >= 3", "views_2s >= 2"))
    with Feed(live, Shoppers(seed=35).live_steps(seconds=120), pause=0.05):
        live.wait_triggers(10)
        live.publish_library(loyal, "--warm-from", "1h-ago")
        live.publish_library(newer)
        live.wait_switched(2, worker)
        wait_for(lambda: not warming(worker), "the warming process to end")
        live.wait_progress(300)
    live.wait_quiet()
    assert live.check() == []
    assert worker.metric("telltale_warming_failures_total") == 0
    assert worker.terminate() == 0
    told = ("--broker", live.kafka.bootstrap, "--namespace", live.namespace)
    replayed = CliRunner().invoke(application(), ["replay", "--topic", *told, "--triggers", str(tmp_path / "triggers")])
    assert replayed.exit_code == 0, replayed.output
    sent = [record.value for channel in ("email", "site") for record in live.read(f"triggers.{channel}")]
    assert sorted((tmp_path / "triggers").read_bytes().splitlines()) == sorted(value for value in sent if value)
