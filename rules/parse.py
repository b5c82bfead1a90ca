"""From a folder of YAML to a library: all files are read, then checked together, and all problems come at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from rules.check import Parts, PlacedSegment, check_library
from rules.declaration import Library, Segment, Timeline
from rules.declare import (
    declared_caps,
    declared_channel,
    declared_groups,
    declared_interaction,
    declared_signal,
    declared_sources,
    declared_timeline,
)
from rules.declare_story import declared_story
from rules.digest import digest
from rules.folder import Folder, find_files, given_files, texts_in
from rules.places import PlacedLibrary, Places
from rules.problem import MOST_PROBLEMS, LibraryError, Problem
from rules.reading import read_parts
from rules.schema import LibraryFile
from rules.wall_time import zone_of


def load_library(directory: Path) -> Library:
    """Reads and checks the library in a folder.

    Raises:
        LibraryError: with all problems of all files. Files are named as ``directory`` is given.
    """
    return load_placed(directory).library


def load_placed(directory: Path) -> PlacedLibrary:
    """As `load_library`, with where the library says what."""
    return _load(find_files(Path(directory)))


def load_files(files: Mapping[str, str], name: str) -> Library:
    """Reads and checks a library whose files are given as texts, by their names within its folder.

    Raises:
        LibraryError: as `load_library`. Files are named as in the mapping, the whole is called ``name``.
    """
    return _load(given_files(files, name)).library


def folder_files(directory: Path) -> dict[str, str]:
    """The texts of a library's files by their names within its folder, for `load_files`.

    Raises:
        LibraryError: when one can't be read.
    """
    try:
        return texts_in(directory)
    except (OSError, UnicodeDecodeError):
        load_placed(directory)
        raise


def _load(folder: Folder) -> PlacedLibrary:
    parts, problems = read_parts(folder)
    found = chain(folder.problems, problems, check_library(parts))
    problems = list(islice(found, MOST_PROBLEMS))
    if problems or parts.settings is None:
        raise LibraryError([*problems, *_more(folder.name, found)])
    return PlacedLibrary(_library(parts.settings, parts), Places(parts))


def _more(name: str, found: Iterator[Problem]) -> Iterator[Problem]:
    """Says that there are more problems than are listed, if there are."""
    if next(found, None) is not None:
        words = f"more than {MOST_PROBLEMS:,} problems", "fewer", "mend those that are listed first"
        yield Problem(name, 1, 1, *words)


def _library(settings: LibraryFile, parts: Parts) -> Library:
    """The library, each kind of declaration by name, so that the files that hold them don't matter."""
    interactions = [declared_interaction(name, entry) for name, entry in sorted((parts.interactions or {}).items())]
    library = Library(
        name=settings.name,
        digest="",
        time_zone=settings.time_zone,
        currency=settings.currency,
        late_by=settings.late_by,
        sources=declared_sources(settings),
        forget_after=settings.forget_after,
        interactions=tuple(interactions),
        has_catalogue=parts.has_catalogue,
        channels=tuple(declared_channel(name, entry) for name, entry in sorted((parts.channels or {}).items())),
        features=tuple(sorted((part.declared() for part in parts.features), key=lambda feature: feature.name)),
        segments=tuple(Segment(part.name, part.condition) for part in sorted(parts.segments or (), key=_name)),
        signals=tuple(sorted((declared_signal(part.model) for part in parts.signals), key=lambda signal: signal.name)),
        identities=settings.identities.limit,
        stories=tuple(sorted((declared_story(part.model) for part in parts.stories), key=lambda story: story.name)),
        timelines=tuple(sorted(_timelines(parts, settings.time_zone), key=lambda timeline: timeline.signal)),
        groups=declared_groups(settings),
        caps=declared_caps(settings.cap),
        content_again=settings.content_again,
    )
    return replace(library, digest=digest(library))


def _name(part: PlacedSegment) -> str:
    return part.name


def _timelines(parts: Parts, time_zone: str) -> Iterator[Timeline]:
    place = zone_of(time_zone)
    for timeline in parts.timelines:
        entry = timeline.entry
        line, _ = entry.document.at(entry.path)
        yield declared_timeline(timeline.signal.model.signal, entry.document.file, line, entry.model, place)
