"""One small change of a library, and what makes the changes of its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from rules.declaration import Feature, Segment, Signal
from rules.duration import in_words
from rules.mutation.expression import edits, negated
from rules.places import Kind

Declaration = Signal | Feature | Segment
Path = tuple[str | int, ...]

_SECOND: Final = 1_000


@dataclass(frozen=True, slots=True)
class Change:
    """``declared`` takes the place of the signal, feature or segment ``name``; ``path`` and ``offset`` (a character
    of an expression, or None) lead to what changed within it. ``says`` tells the change."""

    kind: Kind
    name: str
    path: Path
    offset: int | None
    says: str
    declared: Declaration


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes changes of one declaration."""

    kind: Kind
    name: str

    def change(self, path: Path, says: str, declared: Declaration, offset: int | None = None) -> Change:
        return Change(self.kind, self.name, path, offset, says, declared)

    def duration(self, path: Path, millis: int, put: Callable[[int], Declaration]) -> Iterator[Change]:
        """Half of a duration, and twice of it."""
        for other in (millis // 2, millis * 2):
            if other:
                yield self.change(path, f"`{_written(millis)}` becomes `{_written(other)}`", put(other))

    def condition(self, path: Path, text: str, put: Callable[[str], Declaration]) -> Iterator[Change]:
        """The edits of an expression, and its opposite."""
        for edit in (*edits(text), *negated(text)):
            yield self.change(path, edit.says, put(edit.text), edit.offset)


def _written(millis: int) -> str:
    return f"{millis}ms" if millis % _SECOND else in_words(millis)
