"""`telltale check`: frames for people at a terminal, plain lines in a pipe, JSON and GitHub's form on request."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from rules import Problem
from streams.cli.frames import Frames, wants_colours
from tests.streams.test_cli import ROOT, TESTDATA, telltale

BAD = TESTDATA / "bad"
DAMAGED = "several-files"


@pytest.fixture(autouse=True)
def in_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)


def on_a_terminal(*arguments: str, **environ: str) -> str:
    """What a command prints on a terminal 60 columns wide."""
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "streams.cli", *arguments]
    own = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "60", "TERM": "xterm", **environ}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=follower, stderr=follower, env=own) as process:
        os.close(follower)
        printed = bytearray()
        while chunk := _read(leader):
            printed += chunk
        assert process.wait(60) == 1
    os.close(leader)
    return printed.decode().replace("\r\n", "\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # that is how a terminal says that nobody writes any more
        return b""


def test_frames_on_a_terminal() -> None:
    expected = """\
folded-expressions/signals/keen.yaml:4:7: found the unknown name `vews_1h`; expected a feature, `profile.NAME`, \
`segment.NAME` or `touchpoint.FIELD`; write `views_1h`
4 |   and vews_1h > 6
  |       ^^^^^^^

"""
    assert on_a_terminal("check", "folded-expressions", NO_COLOR="1").startswith(expected)


def test_colours_on_a_terminal() -> None:
    printed = on_a_terminal("check", "folded-expressions")
    assert "\x1b[1mfolded-expressions/signals/keen.yaml:4:7:\x1b[0m found" in printed
    assert "\x1b[32mwrite `views_1h`\x1b[0m" in printed
    assert "\x1b[31m\x1b[1m^^^^^^^\x1b[0m" in printed


def test_frames_on_standard_error_too() -> None:
    printed = on_a_terminal("replay", "--library", "folded-expressions", "-", NO_COLOR="1")
    assert "4 |   and vews_1h > 6\n  |       ^^^^^^^\n" in printed


def test_plain_in_a_pipe() -> None:
    plain = telltale("check", DAMAGED).stdout
    assert plain.startswith((BAD / f"{DAMAGED}.txt").read_text("utf-8"))
    assert "\x1b" not in plain


def test_json() -> None:
    result = telltale("check", "trend", "--format", "json")
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert said["verdict"] == "10 problems"
    assert said["problems"][1] == {
        "severity": "error",
        "file": "trend/features.yaml",
        "line": 2,
        "column": 39,
        "width": 3,
        "found": 'the text "20%"',
        "expected": "a share of at least 0",
        "instead": "write, for example, `0.2`",
        "check": None,
        "reason": None,
    }


def test_json_of_a_good_library() -> None:
    result = telltale("check", TESTDATA / "good" / "smallest", "--format", "json")
    said = json.loads(result.stdout)
    assert (result.exit_code, said["problems"]) == (0, [])
    assert said["verdict"].endswith("good")


def test_json_says_what_could_be_better() -> None:
    said = json.loads(telltale("check", TESTDATA / "w1" / "library", "--format", "json").stdout)
    severities = {problem["severity"] for problem in said["problems"]}
    assert severities <= {"warning", "hint"}
    assert all(problem["check"] and problem["reason"] for problem in said["problems"])
    assert said["problems"]


def test_github() -> None:
    lines = telltale("check", "trend", "--format", "github").stdout.splitlines()
    assert lines[1] == (
        "::error file=trend/features.yaml,line=2,col=39,endColumn=42,title=telltale check::"
        'found the text "20%25"; expected a share of at least 0; write, for example, `0.2`'
    )
    assert lines[-1] == "10 problems"


def test_github_warnings() -> None:
    lines = telltale("check", TESTDATA / "w1" / "library", "--format", "github").stdout.splitlines()
    assert lines[0].startswith(("::warning file=", "::notice file="))


def test_an_unknown_format() -> None:
    assert telltale("check", "trend", "--format", "xml").exit_code == 2


def framed(tmp_path: Path, text: str, line: int, column: int, width: int, columns: int = 80) -> list[str]:
    path = tmp_path / "a.yaml"
    path.write_bytes(text.encode())
    problem = Problem(str(path), line, column, "this", "that", "mend it", width)
    return Frames(columns, colours=False).framed(str(problem), problem).splitlines()[1:]


@pytest.mark.parametrize(
    ("text", "line", "column", "width", "frame"),
    [
        ("a: b", 1, 4, 1, ["1 | a: b", "  |    ^"]),
        ("a: b\r\nccc: d\r\n", 2, 1, 3, ["2 | ccc: d", "  | ^^^"]),
        ("\ufeffa: b", 1, 1, 1, ["1 | a: b", "  | ^"]),
        ("\n" * 9 + "key: 値段 x", 10, 6, 2, ["10 | key: 値段 x", "   |      ^^^^"]),
        ("ключ: é́x", 1, 9, 1, ["1 | ключ: é́x", "  |        ^"]),
        ("a: b", 1, 4, 99, ["1 | a: b", "  |    ^"]),
        ("a:", 1, 9, 1, ["1 | a:", "  |   ^"]),
        ("a:\tb\x1b[31m", 1, 4, 1, ["1 | a: b [31m", "  |    ^"]),
        ("a: b", 7, 1, 1, []),
        ("x" * 50 + "HERE" + "y" * 90, 1, 51, 4, ["1 | " + "x" * 20 + "HERE" + "y" * 12, "  | " + " " * 20 + "^^^^"]),
    ],
)
def test_a_frame(tmp_path: Path, text: str, line: int, column: int, width: int, frame: list[str]) -> None:
    columns = 41 if len(text) > 100 else 80
    shown = framed(tmp_path, text, line, column, width, columns)
    if len(text) > 100:
        assert all(len(one) <= columns for one in shown)
        assert shown[0].index("HERE") == shown[1].index("^^^^")
        return
    assert shown == frame


def test_no_frame_of_a_file_that_is_not_there() -> None:
    problem = Problem("nowhere.yaml", 1, 1, "this", "that", "mend it")
    assert Frames(80, colours=True).framed(str(problem), problem).count("\n") == 0


@pytest.mark.parametrize(
    ("environ", "colours"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_who_wants_colours(environ: dict[str, str], colours: bool) -> None:
    assert wants_colours(environ) is colours
