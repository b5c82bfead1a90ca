"""The same said twice."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from rules.declaration import Feature, Signal
from rules.lint.finding import Check, Finding
from rules.lint.linted import Linted


class SameSignal(Check):
    """Two signals that fire by the same pattern under the same `if`."""

    name = "same-condition"
    reason = "Two signals with one condition are changed apart one day, and customers hear the same twice until then."
    fix = "make them one, or let the second read the firing of the first"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        first: dict[object, Signal] = {}
        for signal in linted.kept:
            other = first.setdefault(_canonical((signal.pattern, signal.per, signal.condition)), signal)
            if other is not signal:
                spot = linted.places.of("signal", signal.name)
                there = linted.places.of("signal", other.name)
                found = f"`{signal.name}`, which has the pattern and `if` of `{other.name}` ({there})"
                yield self.found(spot, found, "a condition of its own")


class SameFeature(Check):
    """Two features that are kept the same way."""

    name = "same-feature"
    reason = "What is kept twice for every customer costs twice, and one of the two is forgotten in a change."
    fix = "keep one of them, and read it wherever the other is read"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        first: dict[object, Feature] = {}
        for feature in linted.library.features:
            other = first.setdefault(_canonical(replace(feature, name="")), feature)
            if other is not feature:
                spot = linted.places.of("feature", feature.name, at_key=True)
                yield self.found(spot, f"`{feature.name}`, which is declared as `{other.name}` is", "one of them")


class SameSegment(Check):
    """Two segments with the same condition."""

    name = "same-segment"
    reason = "Two names for one thing are taken for two things."
    fix = "keep one of them"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        first: dict[object, str] = {}
        for segment in linted.library.segments:
            other = first.setdefault(_expression(segment.condition), segment.name)
            if other != segment.name:
                spot = linted.places.of("segment", segment.name, at_key=True)
                yield self.found(spot, f"`{segment.name}`, which has the condition of `{other}`", "one of them")


def _canonical(value: Any) -> object:
    """A declaration in a form in which how its expressions are written makes no difference."""
    if isinstance(value, tuple):
        return tuple(map(_canonical, value))
    if is_dataclass(value) and not isinstance(value, type):
        return (type(value).__name__, *(_canonical(getattr(value, field.name)) for field in fields(value)))
    return _expression(value) if isinstance(value, str) else value


def _expression(text: str) -> str:
    """A text without what only spaces and parentheses make of it; a text that is no expression as it is."""
    try:
        return ast.unparse(ast.parse(text.strip(), mode="eval"))
    except (SyntaxError, ValueError):
        return text
