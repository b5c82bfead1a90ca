"""Telltale's core: what a library of signals means. Pure: no Kafka, no clock, no files but in `load_library`."""

from rules.comparing import (
    Changes,
    Compared,
    Comparison,
    Difference,
    all_compared,
    changes,
    compare,
    told_difference,
)
from rules.compile import compile_plan
from rules.context import CONTEXT_KEY, encode_context, read_context
from rules.context import UPDATED as CONTEXT
from rules.declaration import Library
from rules.describing import Described, describe, exported_state, told_customer
from rules.docs import library_site
from rules.erasing import DAY, MOST_KEPT, Erasures, digest_of, encode_erasure, erasure_id, is_erased
from rules.explaining import Explained, Explainer, Kept, Life, NearestMisses, as_json, life_in, life_of, names_of, told
from rules.fields import matches_any
from rules.links import ERASED
from rules.lint import Finding, lint_library
from rules.messages import (
    CancelEvent,
    Event,
    OutcomeProperties,
    OutcomeRecord,
    OutcomeType,
    TriggerEvent,
    cancelling,
    decode_event,
    encode_outcome,
)
from rules.mutation import Change, Tried, subjects, try_changes
from rules.names import nearest, one_of
from rules.parse import folder_files, load_files, load_library, load_placed
from rules.partition import Clock, ForeignLog, Partition
from rules.places import PlacedLibrary, Places, Spot
from rules.plan import Plan
from rules.policy import TOO_MANY
from rules.problem import LibraryError, Problem
from rules.reference import language_reference
from rules.replaying import (
    WHOLE,
    History,
    LinkedError,
    MixedLinesError,
    Replayed,
    Share,
    UnknownLibraryError,
    Until,
    replay,
    switches_in,
)
from rules.schema import json_schemas
from rules.slice import DeadLetter, Decided, Forward, LogRecord, Outgoing, Slice, Stats
from rules.source import Document, Path, Place, Table, plain, read_document
from rules.state import alias_of, identities_of
from rules.switch import ANY_LIBRARY, NO_LIBRARY, Switch, encode_switch, switch_in
from rules.timeline import BadTimeline, Line, Mark, Outcome, Rig, drawn
from rules.touchpoint import MAX_TIME, BadRecord, Touchpoint, decode_control, decode_touchpoint, to_millis
from rules.wall_time import zone_of
from rules.warming import Warming
from rules.wire import MARKER_KEY, Marker, decode_marker, library_of, rfc3339
from rules.wire_schemas import message_components, message_schemas

__all__ = [
    "ANY_LIBRARY",
    "CONTEXT",
    "CONTEXT_KEY",
    "DAY",
    "ERASED",
    "MARKER_KEY",
    "MAX_TIME",
    "MOST_KEPT",
    "NO_LIBRARY",
    "TOO_MANY",
    "WHOLE",
    "BadRecord",
    "BadTimeline",
    "CancelEvent",
    "Change",
    "Changes",
    "Clock",
    "Compared",
    "Comparison",
    "DeadLetter",
    "Decided",
    "Described",
    "Difference",
    "Document",
    "Erasures",
    "Event",
    "Explained",
    "Explainer",
    "Finding",
    "ForeignLog",
    "Forward",
    "History",
    "Kept",
    "Library",
    "LibraryError",
    "Life",
    "Line",
    "LinkedError",
    "LogRecord",
    "Mark",
    "Marker",
    "MixedLinesError",
    "NearestMisses",
    "Outcome",
    "OutcomeProperties",
    "OutcomeRecord",
    "OutcomeType",
    "Outgoing",
    "Partition",
    "Path",
    "Place",
    "PlacedLibrary",
    "Places",
    "Plan",
    "Problem",
    "Replayed",
    "Rig",
    "Share",
    "Slice",
    "Spot",
    "Stats",
    "Switch",
    "Table",
    "Touchpoint",
    "Tried",
    "TriggerEvent",
    "UnknownLibraryError",
    "Until",
    "Warming",
    "alias_of",
    "all_compared",
    "as_json",
    "cancelling",
    "changes",
    "compare",
    "compile_plan",
    "decode_control",
    "decode_event",
    "decode_marker",
    "decode_touchpoint",
    "describe",
    "digest_of",
    "drawn",
    "encode_context",
    "encode_erasure",
    "encode_outcome",
    "encode_switch",
    "erasure_id",
    "exported_state",
    "folder_files",
    "identities_of",
    "is_erased",
    "json_schemas",
    "language_reference",
    "library_of",
    "library_site",
    "life_in",
    "life_of",
    "lint_library",
    "load_files",
    "load_library",
    "load_placed",
    "matches_any",
    "message_components",
    "message_schemas",
    "names_of",
    "nearest",
    "one_of",
    "plain",
    "read_context",
    "read_document",
    "replay",
    "rfc3339",
    "subjects",
    "switch_in",
    "switches_in",
    "to_millis",
    "told",
    "told_customer",
    "told_difference",
    "try_changes",
    "zone_of",
]
