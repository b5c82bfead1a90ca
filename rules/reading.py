"""Reads the files of a library, each by itself, into the parts that are then checked against one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar, cast

from rules.check import Parts, PlacedFeature, PlacedSegment, PlacedTimeline
from rules.declaration import FeatureKind
from rules.folder import CHANNELS, FEATURES, INTERACTIONS, LIBRARY, SEGMENTS, Folder, signal_of
from rules.names import nearest
from rules.problem import Problem
from rules.schema import (
    CHANNEL_NAME,
    FEATURE_KINDS,
    FEATURE_NAME,
    MOST_TIMELINES,
    SEGMENT_NAME,
    TYPE_NAME,
    ChannelEntry,
    Declared,
    InteractionEntry,
    LibraryFile,
    SegmentEntry,
    SignalFile,
    StoryFile,
    TimelineEntry,
)
from rules.schema_kinds import Expression, RefusalError, Text, shown
from rules.schema_reading import Placed, read_model
from rules.source import Document, Sequence, Table, decode_document, plain, read_document

M = TypeVar("M", bound=Declared)

_FEATURE_IN_WORDS = "a feature such as `{count: page_view, over: 1h}`"


def read_parts(folder: Folder) -> tuple[Parts, list[Problem]]:
    """All that can be read of a library's files, and what is wrong within each."""
    reader = _Reader(folder)
    return reader.parts(), reader.problems


