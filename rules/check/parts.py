"""The parts of a library that have been read, each with its place, before they are checked against one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.declaration import Feature, FeatureKind
from rules.declare import declared_feature
from rules.schema import (
    ChannelEntry,
    FeatureEntry,
    InteractionEntry,
    LibraryFile,
    SegmentEntry,
    SignalFile,
    StoryFile,
    TimelineEntry,
)
from rules.schema_reading import Placed


@dataclass(frozen=True, slots=True)
class PlacedFeature:
    """A feature and its entry; ``name`` is its key in `features.yaml`."""

    name: str
    kind: FeatureKind
    entry: Placed[FeatureEntry]

    def declared(self) -> Feature:
        return declared_feature(self.name, self.kind, self.entry.model)


@dataclass(frozen=True, slots=True)
class PlacedSegment:
    """A segment and its condition; ``name`` is its key in `segments.yaml`."""

    name: str
    entry: Placed[SegmentEntry]

    @property
    def condition(self) -> str:
        return self.entry.model.condition


@dataclass(frozen=True, slots=True)
class PlacedTimeline:
    """A timeline and the signal beside whose file it is written."""

    signal: Placed[SignalFile]
    entry: Placed[TimelineEntry]


@dataclass(frozen=True, slots=True)
class Parts:
    """What was read of a library.

    ``interactions``, ``channels``, ``segments`` and ``doubtful`` are None where they can't be known, as their file
    can't be read. ``doubtful`` are the features that something is wrong with, ``unread`` the segments whose condition
    can't be read: what reads one of them can't be judged yet. Without ``has_all_signals`` there are signals whose
    name can't be read; without ``has_all_stories`` there are stories something of which can't be.
    """

    settings: LibraryFile | None = None
    placed_settings: Placed[LibraryFile] | None = None
    has_catalogue: bool = False
    interactions: Mapping[str, InteractionEntry] | None = field(default_factory=dict)
    has_channels: bool = False
    channels: Mapping[str, ChannelEntry] | None = field(default_factory=dict)
    features: tuple[PlacedFeature, ...] = ()
    doubtful: frozenset[str] | None = frozenset()
    segments: tuple[PlacedSegment, ...] | None = ()
    unread: frozenset[str] = frozenset()
    signals: tuple[Placed[SignalFile], ...] = ()
    has_all_signals: bool = True
    timelines: tuple[PlacedTimeline, ...] = ()
    stories: tuple[Placed[StoryFile], ...] = ()
    has_all_stories: bool = True
