"""Walking a YAML file and collecting all that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path as File
from typing import Any

from rules import Document, Path, Place, Problem, Table, nearest, one_of, plain, read_document


class MappingError(Exception):
    """A mapping file that can't be used; ``problems`` are all there are."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class Walk:
    """One file. What isn't there, or isn't right, is given as None, and noted where it isn't right.

    Raises MappingError where the file can't be read at all.
    """

    def __init__(self, file: File) -> None:
        document, self.problems = read_document(file)
        if document is not None and not isinstance(document.root, Table):
            root = document.root
            self.problems.append(
                Problem(
                    document.file, root.line, root.column, shown(plain(root)), "keys and values", "write `time: ...`"
                )
            )
        if document is None or not isinstance(document.root, Table):
            raise MappingError(self.problems)
        self.document: Document = document

    def problem(self, path: Path, found: str, expected: str, instead: str, *, at_key: bool = False) -> None:
        """Notes a problem at a value, or at its key."""
        place = self.document.at_key(path) if at_key else self.document.at(path)
        self.problems.append(Problem(self.document.file, *place, found, expected, instead))

    def at(self, path: Path) -> Place:
        return self.document.at(path)

    def value(self, path: Path) -> Any:
        """The value at a path, as Python has it."""
        return plain(self.document.node(path)) if self.document.has(path) else None

    def is_table(self, path: Path) -> bool:
        return self.document.has(path) and isinstance(self.document.node(path), Table)

    def keys(self, path: Path, allowed: Iterable[str]) -> tuple[str, ...]:
        """The keys at a path that are allowed; each other one is noted."""
        known = tuple(allowed)
        found = self.document.keys(path)
        for name in found:
            if name not in known:
                self._unknown((*path, name), known)
        return tuple(name for name in found if name in known)

    def _unknown(self, path: Path, known: tuple[str, ...]) -> None:
        near = nearest(str(path[-1]), known)
        instead = f"write `{near}`" if near else "take it away"
        self.problem(path, f"the unknown key `{path[-1]}`", one_of(known), instead, at_key=True)

    def table(self, path: Path) -> tuple[str, ...]:
        """The keys of the table at a path; none where there is none."""
        if self.document.has(path) and not self.is_table(path) and not self.document.is_broken(path):
            self.problem(path, shown(self.value(path)), f"keys and values below `{path[-1]}`", "indent them below it")
        return self.document.keys(path)

    def text(self, path: Path, allowed: tuple[str, ...] = ()) -> str | None:
        """The text at a path, one of those allowed where there are any."""
        value = self.value(path)
        if value is None or (isinstance(value, str) and value and (value in allowed or not allowed)):
            return value
        expected = one_of(allowed) if allowed else f"a text at `{path[-1]}`"
        self.problem(path, shown(value), expected, _instead(value, allowed))
        return None


def _instead(value: Any, allowed: tuple[str, ...]) -> str:
    if allowed:
        return f"write `{nearest(str(value), allowed) or allowed[0]}`"
    return "write a name" if isinstance(value, dict | list) or value == "" else f'write `"{value}"`'


def shown(value: Any) -> str:
    """What a YAML value is, in words."""
    if value is None or value == "":
        return "nothing" if value is None else "an empty text"
    if isinstance(value, dict):
        return "keys and values"
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    return "a list" if isinstance(value, list) else f"`{value}`"
