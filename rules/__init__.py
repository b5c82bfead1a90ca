"""Telltale's core: what a library of signals means. Pure: no Kafka, no clock, no files but in `load_library`."""

from rules.comparing import Comparison, Difference, compare, told_difference
from rules.compile import compile_plan
from rules.declaration import Library
from rules.explaining import Explained, Explainer, Kept, Life, NearestMisses, as_json, life_in, life_of, told
from rules.lint import Finding, lint_library
from rules.mutation import Change, Tried, subjects, try_changes
from rules.names import nearest, one_of
from rules.parse import load_library, load_placed
from rules.partition import Clock, ForeignLog, Partition
from rules.places import PlacedLibrary, Places, Spot
from rules.plan import Plan
from rules.problem import LibraryError, Problem
from rules.reference import language_reference
from rules.replaying import MixedLinesError, Replayed, Until, replay
from rules.schema import json_schemas
from rules.slice import DeadLetter, Decided, LogRecord, Outgoing, Slice, Stats
from rules.source import Document, Path, Place, Table, plain, read_document
from rules.timeline import BadTimeline, Line, Mark, Outcome, Rig, drawn
from rules.touchpoint import MAX_TIME, BadRecord, Touchpoint, decode_touchpoint, to_millis
from rules.wall_time import zone_of
from rules.wire import MARKER_KEY, Marker, decode_marker, rfc3339

__all__ = [
    "MARKER_KEY",
    "MAX_TIME",
    "BadRecord",
    "BadTimeline",
    "Change",
    "Clock",
    "Comparison",
    "DeadLetter",
    "Decided",
    "Difference",
    "Document",
    "Explained",
    "Explainer",
    "Finding",
    "ForeignLog",
    "Kept",
    "Library",
    "LibraryError",
    "Life",
    "Line",
    "LogRecord",
    "Mark",
    "Marker",
    "MixedLinesError",
    "NearestMisses",
    "Outcome",
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
    "Slice",
    "Spot",
    "Stats",
    "Table",
    "Touchpoint",
    "Tried",
    "Until",
    "as_json",
    "compare",
    "compile_plan",
    "decode_marker",
    "decode_touchpoint",
    "drawn",
    "json_schemas",
    "language_reference",
    "life_in",
    "life_of",
    "lint_library",
    "load_library",
    "load_placed",
    "nearest",
    "one_of",
    "plain",
    "read_document",
    "replay",
    "rfc3339",
    "subjects",
    "to_millis",
    "told",
    "told_difference",
    "try_changes",
    "zone_of",
]
