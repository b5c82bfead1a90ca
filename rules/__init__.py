"""Telltale's core: what a library of signals means. Pure: no Kafka, no clock, no files but in `load_library`."""

from rules.compile import compile_plan
from rules.declaration import Library
from rules.names import nearest, one_of
from rules.parse import load_library
from rules.partition import Clock, ForeignLog, Partition
from rules.plan import Plan
from rules.problem import LibraryError, Problem
from rules.replaying import MixedLinesError, Replayed, Until, replay
from rules.slice import DeadLetter, Decided, LogRecord, Outgoing, Slice, Stats
from rules.source import Document, Path, Place, Table, plain, read_document
from rules.touchpoint import MAX_TIME, BadRecord, Touchpoint, decode_touchpoint, to_millis
from rules.wire import MARKER_KEY, Marker, decode_marker, rfc3339

__all__ = [
    "MARKER_KEY",
    "MAX_TIME",
    "BadRecord",
    "Clock",
    "DeadLetter",
    "Decided",
    "Document",
    "ForeignLog",
    "Library",
    "LibraryError",
    "LogRecord",
    "Marker",
    "MixedLinesError",
    "Outgoing",
    "Partition",
    "Path",
    "Place",
    "Plan",
    "Problem",
    "Replayed",
    "Slice",
    "Stats",
    "Table",
    "Touchpoint",
    "Until",
    "compile_plan",
    "decode_marker",
    "decode_touchpoint",
    "load_library",
    "nearest",
    "one_of",
    "plain",
    "read_document",
    "replay",
    "rfc3339",
    "to_millis",
]
