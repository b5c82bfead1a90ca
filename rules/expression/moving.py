"""Comparisons that move by themselves: scores decay and clocks go on, so each must turn at a moment that can be found.

A score, times and plus numbers, only comes nearer to what it decays to, and the days since a moment only grow; against
something that stands still either turns at most once between two touchpoints.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from rules.dates import read_moment
from rules.expression.mistake import Mistakes
from rules.expression.syntax import Source
from rules.expression.tendency import stands_still
from rules.expression.tree import (
    Arithmetic,
    Call,
    Compare,
    CompareOperator,
    Constant,
    Feature,
    Member,
    Negative,
    Node,
    is_clock,
    walk,
)

_ORDERS: Final = ("<", "<=", ">", ">=")


def moving_pairs(tree: Node, source: Source) -> Iterator[Compare]:
    """The comparisons, chains taken apart, that move by themselves and turn at most once between touchpoints.

    An `==` or `!=` of whole days turns twice, so it comes as `<=` and `>=`.
    """
    for pair in _pairs(tree, source):
        left, operator, right = pair.pairs()[0]
        if not any(True for side in (left, right) for _ in _movers(side)) or _fault(left, operator, right) is not None:
            continue
        orders: tuple[CompareOperator, ...] = (operator,) if operator in _ORDERS else ("<=", ">=")
        for order in orders:
            yield Compare(pair.at, "bool", always=True, first=left, rest=((order, right),))


def check_moving(tree: Node, source: Source, mistakes: Mistakes) -> None:
    """Refuses every score and clock whose condition can't be timed."""
    for mover in _movers(tree):
        what = "which moves by itself" if is_clock(mover) else "a score"
        found = f"{source.show(mover.at)}, {what}, outside a comparison"
        mistakes.add(mover.at, found, _expected(mover), "compare it with a number, such as `> 0`")
    for pair in _pairs(tree, source):
        fault = _fault(*pair.pairs()[0])
        if fault is not None:
            mover, why, instead = fault
            mistakes.add(pair.at, f"{source.show(pair.at)}: {why}", _expected(mover), instead)


def _expected(mover: Node) -> str:
    called, equal = _called(mover).removeprefix("a "), ", by == != too," if _may_be_whole_days(mover) else ""
    return (
        f"one {called}, times or plus numbers, compared by < <= > >={equal} with what stands still between touchpoints"
    )


def _called(mover: Node) -> str:
    return f"`{mover.function}`" if isinstance(mover, Call) else "a score"


def _pairs(tree: Node, source: Source) -> Iterator[Compare]:
    for node in walk(tree):
        if isinstance(node, Compare):
            for left, operator, right in node.pairs():
                at = source.across(left.at, right.at)
                yield Compare(at, "bool", always=True, first=left, rest=((operator, right),))


def _fault(left: Node, operator: CompareOperator, right: Node) -> tuple[Node, str, str] | None:
    """What is wrong with a comparison: what moves, why, and what to do; None where nothing moves or all is right."""
    movers = [*_movers(left), *_movers(right)]
    if not movers:
        return None
    mover, is_left = movers[0], any(True for _ in _movers(left))
    if len(movers) > 1:
        return mover, *_more_than_one(movers)
    wrong = _wrong_operator(mover, operator) or _wrong_moment(mover)
    if wrong is not None:
        return mover, *wrong
    moved, other = (left, right) if is_left else (right, left)
    if not _is_linear(moved):
        return mover, f"{_called(mover)} in more than times or plus numbers", f"compare the {_plain(mover)} itself"
    if not stands_still(other):
        why = f"{_called(mover)} compared with what moves by itself"
        return mover, why, "compare each with a number, joined by `and`"
    return None


def _more_than_one(movers: list[Node]) -> tuple[str, str]:
    if any(map(is_clock, movers)):
        return "more than one part that moves by itself in a comparison", "compare each with a number"
    return "more than one score in a comparison", "compare each score with a number"


def _plain(mover: Node) -> str:
    return "number of days or hours" if is_clock(mover) else "score"


def _wrong_operator(mover: Node, operator: CompareOperator) -> tuple[str, str] | None:
    if operator in _ORDERS:
        return None
    if not _may_be_whole_days(mover):
        what = f"{_called(mover)} of an instant" if _is_of_days(mover) else _called(mover)
        return f"{what} beside `{operator}`", "write >= or <="
    if operator in ("in", "not in"):
        return f"{_called(mover)} beside `{operator}`", "write `==` for each, joined by `or`"
    return None


def _wrong_moment(mover: Node) -> tuple[str, str] | None:
    if not is_clock(mover) or stands_still(mover.arguments[0]):
        return None
    return f"{_called(mover)} of what moves by itself", "keep the moment in a feature without `over`"


def _is_of_days(mover: Node) -> bool:
    return is_clock(mover) and mover.function != "hours_since"


def _may_be_whole_days(mover: Node) -> bool:
    """Whether it counts days of what may be a date, as far as is known before any value comes."""
    if not is_clock(mover) or not _is_of_days(mover):
        return False
    moment = mover.arguments[0]
    if isinstance(moment, Constant):
        return isinstance(read_moment(moment.value), date)
    return moment.kind != "number"


def _is_linear(node: Node) -> bool:
    match node:
        case Feature():
            return node.info.score
        case Call():
            return is_clock(node)
        case Member():
            return _is_linear(node.body)
        case Negative():
            return _is_linear(node.operand)
        case Arithmetic(operator="+" | "-" | "*") if isinstance(node.left, Constant):
            return _is_linear(node.right)
        case Arithmetic(operator="+" | "-" | "*" | "/") if isinstance(node.right, Constant):
            return _is_linear(node.left)
    return False


def _movers(node: Node) -> Iterator[Node]:
    """The scores and clocks in a node that aren't within a comparison inside it."""
    if is_clock(node) or (isinstance(node, Feature) and node.info.score):
        yield node
    elif not isinstance(node, Compare):
        for part in node.parts():
            yield from _movers(part)
