"""From YAML events to nodes, with what a library may not use: anchors, aliases, tags, doubled keys, great depth.

Events are taken one by one, so that nothing is ever copied for an alias and a deep file is left at its bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from rules.problem import Problem
from rules.source.node import Entry, Node, Scalar, Sequence, Style, Table
from rules.source.scalar import resolve
from rules.source.syntax import syntax_problem

DEEPEST: Final = 20
MOST_PROBLEMS: Final = 100  # of one file: one made to be refused must not fill the screen
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # without libyaml it is slower, no less right
_WRITTEN_AGAIN: Final = {  # in place of an anchor
    yaml.ScalarEvent: "leave it out and write the value again where it is used, or put the text in quotes",
    yaml.SequenceStartEvent: "leave it out and write the list out again where it is used",
    yaml.MappingStartEvent: "leave it out and write the mapping out again where it is used",
}
_STYLES: Final[dict[str, Style]] = {"'": "single", '"': "double", "|": "block", ">": "block"}


def compose(file: str, text: str) -> tuple[Node | None, list[Problem]]:
    """The root node of a text and what is wrong with it; None where it can't be read, or nothing stands in it."""
    composer = _Composer(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            composer.take(event)
    except _LeftOffError:
        return None, composer.problems
    except yaml.YAMLError as error:
        return None, [*composer.problems, syntax_problem(file, text, error)]
    return composer.root, composer.problems


class _LeftOffError(Exception):
    """Reading can't go on; why has been noted."""


@dataclass(slots=True)
class _Open:
    """A collection whose end hasn't come yet."""

    line: int
    column: int
    is_table: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    awaits_value: bool = False
    key: Scalar | None = None

    def close(self) -> Node:
        if self.is_table:
            return Table(self.line, self.column, self.entries)
        return Sequence(self.line, self.column, tuple(self.items))


class _Composer:
    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self._open: list[_Open] = []

    def take(self, event: Any) -> None:
        match event:
            case yaml.ScalarEvent():
                self._refuse_extras(event)
                self._add(_scalar(event))
            case yaml.AliasEvent():
                self._add(self._alias(event))
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._refuse_extras(event)
                self._begin(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._add(self._open.pop().close())
            case yaml.DocumentStartEvent() if self.root is not None:
                self._note(event, "a second document", "one document a file", "make it a file of its own")
                raise _LeftOffError

    def _begin(self, event: Any) -> None:
        if len(self._open) == DEEPEST:
            self._note(event, f"more than {DEEPEST} levels, one inside the other", "a few", "take levels away")
            raise _LeftOffError
        line, column = _place(event)
        self._open.append(_Open(line, column, isinstance(event, yaml.MappingStartEvent)))

    def _add(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if not parent.is_table:
            parent.items.append(node)
        elif parent.awaits_value:
            self._add_entry(parent, node)
        else:
            parent.key = self._as_key(node)
            parent.awaits_value = True

    def _as_key(self, node: Node) -> Scalar | None:
        if isinstance(node, Scalar):
            return None if node.broken else node
        self._problem(node, "a list or mapping as a key", "a name", "write `name: value`")
        return None

    def _add_entry(self, parent: _Open, value: Node) -> None:
        key, parent.awaits_value = parent.key, False
        if key is None:
            return
        first = parent.entries.get(key.text)
        if first is None:
            parent.entries[key.text] = Entry(key, value)
            return
        advice = f"keep this one or the one in line {first.key.line}"
        self._problem(key, f"the key `{key.text}` for the second time", "each key once", advice)

    def _alias(self, event: Any) -> Scalar:
        self._note(event, f"the alias `*{event.anchor}`", "no aliases", "write out what it stands for")
        line, column = _place(event)
        return Scalar(line, column, event.start_mark.index, event.end_mark.index, "plain", "", None, broken=True)

    def _refuse_extras(self, event: Any) -> None:
        if event.anchor is not None:
            self._note(event, f"the anchor `&{event.anchor}`", "no anchors", _WRITTEN_AGAIN[type(event)])
        if event.tag is not None:
            name = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._note(event, f"the tag `{name}`", "no tags", "leave it out, or put the text in quotes")

    def _note(self, event: Any, found: str, expected: str, instead: str) -> None:
        self.problems.append(Problem(self.file, *_place(event), found, expected, instead))
        if len(self.problems) >= MOST_PROBLEMS:
            raise _LeftOffError

    def _problem(self, node: Node, found: str, expected: str, instead: str) -> None:
        self.problems.append(Problem(self.file, node.line, node.column, found, expected, instead))


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _scalar(event: Any) -> Scalar:
    style = _STYLES.get(event.style, "plain")
    value = resolve(event.value) if style == "plain" else event.value
    start, end = event.start_mark, event.end_mark
    return Scalar(start.line + 1, start.column + 1, start.index, end.index, style, event.value, value)
