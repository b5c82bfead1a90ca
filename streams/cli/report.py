"""What is wrong with a library, or could be better: as text, as JSON, or as GitHub shows it beside the lines."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal

import typer

from rules import Finding, Problem
from streams.cli.frames import Frames, wants_colours


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


@dataclass(frozen=True, slots=True)
class Remark:
    """A problem (an error), or something that could be better, with the check that found it and why it looks for it."""

    severity: Literal["error", "warning", "hint"]
    problem: Problem
    text: str
    check: str | None = None
    reason: str | None = None


def remarks(problems: Iterable[Problem] = (), findings: Iterable[Finding] = ()) -> list[Remark]:
    return [
        *(Remark("error", problem, str(problem)) for problem in problems),
        *(Remark(found.severity, found.problem, str(found), found.check, found.reason) for found in findings),
    ]


def report(said: Sequence[Remark], verdict: str, form: Format, *, err: bool = False) -> None:
    """Prints all remarks, then the verdict: to standard output, or to standard error where ``err`` says so."""
    typer.echo(_FORMS[form](said, verdict, err), err=err)


def _text(said: Sequence[Remark], verdict: str, err: bool) -> str:
    """Line by line; on a terminal with the lines that the remarks are about. Each check says once why it looks."""
    reasons = sorted({f"{remark.check}: {remark.reason}" for remark in said if remark.check})
    stream = sys.stderr if err else sys.stdout
    if stream.isatty():
        frames = Frames(shutil.get_terminal_size().columns, colours=wants_colours())
        lines = [f"{frames.framed(remark.text, remark.problem)}\n" for remark in said]
    else:
        lines = [remark.text for remark in said]
    return "\n".join([*lines, *reasons, verdict])


def _json(said: Sequence[Remark], verdict: str, err: bool) -> str:
    return json.dumps({"verdict": verdict, "problems": [_fields(remark) for remark in said]}, indent=2)


def _fields(remark: Remark) -> Mapping[str, Any]:
    problem = remark.problem
    found, expected, instead = problem.words()
    return {
        "severity": remark.severity,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "width": problem.width,
        "found": found,
        "expected": expected,
        "instead": instead,
        "check": remark.check,
        "reason": remark.reason,
    }


def _github(said: Sequence[Remark], verdict: str, err: bool) -> str:
    """Workflow commands: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands."""
    return "\n".join([*map(_command, said), verdict])


def _command(remark: Remark) -> str:
    problem = remark.problem
    place = {
        "file": problem.file,
        "line": problem.line,
        "col": problem.column,
        "endColumn": problem.column + problem.width,
        "title": remark.check or "telltale check",
    }
    properties = ",".join(f"{name}={_escaped(str(value), _IN_PROPERTIES)}" for name, value in place.items())
    message = remark.text.removeprefix(problem.place).strip()
    return f"::{_LEVELS[remark.severity]} {properties}::{_escaped(message, _IN_MESSAGES)}"


def _escaped(text: str, signs: str) -> str:
    return "".join(f"%{ord(sign):02X}" if sign in signs else sign for sign in text)


_IN_MESSAGES: Final = "%\r\n"
_IN_PROPERTIES: Final = "%\r\n:,"
_LEVELS: Final = {"error": "error", "warning": "warning", "hint": "notice"}
_FORMS: Final[Mapping[Format, Callable[[Sequence[Remark], str, bool], str]]] = {
    Format.TEXT: _text,
    Format.JSON: _json,
    Format.GITHUB: _github,
}
