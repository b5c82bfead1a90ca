"""What time alone can do to an expression, between one touchpoint and the next.

A condition that time can't turn true needs no timer. Each answer is on the safe side: EITHER where it isn't sure.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from rules.expression.scope import Tendency
from rules.expression.tree import (
    Arithmetic,
    Call,
    Choice,
    Compare,
    CompareOperator,
    Constant,
    Feature,
    Logic,
    Member,
    Negative,
    Node,
    Not,
    is_clock,
    walk,
)

STILL, FALLS, RISES, EITHER = Tendency.STILL, Tendency.FALLS, Tendency.RISES, Tendency.EITHER


def of_truth(node: Node) -> Tendency:
    """The tendency of whether the node is true."""
    if stands_still(node):
        return STILL
    match node:
        case Compare():
            return _joined(_of_pair(left, operator, right) for left, operator, right in node.pairs())
        case Logic():
            return _joined(of_truth(operand) for operand in node.operands)
        case Not():
            return of_truth(node.operand).flipped()
        case Choice() if stands_still(node.condition):
            return of_truth(node.then).joined(of_truth(node.other))
        case Member():
            return of_truth(node.body)
        case Feature() if node.kind == "bool" or node.info.never_negative:
            return node.info.tendency
    return EITHER


def of_number(node: Node) -> Tendency:
    """The tendency of the node as a number."""
    if stands_still(node):
        return STILL
    match node:
        case Feature():
            return node.info.tendency
        case Member():
            return of_number(node.body)
        case Negative():
            return of_number(node.operand).flipped()
        case Call() if is_clock(node):
            return _of_clock(node)
        case Arithmetic():
            return _of_arithmetic(node)
        case Choice() if stands_still(node.condition):
            return of_number(node.then).joined(of_number(node.other))
        case Call() if node.function in ("min", "max"):
            return _joined(of_number(argument) for argument in node.arguments)
    return EITHER


def stands_still(node: Node) -> bool:
    """Whether time alone never changes the node."""
    return not any(_moves(part) for part in walk(node))


def _moves(node: Node) -> bool:
    return is_clock(node) or (isinstance(node, Feature) and node.info.tendency is not STILL)


def _of_clock(node: Call) -> Tendency:
    if not stands_still(node.arguments[0]):
        return EITHER
    return FALLS if node.function == "days_until" else RISES


def _of_pair(left: Node, operator: CompareOperator, right: Node) -> Tendency:
    if stands_still(left) and stands_still(right):
        return STILL
    if operator not in ("<", "<=", ">", ">="):
        return EITHER
    difference = of_number(left).joined(of_number(right).flipped())
    return difference if operator in (">", ">=") else difference.flipped()


def _of_arithmetic(node: Arithmetic) -> Tendency:
    left, right = of_number(node.left), of_number(node.right)
    if node.operator == "+":
        return left.joined(right)
    if node.operator == "-":
        return left.joined(right.flipped())
    if node.operator == "*" and isinstance(node.left, Constant):
        return _times(right, node.left)
    if node.operator in ("*", "/") and isinstance(node.right, Constant):
        return _times(left, node.right)
    return EITHER


def _times(tendency: Tendency, factor: Constant) -> Tendency:
    if isinstance(factor.value, str) or factor.value == 0:
        return EITHER
    return tendency if factor.value > 0 else tendency.flipped()


def _joined(tendencies: Iterable[Tendency]) -> Tendency:
    return reduce(Tendency.joined, tendencies, STILL)
