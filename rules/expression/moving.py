"""Comparisons that move by themselves: a score decays all the time, so each must turn at one moment that can be found.

A score, times and plus numbers, only comes nearer to what it decays to; against something that stands still
it turns at most once between two touchpoints.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rules.expression.mistake import Mistakes
from rules.expression.syntax import Source
from rules.expression.tendency import stands_still
from rules.expression.tree import Arithmetic, Compare, CompareOperator, Constant, Feature, Negative, Node, walk


def moving_pairs(tree: Node, source: Source) -> tuple[Compare, ...]:
    """The comparisons, chains taken apart, that a score moves and that turn at most once between touchpoints."""
    return tuple(pair for pair in _pairs(tree, source) if _is_moved(pair) and _fault(*pair.pairs()[0]) is None)


def check_moving(tree: Node, source: Source, mistakes: Mistakes) -> None:
    """Refuses every score whose condition can't be timed."""
    for score in _loose_scores(tree):
        mistakes.add(score.at, f"{source.show(score.at)}, a score, outside a comparison", _EXPECTED, _COMPARE)
    for pair in _pairs(tree, source):
        fault = _fault(*pair.pairs()[0])
        if fault is not None:
            mistakes.add(pair.at, f"{source.show(pair.at)}: {fault[0]}", _EXPECTED, fault[1])


_EXPECTED: Final = "one score, times or plus numbers, compared by < <= > >= with what stands still between touchpoints"
_COMPARE: Final = "compare it with a number, such as `> 0`"


def _pairs(tree: Node, source: Source) -> Iterator[Compare]:
    for node in walk(tree):
        if isinstance(node, Compare):
            for left, operator, right in node.pairs():
                at = source.across(left.at, right.at)
                yield Compare(at, "bool", always=True, first=left, rest=((operator, right),))


def _fault(left: Node, operator: CompareOperator, right: Node) -> tuple[str, str] | None:
    """What is wrong with a comparison of scores, and what to do; None where it has none or is right."""
    lefts, rights = len(list(_loose_scores(left))), len(list(_loose_scores(right)))
    if lefts + rights == 0:
        return None
    if lefts + rights > 1:
        return "more than one score in a comparison", "compare each score with a number"
    if operator not in ("<", "<=", ">", ">="):
        return f"a score beside `{operator}`", "write >= or <="
    scored, other = (left, right) if lefts else (right, left)
    if not _is_linear(scored):
        return "a score in more than times or plus numbers", "compare the score itself"
    if not stands_still(other):
        return "a score compared with what moves by itself", "compare each with a number, joined by `and`"
    return None


def _is_linear(node: Node) -> bool:
    match node:
        case Feature():
            return node.info.score
        case Negative():
            return _is_linear(node.operand)
        case Arithmetic(operator="+" | "-" | "*") if isinstance(node.left, Constant):
            return _is_linear(node.right)
        case Arithmetic(operator="+" | "-" | "*" | "/") if isinstance(node.right, Constant):
            return _is_linear(node.left)
    return False


def _is_moved(comparison: Compare) -> bool:
    return any(True for side in comparison.parts() for _ in _loose_scores(side))


def _loose_scores(node: Node) -> Iterator[Node]:
    """The scores in a node that aren't within a comparison inside it."""
    if isinstance(node, Feature) and node.info.score:
        yield node
    elif not isinstance(node, Compare):
        for part in node.parts():
            yield from _loose_scores(part)
