"""Telltale's core: what a library of signals means. Pure: no Kafka, no clock, no files but in `load_library`."""

from rules.compile import compile_plan
from rules.declaration import Library
from rules.parse import load_library
from rules.partition import Clock, ForeignLog, Partition
from rules.plan import Plan
from rules.problem import LibraryError, Problem
from rules.slice import DeadLetter, Decided, LogRecord, Outgoing, Slice, Stats
from rules.touchpoint import BadRecord, Touchpoint, decode_touchpoint
from rules.wire import MARKER_KEY, Marker, decode_marker, rfc3339

__all__ = [
    "MARKER_KEY",
    "BadRecord",
    "Clock",
    "DeadLetter",
    "Decided",
    "ForeignLog",
    "Library",
    "LibraryError",
    "LogRecord",
    "Marker",
    "Outgoing",
    "Partition",
    "Plan",
    "Problem",
    "Slice",
    "Stats",
    "Touchpoint",
    "compile_plan",
    "decode_marker",
    "decode_touchpoint",
    "load_library",
    "rfc3339",
]
