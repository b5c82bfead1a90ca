"""The parts of a library that have been read, each with its place, before they are checked against one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.declaration import Feature, FeatureKind
from rules.declare import declared_feature
from rules.schema import ChannelEntry, FeatureEntry, InteractionEntry, LibraryFile, SignalFile
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
class Parts:
    """What was read of a library.

    ``interactions``, ``channels`` and ``doubtful`` are None where they can't be known, as their file can't be read.
    ``doubtful`` are the features that something is wrong with: what reads them can't be judged yet.
    """

    settings: LibraryFile | None = None
    has_catalogue: bool = False
    interactions: Mapping[str, InteractionEntry] | None = field(default_factory=dict)
    has_channels: bool = False
    channels: Mapping[str, ChannelEntry] | None = field(default_factory=dict)
    features: tuple[PlacedFeature, ...] = ()
    doubtful: frozenset[str] | None = frozenset()
    signals: tuple[Placed[SignalFile], ...] = ()
