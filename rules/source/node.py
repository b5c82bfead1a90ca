"""A YAML document as read: values with their places, so that every later message can point at one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from rules.problem import Problem
from rules.source.scalar import Value

Style = Literal["plain", "single", "double", "block"]
Path = tuple[str | int, ...]
Place = tuple[int, int]
LONGEST_MARK: Final = 1_000  # characters: more than a line can show
Part = tuple[int, int]
"""The offset and the length of a part of a text, in characters."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value. ``start`` and ``end`` are offsets in the document's text, quotes included.

    ``broken`` is one that could not be read and has been reported: nothing more is to be said about it.
    """

    line: int
    column: int
    start: int
    end: int
    style: Style
    text: str
    value: Value
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    line: int
    column: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True)
class Table:
    """A YAML mapping; keys are taken as they are written, so that `on` or `1` is a name like any other."""

    line: int
    column: int
    entries: Mapping[str, Entry]


Node = Scalar | Sequence | Table


def plain(node: Node) -> Any:
    """The node as None, bool, int, float, str, list or dict."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Table():
            return {name: plain(entry.value) for name, entry in node.entries.items()}


@dataclass(frozen=True, slots=True)
class Document:
    """One file: ``file`` is its name as messages show it, ``text`` what stands in it, with `\\n` as the line break."""

    file: str
    text: str
    root: Node

    def node(self, path: Path) -> Node:
        """The node at ``path``, or the last one before the path leaves what is there."""
        return self._follow(path)[0]

    def has(self, path: Path) -> bool:
        return self._follow(path)[1] == len(path)

    def is_broken(self, path: Path) -> bool:
        """Whether what stands at ``path`` could not be read and has been reported."""
        node = self.node(path)
        return isinstance(node, Scalar) and node.broken

    def at(self, path: Path) -> Place:
        """Where the value at ``path`` begins."""
        node = self.node(path)
        return node.line, node.column

    def at_key(self, path: Path) -> Place:
        """Where the key at ``path`` stands; where it has none, its value."""
        above = self.node(path[:-1]) if path else self.root
        entry = above.entries.get(str(path[-1])) if path and isinstance(above, Table) else None
        return (entry.key.line, entry.key.column) if entry else self.at(path)

    def keys(self, path: Path = ()) -> tuple[str, ...]:
        """The keys of the mapping at ``path``, in the order of the file; none where there is no mapping."""
        node = self.node(path)
        return tuple(node.entries) if isinstance(node, Table) and self.has(path) else ()

    def inside(self, path: Path, offset: int) -> Place:
        """Where the character at ``offset`` of the text at ``path`` stands."""
        node = self.node(path)
        return _inside(self.text, node, offset) if isinstance(node, Scalar) else (node.line, node.column)

    def problem(
        self, path: Path, found: str, expected: str, instead: str, *, at_key: bool = False, part: Part | None = None
    ) -> Problem:
        """A problem with the value at ``path``, or with its key, or with a part of its text (offset, length)."""
        if part is not None:
            (line, column), width = self.inside(path, part[0]), self._width_inside(path, *part)
        else:
            (line, column), width = self.at_key(path) if at_key else self.at(path), self._width(path, at_key=at_key)
        return Problem(self.file, line, column, found, expected, instead, width)

    def _width(self, path: Path, *, at_key: bool) -> int:
        node = self.node(path)
        if at_key and path:
            above = self.node(path[:-1])
            entry = above.entries.get(str(path[-1])) if isinstance(above, Table) else None
            node = entry.key if entry else node
        if not isinstance(node, Scalar):
            return 1
        return max(len(self.text[node.start : node.end].partition("\n")[0].rstrip()), 1)

    def _width_inside(self, path: Path, offset: int, length: int) -> int:
        """On the first line of what it stretches over."""
        line, column = self.inside(path, offset)
        last_line, last = self.inside(path, offset + min(max(length, 1), LONGEST_MARK) - 1)
        if last_line == line:
            return max(last - column + 1, 1)
        return max(len(self.text.split("\n")[line - 1].rstrip()) - column + 1, 1)

    def part(self, path: Path, text: str) -> Part | None:
        """Where a text first stands in that at ``path``."""
        node = self.node(path)
        offset = node.text.find(text) if isinstance(node, Scalar) else -1
        return (offset, len(text)) if offset >= 0 else None

    def _follow(self, path: Path) -> tuple[Node, int]:
        node = self.root
        for depth, step in enumerate(path):
            below = _child(node, step)
            if below is None:
                return node, depth
            node = below
        return node, len(path)


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(node, Table) and step in node.entries:
        return node.entries[str(step)].value
    if isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
        return node.items[step]
    return None


def _inside(source: str, scalar: Scalar, offset: int) -> Place:
    """Folding changes white space only, so the characters that can be seen lead from the value to the source."""
    seen = sum(not character.isspace() for character in scalar.text[:offset])
    index, after = scalar.start, scalar.start
    for number, index in enumerate(_visible(source, scalar)):
        if number == seen:
            break
        after = index + 1
    else:
        index = after
    line_start = source.rfind("\n", 0, index) + 1
    line = scalar.line + source.count("\n", scalar.start, index)
    return line, index - line_start + 1


def _visible(source: str, scalar: Scalar) -> Iterator[int]:
    """Where each character of the value that isn't white space begins in the source."""
    index, end = _content(source, scalar)
    while index < end:
        length, shows = _unit(source, index, scalar.style)
        if shows:
            yield index
        index += length


def _content(source: str, scalar: Scalar) -> tuple[int, int]:
    if scalar.style == "block":
        return source.find("\n", scalar.start) + 1, scalar.end
    quote = 0 if scalar.style == "plain" else 1
    return scalar.start + quote, scalar.end - quote


def _unit(source: str, index: int, style: Style) -> tuple[int, bool]:
    """How many characters of the source stand for one of the value, and whether that one can be seen."""
    character = source[index]
    if style == "single" and character == "'":
        return 2, True
    if style == "double" and character == "\\":
        escape = source[index + 1]
        return 2 + {"x": 2, "u": 4, "U": 8}.get(escape, 0), escape not in " \t\nntrvfNLPe_"
    return 1, not character.isspace()
