"""Which values of a field an expression allows, as far as it says so plainly."""

from __future__ import annotations

from functools import reduce

from rules.expression.expression import Expression
from rules.expression.tree import Compare, CompareOperator, Constant, Field, Items, Logic, Node


def pinned(expression: Expression, field: str) -> frozenset[str] | None:
    """The texts one of which the (dotted) field has wherever the expression is true; None where it may have others.

    `FIELD == 'a'` and `FIELD in ['a', 'b']` say so, alone, joined by `and` with anything, or by `or` with their like.
    """
    return _pinned(expression.tree, tuple(field.split(".")))


def _pinned(node: Node, path: tuple[str, ...]) -> frozenset[str] | None:
    match node:
        case Logic(operator="or"):
            each = [_pinned(operand, path) for operand in node.operands]
            said = [texts for texts in each if texts is not None]
            return frozenset().union(*said) if len(said) == len(each) else None
        case Logic():
            return _all_of([_pinned(operand, path) for operand in node.operands])
        case Compare():
            return _all_of([_pinned_by(*pair, path) for pair in node.pairs()])
    return None


def _all_of(each: list[frozenset[str] | None]) -> frozenset[str] | None:
    said = [texts for texts in each if texts is not None]
    return reduce(frozenset.intersection, said) if said else None


def _pinned_by(left: Node, operator: CompareOperator, right: Node, path: tuple[str, ...]) -> frozenset[str] | None:
    if operator == "==" and isinstance(left, Constant):
        left, right = right, left
    if not (isinstance(left, Field) and left.path == path):
        return None
    listed = right.items if operator == "in" and isinstance(right, Items) else (right,) if operator == "==" else ()
    texts = [item.value for item in listed if isinstance(item, Constant) and isinstance(item.value, str)]
    return frozenset(texts) if listed and len(texts) == len(listed) else None
