"""What is wrong with a library: where, what was found, what was expected, what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

LONGEST_SHOWN: Final = 1_000
MOST_PROBLEMS: Final = 1_000  # of one library: one made to be refused must not take for ever


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in one file. Lines and columns count from 1; a column is a character, not a byte.

    ``width``: over how many characters of the line it stretches. It doesn't tell two problems apart.
    """

    file: str
    line: int
    column: int
    found: str
    expected: str
    instead: str
    width: int = field(default=1, compare=False)

    @property
    def place(self) -> str:
        """``FILE:LINE:COLUMN:`` as a message begins with it."""
        return f"{_shown(self.file)}:{self.line}:{self.column}:"

    def words(self) -> tuple[str, str, str]:
        """What was found, what was expected and what to write instead, each in one line of bounded length."""
        return _shown(self.found), _shown(self.expected), _shown(self.instead)

    def __str__(self) -> str:
        found, expected, instead = self.words()
        return f"{self.place} found {found}; expected {expected}; {instead}"


def _shown(text: str) -> str:
    """A text in one line that does nothing to a terminal, whatever the library's files held."""
    text = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class LibraryError(Exception):
    """A library that can't be used. ``problems`` are all of all its files, by file, line and column."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))
