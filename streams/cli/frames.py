"""The line of a file that a problem stands in, with a mark under the place: for people at a terminal."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from unicodedata import category, east_asian_width

import typer

from rules import Problem

LARGEST: Final = 2**20  # bytes of a file that are looked into
MARGIN: Final = 20  # columns of the line that are shown before the place, at least


class Frames:
    """Draws frames, reading each file once. ``columns`` is the width of the terminal; ``colours``: with colours."""

    def __init__(self, columns: int, *, colours: bool) -> None:
        self._columns = max(columns, 40)
        self._colours = colours
        self._files: dict[str, list[str]] = {}

    def framed(self, text: str, problem: Problem) -> str:
        """The text of a message, coloured, and the line below it."""
        return "\n".join([self._message(text, problem), *self._frame(problem)])

    def _message(self, text: str, problem: Problem) -> str:
        rest = text.removeprefix(problem.place)
        before, instead, after = rest.rpartition(problem.words()[2])
        return f"{self._style(problem.place, bold=True)}{before}{self._style(instead, fg='green')}{after}"

    def _frame(self, problem: Problem) -> Iterator[str]:
        lines = self._lines(problem.file)
        if not 0 < problem.line <= len(lines):
            return
        number, gutter = str(problem.line), " " * len(str(problem.line))
        before, marked, after = _cut(lines[problem.line - 1], problem, self._columns - len(number) - 4)
        yield f"{number} | {before}{self._style(marked, fg='red', bold=True)}{after}"
        yield f"{gutter} | {' ' * _cells(before)}{self._style('^' * max(_cells(marked), 1), fg='red', bold=True)}"

    def _style(self, text: str, **style: object) -> str:
        return typer.style(text, **style) if self._colours and text else text  # type: ignore[arg-type]  # typer's own

    def _lines(self, file: str) -> list[str]:
        if file not in self._files:
            self._files[file] = _read(Path(file))
        return self._files[file]


def wants_colours(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a terminal may be sent colours: not where NO_COLOR says so, or it is a plain one."""
    return not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def _read(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST)
    except OSError:
        return []
    return raw.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _cut(line: str, problem: Problem, room: int) -> tuple[str, str, str]:
    """The line before, at and after the place, as much of it as fits."""
    at = min(problem.column - 1, len(line))
    begin = max(at - max(MARGIN, room - problem.width - MARGIN), 0) if len(line) > room else 0
    end = begin + room if len(line) > room else len(line)
    before, marked = line[begin:at], line[at : min(at + problem.width, end)]
    return _plain(before), _plain(marked), _plain(line[at + len(marked) : end])


def _plain(text: str) -> str:
    """Without what would move the cursor or change the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def _cells(text: str) -> int:
    """How many columns a text takes."""
    return sum(
        0 if category(character) in ("Mn", "Me") else 2 if east_asian_width(character) in "WF" else 1
        for character in text
    )
