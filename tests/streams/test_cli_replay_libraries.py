"""`telltale replay --libraries`: the switches of a dumped log are followed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rules import encode_switch, load_files
from streams.cli.application import application
from streams.libraries import Published
from streams.log_dump import line
from tests.streams.libraries import FILES, record
from tests.streams.records import Incoming

START = 1_767_607_200_000
SIGNAL = """\
signal: keen
status: live
when: views >= {least}
then: {{channel: email}}
"""


def telltale(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(application(), [str(one) for one in arguments], input=stdin)


def files(least: int) -> dict[str, str]:
    return {**FILES, "features.yaml": f"views: {{count: page_view}}\nother_{least}: {{count: a}}\n"} | {
        "signals/keen.yaml": SIGNAL.format(least=least)
    }


def digest(least: int) -> str:
    return load_files(files(least), "shop").digest


def published_lines(*leasts: int) -> bytes:
    """A dump of the topic `libraries`."""
    lines = []
    for sequence, least in enumerate(leasts):
        told = {"name": "shop", "digest": digest(least), "version": f"shop@{digest(least)[:12]}"}
        found = record(Published(**told, published="2026-01-05T10:00:00Z", files=files(least), sequence=sequence))
        lines.append(line(Incoming(found.value, "libraries", 0, found.offset, START, found.key)) + b"\n")
    return b"".join(lines)


def view(offset: int) -> bytes:
    said = {"id": str(offset), "type": "page_view", "time": START + offset, "customer": "ann"}
    return line(Incoming(json.dumps(said).encode(), "log", 0, offset, START + offset, b"ann")) + b"\n"


def switch(offset: int, sequence: int, least: int, warm_from: int | None = None) -> bytes:
    value = encode_switch(sequence, digest(least), START + offset, warm_from)
    return line(Incoming(value, "log", 0, offset, START + offset, None)) + b"\n"


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    path = tmp_path / "libraries.jsonl"
    path.write_bytes(published_lines(3, 2))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The library of five looks, in a folder."""
    path = tmp_path / "five"
    for name, text in files(5).items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    return path


LOG = switch(0, 0, 3) + view(1) + switch(2, 1, 2) + view(3) + view(4)


def sent(path: Path) -> list[str]:
    return [json.loads(one)["id"] for one in path.read_bytes().splitlines()]


def test_switches_are_followed(libraries: Path, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(LOG)
    result = telltale(
        "replay", tmp_path / "log.jsonl", "--libraries", libraries, "--triggers", tmp_path / "triggers.jsonl"
    )
    assert (result.exit_code, result.stderr) == (0, "3 touchpoints\n")
    assert sent(tmp_path / "triggers.jsonl") == [f"keen:ann:{START + 3}"]


def test_standard_input_is_read_twice(libraries: Path) -> None:
    result = telltale("replay", "-", "--libraries", libraries, stdin=LOG)
    assert (result.exit_code, result.stderr) == (0, "3 touchpoints\n")
    assert result.stdout.splitlines()[1].split() == ["keen", "email", "1"]


def test_what_was_held_while_warming_is_counted(libraries: Path) -> None:
    log = switch(0, 0, 3) + view(1) + view(2) + switch(3, 1, 2, warm_from=START)
    result = telltale("replay", "-", "--libraries", libraries, stdin=log)
    assert [one.split() for one in result.stdout.splitlines()[:2]] == [
        ["signal", "channel", "held:", "warming"],
        ["keen", "email", "1"],
    ]


def test_a_library_of_ones_own_passes_switches_over_and_says_so(folder: Path) -> None:
    result = telltale("replay", "-", "--library", folder, stdin=LOG + view(5) + view(6))
    assert result.exit_code == 0
    assert result.stderr == (
        "the log switches its library, and --library was run over all of it; to go over from one to the next as the "
        "detector did, give --libraries FILE (from `telltale log dump --topic libraries`)\n"
        "5 touchpoints\n"
    )
    assert result.stdout.splitlines()[1].split() == ["keen", "email", "1"]


def test_an_older_installation_begins_with_the_library_given(libraries: Path, folder: Path) -> None:
    log = view(0) + view(1) + view(2) + view(3) + switch(4, 1, 2) + view(5)
    result = telltale("replay", "-", "--library", folder, "--libraries", libraries, stdin=log)
    assert (result.exit_code, result.stdout) == (0, "")


def test_a_library_that_is_missing_is_told(libraries: Path) -> None:
    result = telltale("replay", "-", "--libraries", libraries, stdin=switch(0, 7, 4) + view(1))
    assert result.exit_code == 1
    assert result.stderr == (
        f"{libraries}: partition 0, offset 0: found a switch to the library {digest(4)[:12]} (sequence 7); expected it "
        "among the libraries; dump the topic `libraries` of that log's broker\n"
    )


def test_a_file_that_is_no_dump_of_libraries_is_told(tmp_path: Path) -> None:
    path = tmp_path / "libraries.jsonl"
    path.write_bytes(published_lines(3) + view(1))
    result = telltale("replay", "-", "--libraries", path, stdin=LOG)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{path}:2: found a value that is no library")
    path.write_bytes(b"\n")
    assert telltale("replay", "-", "--libraries", path, stdin=LOG).stderr.startswith(f"{path}: found no library")


@pytest.mark.parametrize(
    "options", [[], ["--against", "LIBRARY", "--libraries", "FILE"], ["--against", "LIBRARY", "--topic"]]
)
def test_wrong_usage(options: list[str], libraries: Path, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(LOG)
    given = [{"LIBRARY": folder, "FILE": libraries}.get(one, one) for one in options]
    files = [] if "--topic" in options else [tmp_path / "log.jsonl"]
    assert telltale("replay", *files, *given).exit_code == 2
