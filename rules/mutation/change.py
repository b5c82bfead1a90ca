"""One small change of a library, and what makes the changes of its parts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final

from rules.declaration import Feature, Library, Segment, Signal, Types
from rules.duration import in_words
from rules.fields import matches_any
from rules.mutation.expression import edits, negated
from rules.places import Kind
from rules.story import Story

Declaration = Signal | Feature | Segment | Story
Path = tuple[str | int, ...]

_SECOND: Final = 1_000
_DAY: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Change:
    """``declared`` takes the place of the signal, feature, segment or story ``name``; ``path`` leads to what changed
    within it, ``offset`` to a character of an expression there, ``item`` to one of the texts listed there, where these
    aren't None. ``says`` tells the change."""

    kind: Kind
    name: str
    path: Path
    offset: int | None
    says: str
    declared: Declaration
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes changes of one declaration."""

    kind: Kind
    name: str

    def change(self, path: Path, says: str, declared: Declaration, offset: int | None = None) -> Change:
        return Change(self.kind, self.name, path, offset, says, declared)

    def dropped(self, key: str, declared: Declaration) -> Change:
        """Without a key of its own."""
        return self.change((key,), f"`{key}` is dropped", declared)

    def duration(self, path: Path, millis: int, put: Callable[[int], Declaration]) -> Iterator[Change]:
        """Half of a duration, and twice of it; a day for none."""
        for other in (millis // 2, millis * 2) if millis else (_DAY,):
            if other:
                yield self.change(path, f"`{_written(millis)}` becomes `{_written(other)}`", put(other))

    def condition(self, path: Path, text: str, put: Callable[[str], Declaration]) -> Iterator[Change]:
        """The edits of an expression, and its opposite."""
        for edit in (*edits(text), *negated(text)):
            yield self.change(path, edit.says, put(edit.text), edit.offset)

    def types(
        self, path: Path, types: Types, put: Callable[[Types], Declaration], idle: Collection[str] = ()
    ) -> Iterator[Change]:
        """A list of types without one of them; ``idle`` are those that change nothing, as do those that another of the
        list takes in."""
        for name in types:
            rest = tuple(other for other in types if other != name)
            if rest and name not in idle and not matches_any(rest, name):
                yield Change(self.kind, self.name, path, None, f"`{name}` is dropped", put(rest), name)


def _written(millis: int) -> str:
    return f"{millis}ms" if millis % _SECOND else in_words(millis)


def changed(library: Library, change: Change) -> Library:
    """The library after a change; a signal that changed runs as if it were live."""
    name, declared = change.name, change.declared
    match declared:
        case Signal():
            live = replace(declared, status="live")
            return replace(library, signals=tuple(live if one.name == name else one for one in library.signals))
        case Feature():
            return replace(library, features=tuple(declared if one.name == name else one for one in library.features))
        case Segment():
            return replace(library, segments=tuple(declared if one.name == name else one for one in library.segments))
        case Story():
            return replace(library, stories=tuple(declared if one.name == name else one for one in library.stories))
