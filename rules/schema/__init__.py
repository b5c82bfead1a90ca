"""The files of a library as models: which keys each has, what stands behind them, what is not supported yet.

The models read one declaration each; `json_schemas` gives the schema of each file kind for editors.
"""

from rules.schema.declared import AnyModel, Declared, Seen
from rules.schema.features import (
    FEATURE_KINDS,
    FEATURE_KINDS_NOT_YET,
    CountEntry,
    FeatureEntry,
    OfEntry,
    ScoreEntry,
    TopEntry,
)
from rules.schema.json_schema import json_schemas
from rules.schema.library import ChannelEntry, InteractionEntry, LibraryFile
from rules.schema.signals import PATTERNS, SignalFile, StepEntry, ThenEntry, WithoutEntry
from rules.schema.words import CHANNEL_NAME, FEATURE_NAME, TYPE_NAME

__all__ = [
    "CHANNEL_NAME",
    "FEATURE_KINDS",
    "FEATURE_KINDS_NOT_YET",
    "FEATURE_NAME",
    "PATTERNS",
    "TYPE_NAME",
    "AnyModel",
    "ChannelEntry",
    "CountEntry",
    "Declared",
    "FeatureEntry",
    "InteractionEntry",
    "LibraryFile",
    "OfEntry",
    "ScoreEntry",
    "Seen",
    "SignalFile",
    "StepEntry",
    "ThenEntry",
    "TopEntry",
    "WithoutEntry",
    "json_schemas",
]
