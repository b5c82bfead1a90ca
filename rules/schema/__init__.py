"""The files of a library as models: which keys each has, what stands behind them, what is not supported yet.

The models read one declaration each; `json_schemas` gives the schema of each file kind for editors.
"""

from rules.schema.declared import AnyModel, Declared, Seen
from rules.schema.features import (
    FEATURE_KINDS,
    CountEntry,
    FeatureEntry,
    OfEntry,
    ScoreEntry,
    TopEntry,
    TrendEntry,
)
from rules.schema.json_schema import json_schemas
from rules.schema.library import (
    ChannelEntry,
    IdentitiesEntry,
    InteractionEntry,
    LibraryFile,
    SegmentEntry,
    SourceEntry,
)
from rules.schema.policy import CapEntry, GroupEntry, QuietEntry, RestEntry
from rules.schema.signals import PATTERNS, DateEntry, SignalFile, StepEntry, ThenEntry, WithoutEntry
from rules.schema.stories import (
    BranchEntry,
    EvidenceEntry,
    ModuleEntry,
    NeededEntry,
    PortionEntry,
    ReenterEntry,
    StageEntry,
    StoryFile,
    TouchEntry,
)
from rules.schema.timelines import MOST_TIMELINES, FiringEntry, TimelineEntry, TouchpointEntry
from rules.schema.words import CHANNEL_NAME, FEATURE_NAME, SEGMENT_NAME, TYPE_NAME

__all__ = [
    "CHANNEL_NAME",
    "FEATURE_KINDS",
    "FEATURE_NAME",
    "MOST_TIMELINES",
    "PATTERNS",
    "SEGMENT_NAME",
    "TYPE_NAME",
    "AnyModel",
    "BranchEntry",
    "CapEntry",
    "ChannelEntry",
    "CountEntry",
    "DateEntry",
    "Declared",
    "EvidenceEntry",
    "FeatureEntry",
    "FiringEntry",
    "GroupEntry",
    "IdentitiesEntry",
    "InteractionEntry",
    "LibraryFile",
    "ModuleEntry",
    "NeededEntry",
    "OfEntry",
    "PortionEntry",
    "QuietEntry",
    "ReenterEntry",
    "RestEntry",
    "ScoreEntry",
    "Seen",
    "SegmentEntry",
    "SignalFile",
    "SourceEntry",
    "StageEntry",
    "StepEntry",
    "StoryFile",
    "ThenEntry",
    "TimelineEntry",
    "TopEntry",
    "TouchEntry",
    "TouchpointEntry",
    "TrendEntry",
    "WithoutEntry",
    "json_schemas",
]
