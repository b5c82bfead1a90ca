"""From Python's syntax tree to the typed one: every construct that isn't named here is refused."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Final

from rules.expression import numbers
from rules.expression.calls import CallCheck
from rules.expression.kinds import KindCheck, joint
from rules.expression.mistake import Mistakes, Span
from rules.expression.numbers import Number
from rules.expression.reach import Reach, path_of
from rules.expression.refused import ALLOWED, refusal
from rules.expression.scope import Scope
from rules.expression.syntax import Source
from rules.expression.tree import (
    Arithmetic,
    ArithmeticOperator,
    Choice,
    Compare,
    CompareOperator,
    Constant,
    Items,
    Logic,
    Lost,
    Negative,
    Node,
    Not,
)

LONGEST_TEXT: Final = 256
BIGGEST_NUMBER: Final = 2**53
MOST_ITEMS: Final = 100

_ARITHMETIC: Final[dict[type[ast.operator], ArithmeticOperator]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Mod: "%",
}
_CALCULATE: Final[dict[ArithmeticOperator, Callable[[Number, Number], Number | None]]] = {
    "+": numbers.add,
    "-": numbers.subtract,
    "*": numbers.multiply,
    "/": numbers.divide,
    "%": numbers.remainder,
}
_COMPARISONS: Final[dict[type[ast.cmpop], CompareOperator]] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.In: "in",
    ast.NotIn: "not in",
}


class Builder:
    """Makes the typed tree, collecting what is wrong on the way."""

    def __init__(self, source: Source, scope: Scope, mistakes: Mistakes) -> None:
        self._source = source
        self._mistakes = mistakes
        self._reach = Reach(source, scope, mistakes)
        self._kinds = KindCheck(source, mistakes)
        self._calls = CallCheck(source, self._kinds, mistakes)

    def build(self, node: ast.expr) -> Node:
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name() | ast.Attribute() | ast.Subscript():
                return self._path(node)
            case ast.BoolOp():
                return self._logic(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                return self._arithmetic(node)
            case ast.Compare():
                return self._compare(node)
            case ast.IfExp():
                return self._choice(node)
            case ast.Call():
                return self._calls.call(node, tuple(map(self.build, node.args)))
            case ast.List():
                return self._list(node)
            case _:
                return self._refuse(node, node)

    def _constant(self, node: ast.Constant) -> Node:
        at, value = self._source.span(node), node.value
        if isinstance(value, bool):
            return Constant(at, "bool", always=True, value=value)
        if isinstance(value, int | float):
            return self._number(at, value)
        if isinstance(value, str):
            return self._text(at, value)
        if value is None:
            return self._lost(at, "`None`", "a value", "ask with exists(x) or not exists(x)")
        return self._lost(at, self._source.show(at), "a number, a text in quotes, True or False", "write one of these")

    def _number(self, at: Span, value: Number) -> Node:
        if abs(value) <= BIGGEST_NUMBER:
            return Constant(at, "number", always=True, value=value)
        return self._lost(at, self._source.show(at), "a number of 2**53 at most", "write a smaller one")

    def _text(self, at: Span, value: str) -> Node:
        if len(value) > LONGEST_TEXT:
            found = f"a text of {len(value):,} characters"
            return self._lost(at, found, f"{LONGEST_TEXT} at most", "compare with a shorter one")
        if any("\ud800" <= character <= "\udfff" for character in value):
            return self._lost(at, f"half a character in {self._source.show(at)}", "whole ones", "leave it out")
        return Constant(at, "text", always=True, value=value)

    def _path(self, node: ast.Name | ast.Attribute | ast.Subscript) -> Node:
        path, at = path_of(node), self._source.span(node)
        if path is not None and path[0].id == "context":
            steps = [part.name if part.key is None else self.build(part.key) for part in path[1]]
            for step in steps:
                if isinstance(step, Node):
                    self._kinds.can_be(step, ("text", "number"), "as a name within [ ]", "write what gives a name")
            return self._reach.context(steps, at)
        if path is not None:
            return self._reach.find(path[0].id, path[1], at)
        instead = "write `profile.NAME`, `touchpoint.FIELD` or a feature"
        return self._lost(at, f"{self._source.show(at)}, a part of a value", "a path that begins with a name", instead)

    def _logic(self, node: ast.BoolOp) -> Node:
        operands = tuple(map(self.build, node.values))
        at, kind = self._source.span(node), joint(operands)
        if isinstance(node.op, ast.And):
            return Logic(at, kind, all(operand.always for operand in operands), operator="and", operands=operands)
        return Logic(at, kind, operands[-1].always, operator="or", operands=operands)

    def _unary(self, node: ast.UnaryOp) -> Node:
        operand, at = self.build(node.operand), self._source.span(node)
        if isinstance(node.op, ast.Not):
            return Not(at, "bool", always=True, operand=operand)
        if not isinstance(node.op, ast.USub):
            return self._refuse(node.op, node)
        if not self._kinds.can_be(operand, ("number",), "after `-`", "write a number"):
            return Lost(at, "number", always=False)
        known = _literal(operand)
        if known is not None:
            return self._folded(at, -known)
        return Negative(at, "number", operand.always and operand.kind == "number", operand=operand)

    def _arithmetic(self, node: ast.BinOp) -> Node:
        left, right = self.build(node.left), self.build(node.right)
        operator, at = _ARITHMETIC.get(type(node.op)), self._source.span(node)
        if operator is None:
            return self._refuse(node.op, node)
        where, instead = f"beside `{operator}`", "calculate with numbers only"
        fits = [self._kinds.can_be(side, ("number",), where, instead) for side in (left, right)]
        if not all(fits):
            return Lost(at, "number", always=False)
        known, other = _literal(left), _literal(right)
        if known is not None and other is not None:
            return self._folded(at, _CALCULATE[operator](known, other))
        return Arithmetic(at, "number", always=False, operator=operator, left=left, right=right)

    def _folded(self, at: Span, value: Number | None) -> Node:
        if value is not None:
            return self._number(at, value)
        return self._lost(at, f"{self._source.show(at)}, a division by 0", "a number", "divide by another")

    def _compare(self, node: ast.Compare) -> Node:
        first, *others = map(self.build, (node.left, *node.comparators))
        refused = [operator for operator in node.ops if type(operator) not in _COMPARISONS]
        if refused:
            return self._refuse(refused[0], node)
        rest = tuple((_COMPARISONS[type(operator)], other) for operator, other in zip(node.ops, others, strict=True))
        compare = Compare(self._source.span(node), "bool", always=True, first=first, rest=rest)
        for pair in compare.pairs():
            self._kinds.compared(*pair)
        return compare

    def _choice(self, node: ast.IfExp) -> Node:
        condition, then, other = map(self.build, (node.test, node.body, node.orelse))
        kind, always = joint((then, other)), then.always and other.always
        return Choice(self._source.span(node), kind, always, condition=condition, then=then, other=other)

    def _list(self, node: ast.List) -> Node:
        at = self._source.span(node)
        if len(node.elts) > MOST_ITEMS:
            return self._lost(at, f"a list of {len(node.elts)} values", f"{MOST_ITEMS} at most", "write a shorter one")
        return Items(at, "list", always=True, items=tuple(map(self.build, node.elts)))

    def _refuse(self, what: ast.AST, node: ast.expr) -> Node:
        found, instead = refusal(what)
        return self._lost(self._source.span(node), found, ALLOWED, instead)

    def _lost(self, at: Span, found: str, expected: str, instead: str) -> Lost:
        self._mistakes.add(at, found, expected, instead)
        return Lost(at, "any", always=False)


def _literal(node: Node) -> Number | None:
    return node.value if isinstance(node, Constant) and not isinstance(node.value, str) else None