class _Reader:
    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self.problems: list[Problem] = []

    def parts(self) -> Parts:
        files = self._folder.files
        settings = self._whole(LibraryFile, files[LIBRARY]) if LIBRARY in files else None
        features, doubtful = self._features()
        segments, unread = self._segments()
        signals = {path: self._whole(SignalFile, path) for path in self._folder.signals}
        stories = [self._whole(StoryFile, path) for path in self._folder.stories]
        return Parts(
            settings=settings.model if settings else None,
            placed_settings=settings,
            has_catalogue=INTERACTIONS in files,
            interactions=self._entries(INTERACTIONS, TYPE_NAME, InteractionEntry),
            has_channels=CHANNELS in files,
            channels=self._entries(CHANNELS, CHANNEL_NAME, ChannelEntry),
            features=features,
            doubtful=doubtful,
            segments=segments,
            unread=unread,
            signals=tuple(signal for signal in signals.values() if signal is not None),
            has_all_signals=all(signal and not signal.is_mended(("signal",)) for signal in signals.values()),
            timelines=tuple(self._timelines(signals)),
            stories=tuple(story for story in stories if story is not None),
            has_all_stories=all(story is not None and not story.mended for story in stories),
        )

    def _timelines(self, signals: Mapping[Path, Placed[SignalFile] | None]) -> Iterator[PlacedTimeline]:
        """The timelines of all files; of a signal that can't be read only what is wrong by itself is of interest."""
        for path in self._folder.timelines:
            signal = signals[signal_of(path)]
            for entry in self._timelines_in(path):
                if signal is not None:
                    yield PlacedTimeline(signal, entry)

    def _timelines_in(self, path: Path) -> Iterator[Placed[TimelineEntry]]:
        document = self._document(path)
        if document is None:
            return
        if not isinstance(document.root, Sequence):
            found, instead = shown(plain(document.root)), "begin each with `- name: ...`"
            self._note(document, (), found, "a list of timelines", instead)
        elif len(document.root.items) > MOST_TIMELINES:
            found, expected = f"{len(document.root.items):,} timelines", f"at most {MOST_TIMELINES} of a signal"
            self._note(document, (), found, expected, "take some away")
        else:
            read = (self._model(TimelineEntry, document, (at,), data) for at, data in enumerate(plain(document.root)))
            yield from (entry for entry in read if entry is not None)

    def _whole(self, model: type[M], path: Path) -> Placed[M] | None:
        """A file that is one declaration."""
        document = self._document(path)
        return self._model(model, document, (), plain(document.root)) if document else None

    def _entries(self, file: str, names: Text, model: type[M]) -> Mapping[str, M] | None:
        """A file of named declarations; where one is wrong, at least its name is known."""
        table = self._table(file, names)
        if table is None:
            return None
        document, data = table
        read = {name: self._model(model, document, (name,), entry) for name, entry in data.items()}
        sound = {name: placed.model if placed else model.model_construct() for name, placed in read.items()}
        return {name: entry for name, entry in sound.items() if not names.refused(name)}

    def _features(self) -> tuple[tuple[PlacedFeature, ...], frozenset[str] | None]:
        table = self._table(FEATURES, FEATURE_NAME)
        if table is None:
            return (), None
        document, data = table
        features = [self._feature(document, name, entry) for name, entry in data.items()]
        sound = {feature.name for feature in features if feature and not feature.entry.mended}
        return tuple(feature for feature in features if feature), frozenset(data.keys() - sound)

    def _feature(self, document: Document, name: str, data: object) -> PlacedFeature | None:
        kind = self._kind(document, name, data)
        entry = self._model(FEATURE_KINDS[kind], document, (name,), data) if kind else None
        return PlacedFeature(name, kind, entry) if entry and kind else None

    def _kind(self, document: Document, name: str, data: object) -> FeatureKind | None:
        """The one key of a feature that says its kind."""
        if not isinstance(data, dict):
            if document.is_broken((name,)):
                return None
            self._note(document, (name,), shown(data), _FEATURE_IN_WORDS, "write a mapping")
            return None
        kinds = [key for key in data if key in FEATURE_KINDS]
        if len(kinds) == 1:
            return cast("FeatureKind", kinds[0])
        expected = f"one of {', '.join(FEATURE_KINDS)}"
        for second in kinds[1:]:
            found = f"`{second}` beside `{kinds[0]}` in one feature"
            self._note(document, (name, second), found, expected, "make it a feature of its own")
        if not kinds:
            self._no_kind(document, name, list(data), expected)
        return None

    def _no_kind(self, document: Document, name: str, keys: list[str], expected: str) -> None:
        for key in keys:
            near = nearest(key, FEATURE_KINDS)
            if near:
                self._note(document, (name, key), f"the unknown key `{key}`", expected, f"write `{near}`")
                return
        found = f"`{name}` without a key that says what it is"
        self._note(document, (name,), found, expected, "write, for example, `{count: page_view, over: 1h}`")

    def _segments(self) -> tuple[tuple[PlacedSegment, ...] | None, frozenset[str]]:
        table = self._table(SEGMENTS, SEGMENT_NAME)
        if table is None:
            return None, frozenset()
        document, data = table
        segments = [self._segment(document, name, value) for name, value in data.items()]
        read = tuple(segment for segment in segments if segment is not None)
        return read, frozenset(data.keys() - {segment.name for segment in read})

    def _segment(self, document: Document, name: str, value: object) -> PlacedSegment | None:
        try:
            entry = SegmentEntry.model_construct(condition=Expression().read(value))
        except RefusalError as refused:
            if not document.is_broken((name,)):
                words = refused.found, refused.expected, refused.instead
                self.problems.append(document.problem((name,), *words))
            return None
        return PlacedSegment(name, Placed(entry, document, (name,), frozenset()))

    def _table(self, file: str, names: Text) -> tuple[Document, dict[str, object]] | None:
        """A file of named entries as document and plain data, empty where there is no such file."""
        path = self._folder.files.get(file)
        if path is None:
            return Document(file, "", Table(1, 1, {})), {}
        document = self._document(path)
        if document is None:
            return None
        if not isinstance(document.root, Table):
            found, expected = shown(plain(document.root)), "a mapping of names"
            self._note(document, (), found, expected, f"write, for example, `{names.example}:` and what belongs to it")
            return None
        for name in document.root.entries:
            refused = names.refused(name)
            if refused:
                self._note(document, (name,), refused.found, refused.expected, refused.instead)
        return document, plain(document.root)

    def _model(self, model: type[M], document: Document, path: tuple[str | int, ...], data: object) -> Placed[M] | None:
        placed, problems = read_model(model, document, path, data)
        self.problems += problems
        return placed

    def _document(self, path: Path) -> Document | None:
        texts = self._folder.texts
        read = read_document(path) if texts is None else decode_document(path.as_posix(), _bytes(texts[path]))
        self.problems += read[1]
        return read[0]

    def _note(self, document: Document, path: tuple[str, ...], found: str, expected: str, instead: str) -> None:
        """A problem at a key."""
        self.problems.append(document.problem(path, found, expected, instead, at_key=True))


def _bytes(text: str) -> bytes:
    # Half a surrogate pair, which JSON can hold, isn't UTF-8 and is then refused as such.
    return text.encode("utf-8", "surrogatepass")
