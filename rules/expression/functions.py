"""The functions that an expression can call: what each takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import re2

from rules.expression.scope import Kind

LONGEST_PATTERN: Final = 200
MOST_INSTRUCTIONS: Final = 1_500  # a search takes at most some 5 ns for each and each byte of the text
PATTERN_MEMORY: Final = 4 << 20  # bytes that one regular expression may take


@dataclass(frozen=True, slots=True)
class Function:
    """``usage``: how to write it. It takes ``least`` to ``most`` values of the kinds ``takes`` (any, where none).

    ``second``: what its second value is, where that is a literal that is needed at load. ``always``: its result
    is never missing; ``keeps``: nor is it where no argument is.
    """

    usage: str
    least: int
    most: int
    takes: tuple[Kind, ...]
    gives: Kind
    second: Literal["value", "digits", "pattern"] = "value"
    always: bool = False
    keeps: bool = False


FUNCTIONS: Final[Mapping[str, Function]] = {
    "min": Function("min(a, b)", 2, 100, ("number",), "number", keeps=True),
    "max": Function("max(a, b)", 2, 100, ("number",), "number", keeps=True),
    "abs": Function("abs(x)", 1, 1, ("number",), "number", keeps=True),
    "round": Function("round(x) or round(x, 2)", 1, 2, ("number",), "number", second="digits"),
    "len": Function("len(x)", 1, 1, ("text", "list"), "number"),
    "exists": Function("exists(x)", 1, 1, (), "bool", always=True),
    "days_since": Function("days_since(date)", 1, 1, ("text", "number"), "number"),
    "days_until": Function("days_until(date)", 1, 1, ("text", "number"), "number"),
    "hours_since": Function("hours_since(date)", 1, 1, ("text", "number"), "number"),
    "share": Function("share(part, whole)", 2, 2, ("number",), "number"),
    "lower": Function("lower(text)", 1, 1, ("text",), "text", keeps=True),
    "startswith": Function("startswith(text, beginning)", 2, 2, ("text",), "bool", always=True),
    "matches": Function("matches(text, 'pattern')", 2, 2, ("text",), "bool", second="pattern", always=True),
}


class PatternError(Exception):
    """A regular expression that can't be used; says why."""


class Search:
    """Whether a text has a match of a pattern anywhere; linear in the text, whatever the pattern."""

    __slots__ = ("_pattern",)

    def __init__(self, pattern: str) -> None:
        options = re2.Options()
        options.log_errors = False
        options.max_mem = PATTERN_MEMORY
        options.never_capture = True
        try:
            self._pattern = re2.compile(pattern, options)
        except re2.error as error:
            reason = error.args[0]
            raise PatternError(reason.decode() if isinstance(reason, bytes) else str(reason)) from None
        if self._pattern.programsize > MOST_INSTRUCTIONS:
            raise PatternError("pattern too large: too many or too nested repetitions")

    def __call__(self, text: object) -> bool:
        # Over bytes, RE2's Python side needn't work out where characters begin: it takes half the time.
        return isinstance(text, str) and self._pattern.search(text.encode(errors="replace")) is not None
