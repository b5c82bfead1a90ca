"""The log alone decides: a live run gives what the replay of its dumped log gives, byte for byte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.detector import ROOT
from tests.end_to_end.conftest import Installer
from tests.end_to_end.installation import QUICK, SHOP, Installation
from tests.end_to_end.traffic import Feed, Shoppers, publish, recorded


@pytest.mark.parametrize(
    ("workers", "poll"), [(1, 2_000), (2, 300)], ids=["one worker", "two workers with small batches"]
)
def test_recorded_traffic_of_the_shop(install: Installer, workers: int, poll: int) -> None:
    shop = install(SHOP, clock="log", poll=poll)
    detectors = [shop.detector().start() for _ in range(workers)]
    for detector in detectors:
        detector.wait_ready()
    publish(shop, recorded())
    shop.wait_read()
    assert shop.check() == []
    assert shop.live().triggers > 1_000
    assert [detector.terminate() for detector in detectors] == [0] * workers


@pytest.mark.slow
def test_recorded_traffic_with_stops_and_starts(install: Installer) -> None:
    shop = install(SHOP, clock="log", poll=500)
    with Feed(shop, recorded(size=100), pause=0.1):
        for _ in range(2):
            detector = shop.start()
            shop.wait_progress()
            assert detector.terminate() == 0
    shop.start()
    shop.wait_read()
    assert shop.check() == []


@pytest.mark.parametrize(
    ("workers", "poll"), [(1, 2_000), (2, 10)], ids=["one worker", "two workers with small batches"]
)
def test_live_traffic_with_ticks_of_the_detector(install: Installer, workers: int, poll: int) -> None:
    live = install(poll=poll)
    detectors = [live.detector().start() for _ in range(workers)]
    for detector in detectors:
        detector.wait_ready()
    Feed(live, Shoppers(seed=workers).live_steps(seconds=3), pause=0.05).join()
    live.wait_quiet()
    assert live.check() == []
    assert {"basket", "keen", "cooling"} <= fired(live)
    assert [detector.terminate() for detector in detectors] == [0] * workers


@pytest.mark.parametrize("killed", [False, True], ids=["stopped", "killed"])
def test_live_traffic_with_an_end_and_a_start(install: Installer, killed: bool) -> None:
    live = install()
    first = live.start()
    with Feed(live, Shoppers(seed=7).live_steps(seconds=60), pause=0.05):
        live.wait_triggers(5)
        if killed:
            live.kill9(first)
        else:
            assert first.terminate() == 0
        live.start()
        live.wait_progress()
    live.wait_quiet()
    repeats = live.check()
    assert killed or not repeats


def test_the_command_line_replays_the_dump_of_a_live_run(install: Installer, tmp_path: Path) -> None:
    live = install()
    live.start()
    Feed(live, Shoppers(seed=3).live_steps(seconds=2), pause=0.05).join()
    live.wait_quiet()
    dump, triggers, decisions = (tmp_path / name for name in ("log.jsonl.gz", "triggers.jsonl", "decisions.jsonl"))
    telltale("log", "dump", "--broker", live.kafka.bootstrap, "--namespace", live.namespace, "--out", dump)
    telltale("replay", dump, "--library", QUICK, "--triggers", triggers, "--decisions", decisions)
    assert sorted(triggers.read_bytes().splitlines()) == sent(live, "triggers.")
    assert sorted(decisions.read_bytes().splitlines()) == sent(live, "decisions")


def fired(installation: Installation) -> set[str]:
    """The signals that have sent a trigger."""
    return {identifier.partition(":")[0] for identifier in installation.live().ids("triggers.")}


def sent(installation: Installation, topic: str) -> list[bytes]:
    """What was sent to the topics that begin so."""
    places = installation.live().sent.items()
    return sorted(value or b"" for (found, _), records in places if found.startswith(topic) for _, value in records)


def telltale(*arguments: object) -> None:
    """Runs the command line."""
    command = [sys.executable, "-m", "streams.cli", *map(str, arguments)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120, capture_output=True)
