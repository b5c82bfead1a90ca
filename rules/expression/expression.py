"""An expression that has been read and checked, and what it reads."""

from __future__ import annotations

from dataclasses import dataclass, field

from rules.expression.build import Builder
from rules.expression.mistake import Mistakes
from rules.expression.moving import check_moving, moving_pairs
from rules.expression.scope import FeatureRead, Kind, Scope, Tendency
from rules.expression.syntax import DEEPEST, Source
from rules.expression.tendency import of_truth
from rules.expression.tree import Feature, Field, Member, Node, Profile, Surrounding, is_clock, walk


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression.

    ``reads``: the features it reads and how. ``profile``: the first names of the profile's fields, ``context``: those
    of the context. ``touchpoint``: the touchpoint's fields, dotted (``properties.size``). ``segments``: those that it
    reads, whose expressions stand in their places in it. ``tendency``: what time alone can do to its truth.
    ``moving``: its comparisons that a score or the clock moves, each of which turns at most once between two
    touchpoints. ``clocked``: whether it asks for the time, so that the clock alone moves it. ``size``: how many names,
    literals and operators it has, ``depth``: how many lie within one another.
    """

    text: str
    kind: Kind
    reads: frozenset[FeatureRead]
    profile: frozenset[str]
    context: frozenset[str]
    touchpoint: frozenset[str]
    segments: frozenset[str]
    tendency: Tendency
    moving: tuple[Expression, ...]
    clocked: bool
    size: int
    depth: int
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
        _check_context(tree, source, mistakes)
    if _depth(tree) > DEEPEST:
        found = f"an expression nested deeper than {DEEPEST}, its segments included"
        mistakes.add(tree.at, found, f"{DEEPEST} levels at most", "make features of parts of it")
    mistakes.raise_any()
    moving = tuple(_expression(source, pair, ()) for pair in moving_pairs(tree, source))
    return _expression(source, tree, moving)


def _check_context(tree: Node, source: Source, mistakes: Mistakes) -> None:
    """Refuses the context where the moment matters: it changes for all customers at once."""
    for node in walk(tree):
        if isinstance(node, Surrounding):
            found = f"{source.show(node.at)}, of the context, in a `when`"
            expected = "what a customer's own records, or time, can change"
            mistakes.add(node.at, found, expected, "ask for the context in the signal's `if`")


def _expression(source: Source, tree: Node, moving: tuple[Expression, ...]) -> Expression:
    at, nodes = tree.at, tuple(walk(tree))
    return Expression(
        text=source.text[at.offset : at.offset + at.length],
        kind=tree.kind,
        reads=frozenset(node.read for node in nodes if isinstance(node, Feature)),
        profile=frozenset(node.path[0] for node in nodes if isinstance(node, Profile)) | _zone(nodes),
        context=frozenset(str(node.path[0]) for node in nodes if isinstance(node, Surrounding)),
        touchpoint=frozenset(".".join(node.path) for node in nodes if isinstance(node, Field)),
        segments=frozenset(node.name for node in nodes if isinstance(node, Member)),
        tendency=of_truth(tree),
        moving=moving,
        clocked=any(map(is_clock, nodes)),
        size=len(nodes),
        depth=_depth(tree),
        tree=tree,
    )


def _zone(nodes: tuple[Node, ...]) -> frozenset[str]:
    """The customer's time zone, which dates are read in; instants are the same in all."""
    dated = any(is_clock(node) and node.arguments[0].kind != "number" for node in nodes)
    return frozenset({"time_zone"} if dated else ())


def _depth(node: Node) -> int:
    return 1 + max(map(_depth, node.parts()), default=0)
