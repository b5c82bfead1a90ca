"""Expressions of the signal language: text is read, checked, and compiled once to a Python function.

Nothing but what `Scope` says is in reach, and every value, missing ones too, has a result: evaluation never raises.
"""

from rules.expression.compile import (
    CustomerFunction,
    Reader,
    TouchpointFunction,
    compile_customer,
    compile_touchpoint,
)
from rules.expression.expression import Expression, parse
from rules.expression.functions import FUNCTIONS
from rules.expression.mistake import ExpressionError, Mistake
from rules.expression.pinned import pinned
from rules.expression.reach import RESERVED
from rules.expression.scope import FIELDS, OPEN_FIELDS, FeatureInfo, FeatureRead, Kind, Scope, Tendency
from rules.expression.segments import Segments, read_segments, segments_in
from rules.expression.tree import counts_days

__all__ = [
    "FIELDS",
    "FUNCTIONS",
    "OPEN_FIELDS",
    "RESERVED",
    "CustomerFunction",
    "Expression",
    "ExpressionError",
    "FeatureInfo",
    "FeatureRead",
    "Kind",
    "Mistake",
    "Reader",
    "Scope",
    "Segments",
    "Tendency",
    "TouchpointFunction",
    "compile_customer",
    "compile_touchpoint",
    "counts_days",
    "parse",
    "pinned",
    "read_segments",
    "segments_in",
]
