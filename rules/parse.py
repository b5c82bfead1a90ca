"""From a folder of YAML to a library: all files are read, then checked together, and all problems come at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rules.check import Parts, check_library
from rules.declaration import Channel, Interaction, Library
from rules.declare import declared_signal
from rules.digest import digest
from rules.folder import find_files
from rules.problem import LibraryError
from rules.reading import read_parts
from rules.schema import LibraryFile


def load_library(directory: Path) -> Library:
    """Reads and checks the library in a folder.

    Raises:
        LibraryError: with all problems of all files. Files are named as ``directory`` is given.
    """
    folder = find_files(Path(directory))
    parts, problems = read_parts(folder)
    problems = [*folder.problems, *problems, *check_library(parts)]
    if problems or parts.settings is None:
        raise LibraryError(problems)
    return _library(parts.settings, parts)


def _library(settings: LibraryFile, parts: Parts) -> Library:
    """The library, each kind of declaration by name, so that the files that hold them don't matter."""
    interactions = [
        Interaction(name, entry.says, entry.channel, entry.loop, entry.evidence)
        for name, entry in (parts.interactions or {}).items()
    ]
    library = Library(
        name=settings.name,
        digest="",
        time_zone=settings.time_zone,
        currency=settings.currency,
        late_by=settings.late_by,
        interactions=tuple(sorted(interactions, key=lambda interaction: interaction.name)),
        has_catalogue=parts.has_catalogue,
        channels=tuple(map(Channel, sorted(parts.channels or ()))),
        features=tuple(sorted((part.declared() for part in parts.features), key=lambda feature: feature.name)),
        signals=tuple(sorted((declared_signal(part.model) for part in parts.signals), key=lambda signal: signal.name)),
    )
    return replace(library, digest=digest(library))
