"""Segments that read one another, each read after those that it reads."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from rules.circles import Circle, find_circles
from rules.expression.expression import Expression, parse
from rules.expression.mistake import ExpressionError, Mistake
from rules.expression.scope import FeatureInfo, Scope
from rules.expression.syntax import Source


@dataclass(frozen=True, slots=True)
class Segments:
    """Segments by name, as `Scope` takes them: None for one with a mistake or in a circle, and for what reads one."""

    expressions: Mapping[str, Expression | None]
    mistakes: Mapping[str, tuple[Mistake, ...]]
    circles: tuple[Circle, ...]


def read_segments(
    conditions: Mapping[str, str],
    features: Mapping[str, FeatureInfo],
    unknown: Iterable[str] = (),
    stories: Mapping[tuple[str, ...], FeatureInfo] | None = None,
) -> Segments:
    """Reads the conditions of segments, in the order in which they need one another.

    ``unknown``: further segments, of which no more than the name is known. ``stories``: as `Scope` has them.
    """
    reads = {name: segments_in(text) for name, text in conditions.items()}
    circles = find_circles(reads)
    known: dict[str, Expression | None] = dict.fromkeys((*conditions, *unknown))
    mistakes: dict[str, tuple[Mistake, ...]] = {}
    sound = conditions.keys() - circles.caught
    within = {name: reads[name] & sound for name in sound}
    for name in TopologicalSorter(within).static_order():
        try:
            expression = parse(conditions[name], Scope("customer", features, segments=known, stories=stories or {}))
        except ExpressionError as error:
            mistakes[name] = error.mistakes
        else:
            is_known = all(known[below] is not None for below in reads[name] & known.keys())
            known[name] = expression if is_known else None
    return Segments(known, mistakes, circles.found)


def segments_in(text: str) -> frozenset[str]:
    """The segments that a text reads; none where it can't be read."""
    try:
        tree = Source(text).tree
    except ExpressionError:
        return frozenset()
    return frozenset(
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "segment"
    )
