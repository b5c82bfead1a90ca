"""Where in its files a library says what: for messages about what has been read already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from rules.check import Parts
from rules.declaration import Library
from rules.schema import Declared
from rules.schema_reading import Placed
from rules.source import Scalar, Sequence

Kind = Literal["signal", "feature", "segment", "story", "timeline", "library"]

SETTINGS: Final = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Places:
    """The places of the declarations of a library. A timeline's name is that of its signal, a space, and its own; the
    library's own settings are named `SETTINGS`."""

    def __init__(self, parts: Parts) -> None:
        self._placed: dict[tuple[Kind, str], Placed[Declared]] = {}
        if parts.placed_settings is not None:
            self._placed["library", SETTINGS] = parts.placed_settings
        for signal in parts.signals:
            self._placed["signal", signal.model.signal] = signal
        for feature in parts.features:
            self._placed["feature", feature.name] = feature.entry
        for segment in parts.segments or ():
            self._placed["segment", segment.name] = segment.entry
        for story in parts.stories:
            self._placed["story", story.model.story] = story
        for timeline in parts.timelines:
            self._placed["timeline", f"{timeline.signal.model.signal} {timeline.entry.model.name}"] = timeline.entry

    def of(self, kind: Kind, name: str, *path: str | int, offset: int | None = None, at_key: bool = False) -> Spot:
        """Where a part of a declaration stands, or the last that holds it; ``offset`` is a character of its text."""
        placed = self._placed[kind, name]
        document, whole = placed.document, (*placed.path, *path)
        if offset is not None and document.has(whole):
            return Spot(document.file, *document.inside(whole, offset))
        return Spot(document.file, *(document.at_key(whole) if at_key else document.at(whole)))

    def texts(self, kind: Kind, name: str, *path: str | int) -> Iterator[tuple[str, Spot]]:
        """The texts that stand at a path, one or a list of them, each with its place; none where nothing is there."""
        placed = self._placed[kind, name]
        whole = (*placed.path, *path)
        node = placed.document.node(whole) if placed.document.has(whole) else None
        for one in node.items if isinstance(node, Sequence) else (node,):
            if isinstance(one, Scalar):
                yield one.text, Spot(placed.document.file, one.line, one.column)

    def written(self, kind: Kind, name: str) -> tuple[str, str]:
        """The file in which a declaration stands, and all that is written there."""
        document = self._placed[kind, name].document
        return document.file, document.text

    def has(self, kind: Kind, name: str, *path: str | int) -> bool:
        """Whether a part of a declaration is written, rather than filled in."""
        return self._placed[kind, name].has(*path)


@dataclass(frozen=True, slots=True)
class PlacedLibrary:
    """A library and where it says what."""

    library: Library
    places: Places
