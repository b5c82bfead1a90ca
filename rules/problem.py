"""What is wrong with a library: where, what was found, what was expected, what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in one file. Lines and columns count from 1; a column is a character, not a byte."""

    file: str
    line: int
    column: int
    found: str
    expected: str
    instead: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: found {self.found}; expected {self.expected}; {self.instead}"


class LibraryError(Exception):
    """A library that can't be used. ``problems`` are all of all its files, by file, line and column."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))
