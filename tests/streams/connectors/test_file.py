"""The file: whole lines, on the disk before they are told, put aside when large or old, one writer."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from streams.connectors.file import File, FileTakenError, LinesFile
from streams.connectors.ledger import Ledger
from tests.events import trigger
from tests.streams.connectors.test_ledger import record, taken


def orders(count: int) -> list[tuple[object, bytes]]:
    ledger = Ledger(0, [], 1_000)
    events = [trigger(f"c{number}") for number in range(count)]
    return [(taken(ledger, offset, event), record(offset, event).value or b"") for offset, event in enumerate(events)]


async def test_what_comes_at_a_time_is_one_batch_of_whole_lines(tmp_path: Path) -> None:
    out = tmp_path / "ads.jsonl"
    sent = orders(100)
    async with File.open(LinesFile(out)) as destination:
        answers = await asyncio.gather(*(destination.send(order) for order, _ in sent))  # type: ignore[arg-type]
    assert {answer.status for answer in answers} == {200}
    assert out.read_bytes().splitlines() == [body for _, body in sent]


async def test_line_ends_between_the_parts_of_an_event_do_not_tear_its_line(tmp_path: Path) -> None:
    ((order, body),) = orders(1)
    order.body = body.replace(b",", b",\r\n")  # type: ignore[attr-defined]
    async with File.open(LinesFile(tmp_path / "f")) as destination:
        await destination.send(order)  # type: ignore[arg-type]
    (line,) = (tmp_path / "f").read_bytes().splitlines()
    assert orjson.loads(line) == orjson.loads(body)


@pytest.mark.parametrize("torn", [b'{"a": 1', b"x" * 200_000])
def test_a_torn_line_is_cut_off_at_the_start(tmp_path: Path, torn: bytes) -> None:
    out = tmp_path / "f"
    out.write_bytes(b"1\n2\n" + torn)
    lines = LinesFile(out)
    lines.append(b"3\n")
    lines.close()
    assert out.read_bytes() == b"1\n2\n3\n"


def test_a_file_without_any_whole_line_is_emptied(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"torn")
    LinesFile(tmp_path / "f").close()
    assert (tmp_path / "f").read_bytes() == b""


def test_a_large_file_and_an_old_one_are_put_aside_and_none_is_written_over(tmp_path: Path) -> None:
    out = tmp_path / "ads.jsonl"
    lines = LinesFile(out, size=4)
    for number in range(6):
        lines.append(b"%d\n" % number)
    lines.close()
    aside = sorted(tmp_path.glob("ads-*.jsonl"), key=lambda path: path.stat().st_ino)
    assert len(aside) == 2
    assert sorted(path.read_bytes() for path in aside) == [b"0\n1\n", b"2\n3\n"]
    assert out.read_bytes() == b"4\n5\n"
    old = LinesFile(out, age=0)
    old.append(b"6\n")
    old.close()
    assert out.read_bytes() == b"6\n"


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    lines = LinesFile(tmp_path / "f")
    with pytest.raises(FileTakenError, match="another process that writes to it"):
        LinesFile(tmp_path / "f")
    lines.close()
    LinesFile(tmp_path / "f").close()


def test_a_full_disk_leaves_no_half_line(tmp_path: Path) -> None:
    out = tmp_path / "f"
    script = """
import resource, signal, sys
from pathlib import Path
from streams.connectors.file import LinesFile
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
lines = LinesFile(Path(sys.argv[1]))
lines.append(b"a" * 9 + bytes([10]))
resource.setrlimit(resource.RLIMIT_FSIZE, (15, 15))
try:
    lines.append(b"b" * 9 + bytes([10]))
except OSError as error:
    print("refused", error.errno)
"""
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", script, str(out)], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.startswith("refused")
    assert out.read_bytes() == b"a" * 9 + b"\n"
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 15
