"""An expression that has been read and checked, and what it reads."""

from __future__ import annotations

from dataclasses import dataclass, field

from rules.expression.build import Builder
from rules.expression.mistake import Mistakes
from rules.expression.moving import check_moving, moving_pairs
from rules.expression.scope import FeatureRead, Kind, Scope, Tendency
from rules.expression.syntax import Source
from rules.expression.tendency import of_truth
from rules.expression.tree import Feature, Field, Node, Profile, walk


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression.

    ``reads``: the features it reads and how. ``profile``: the first names of the profile's fields.
    ``touchpoint``: the touchpoint's fields, dotted (``properties.size``). ``tendency``: what time alone can do
    to its truth. ``moving``: its comparisons that a score moves, each of which turns at most once between two
    touchpoints.
    """

    text: str
    kind: Kind
    reads: frozenset[FeatureRead]
    profile: frozenset[str]
    touchpoint: frozenset[str]
    tendency: Tendency
    moving: tuple[Expression, ...]
    tree: Node = field(repr=False)


def parse(text: str, scope: Scope, *, timed: bool = False) -> Expression:
    """Reads and checks an expression.

    ``timed``: the moment at which it turns true matters, as in a `when`; scores are then allowed only in
    comparisons whose turning can be found.

    Raises:
        ExpressionError: with all mistakes that could be found at once.
    """
    source, mistakes = Source(text), Mistakes()
    tree = Builder(source, scope, mistakes).build(source.tree)
    if timed:
        check_moving(tree, source, mistakes)
    mistakes.raise_any()
    moving = tuple(_expression(source, pair, ()) for pair in moving_pairs(tree, source))
    return _expression(source, tree, moving)


def _expression(source: Source, tree: Node, moving: tuple[Expression, ...]) -> Expression:
    at, nodes = tree.at, tuple(walk(tree))
    return Expression(
        text=source.text[at.offset : at.offset + at.length],
        kind=tree.kind,
        reads=frozenset(node.read for node in nodes if isinstance(node, Feature)),
        profile=frozenset(node.path[0] for node in nodes if isinstance(node, Profile)),
        touchpoint=frozenset(".".join(node.path) for node in nodes if isinstance(node, Field)),
        tendency=of_truth(tree),
        moving=moving,
        tree=tree,
    )
