"""Small changes of an expression's text, each one that a sharp test should notice."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

from rules.expression.tree import OPPOSITE

_OPERATOR: Final = re.compile(r"not\s+in\b|in\b|[<>=!]=|[<>]")
_NUMBER: Final = re.compile(r"-?\d+(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Edit:
    """``text``: the expression after the change. ``offset``: where in the text before it something changed.

    ``says`` tells the change, as in "`>= 5` becomes `>= 6`".
    """

    text: str
    offset: int
    says: str


def edits(text: str) -> Iterator[Edit]:
    """Comparisons turned, numbers in them one off, operands of `and` and `or` and members of a list dropped, `not`
    taken away."""
    expression = _Text(text)
    for node in ast.walk(expression.tree):
        match node:
            case ast.Compare():
                yield from expression.turned(node)
                yield from expression.one_off([node.left, *node.comparators])
                yield from expression.shortened(node)
            case ast.BoolOp():
                yield from expression.dropped(node)
            case ast.UnaryOp(op=ast.Not()):
                yield expression.replaced(node, f"({expression.piece(node.operand)})", "`not` is dropped")


def negated(text: str) -> Iterator[Edit]:
    """The opposite; none of what `edits` has turned or freed of its `not` already."""
    tree = _Text(text).tree
    if not isinstance(tree, ast.Compare) and not (isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not)):
        yield Edit(f"not ({text})", 0, f"`{_short(text)}` is negated")


def recalculated(text: str) -> Iterator[Edit]:
    """The numbers that what an expression gives is calculated with, one off: none within a comparison or a call."""
    expression = _Text(text)
    yield from expression.one_off([expression.tree])


class _Text:
    """An expression's text beside Python's reading of it: a checked one, so that it can be read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._line = text.replace("\n", " ").replace("\t", " ")
        self._skipped = len(self._line) - len(self._line.lstrip(" "))
        self.tree = ast.parse(self._line.strip(" "), mode="eval").body

    def piece(self, node: ast.expr) -> str:
        start, end = self._span(node)
        return self._line[start:end]

    def replaced(self, node: ast.expr, by: str, says: str) -> Edit:
        start, end = self._span(node)
        return self._cut(start, end, by, says)

    def turned(self, node: ast.Compare) -> Iterator[Edit]:
        operands = [node.left, *node.comparators]
        for left, right in pairwise(operands):
            begin, end = self._span(left)[1], self._span(right)[0]
            operator = _OPERATOR.search(self._line, begin, end)
            if operator is not None:
                by = OPPOSITE[" ".join(operator[0].split())]
                yield self._cut(*operator.span(), by, f"`{operator[0]}` becomes `{by}`")

    def one_off(self, operands: list[ast.expr]) -> Iterator[Edit]:
        for number in _numbers(operands):
            written = self.piece(number)
            for other in neighbours(written):
                by = f"({other})" if other.startswith("-") else other
                yield self.replaced(number, by, f"`{written}` becomes `{other}`")

    def shortened(self, node: ast.Compare) -> Iterator[Edit]:
        """A list without one of its members, but for the last that is left."""
        for listed in node.comparators:
            members = listed.elts if isinstance(listed, ast.List) else []
            for member in members if len(members) > 1 else ():
                rest = ", ".join(self.piece(other) for other in members if other is not member)
                says = f"`{_short(self.piece(member))}` is dropped"
                edit = self.replaced(listed, f"[{rest}]", says)
                yield replace(edit, offset=self._span(member)[0])

    def dropped(self, node: ast.BoolOp) -> Iterator[Edit]:
        """An operand that is always true says nothing in an `and`, one that is always false nothing in an `or`."""
        nothing = "True" if isinstance(node.op, ast.And) else "False"
        for operand in node.values:
            yield self.replaced(operand, nothing, f"`{_short(self.piece(operand))}` is dropped")

    def _cut(self, start: int, end: int, by: str, says: str) -> Edit:
        return Edit(self._line[:start] + by + self._line[end:], start, says)

    def _span(self, node: ast.expr) -> tuple[int, int]:
        return self._place(node.col_offset), self._place(node.end_col_offset or node.col_offset)

    def _place(self, column: int) -> int:
        """Python counts bytes of UTF-8, a text has characters."""
        return self._skipped + len(self._line.lstrip(" ").encode()[:column].decode(errors="ignore"))


def neighbours(written: str) -> Iterator[str]:
    """The numbers that are one off: by 1, or in the last decimal that is written."""
    shape = _NUMBER.fullmatch(written)
    for sign in (1, -1) if shape else ():
        step = Decimal(sign).scaleb(-len((shape and shape[1]) or ""))
        yield str(Decimal(written) + step)


def _numbers(operands: list[ast.expr]) -> Iterator[ast.Constant]:
    """The numbers in these operands, but for what belongs to a comparison or a call within them."""
    for operand in operands:
        if isinstance(operand, ast.Constant) and type(operand.value) in (int, float):
            yield operand
        elif isinstance(operand, ast.BinOp):
            yield from _numbers([operand.left, operand.right])
        elif isinstance(operand, ast.UnaryOp):
            yield from _numbers([operand.operand])
        elif isinstance(operand, ast.IfExp):
            yield from _numbers([operand.body, operand.orelse])


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else f"{flat[:57]}..."
