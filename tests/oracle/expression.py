"""Expressions, by walking Python's tree each time they are asked."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.oracle import calendar
from tests.oracle.values import MISSING, contains, different, equal, finite, is_number, kind

Comparison = tuple[ast.expr, type[ast.cmpop], ast.expr]
Lookup = Callable[[str, Any], Any]  # (dotted name, the key in brackets or None) -> value
CONTEXT = "context"
NOW, ZONE = "$now", "$zone"  # what a lookup answers to besides: the moment (ms) and the time zone


@functools.cache
def parse(text: str) -> ast.expr:
    return fresh(text)


def fresh(text: str) -> ast.expr:
    """A tree of one's own, that may be changed."""
    return ast.parse(text.strip(), mode="eval").body


def value_of(text: Any, lookup: Lookup) -> Any:
    """The value of an expression; what YAML read as a number, a truth or null stands for itself."""
    if not isinstance(text, str):
        return MISSING if text is None else text
    return walk(parse(text), lookup)


def truth_of(text: Any, lookup: Lookup) -> bool:
    return bool(value_of(text, lookup))


def walk(node: ast.expr, lookup: Lookup) -> Any:
    return WALKERS[type(node)](node, lookup)


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Subscript):  # within a path: a place in a list
        assert isinstance(node.slice, ast.Constant)
        return f"{dotted(node.value)}.{node.slice.value}"
    assert isinstance(node, ast.Name)
    return node.id


def walk_name(node: Any, lookup: Lookup) -> Any:
    return lookup(CONTEXT, keys_of(node, lookup)) if root_of(node) == CONTEXT else lookup(dotted(node), None)


def root_of(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    assert isinstance(node, ast.Name)
    return node.id


def keys_of(node: ast.expr, lookup: Lookup) -> list[Any]:
    """The path into the context, what gives a name being asked."""
    if isinstance(node, ast.Name):
        return []
    assert isinstance(node, ast.Attribute | ast.Subscript)
    last = node.attr if isinstance(node, ast.Attribute) else walk(node.slice, lookup)
    return [*keys_of(node.value, lookup), last]


def walk_subscript(node: ast.Subscript, lookup: Lookup) -> Any:
    if root_of(node) == CONTEXT:
        return lookup(CONTEXT, keys_of(node, lookup))
    return lookup(dotted(node.value), walk(node.slice, lookup))


def walk_constant(node: ast.Constant, _lookup: Lookup) -> Any:
    return node.value


def walk_list(node: Any, lookup: Lookup) -> Any:
    return [walk(one, lookup) for one in node.elts]


def walk_logic(node: ast.BoolOp, lookup: Lookup) -> Any:
    value: Any = MISSING
    for one in node.values:
        value = walk(one, lookup)
        if bool(value) == isinstance(node.op, ast.Or):
            return value
    return value


def walk_unary(node: ast.UnaryOp, lookup: Lookup) -> Any:
    value = walk(node.operand, lookup)
    if isinstance(node.op, ast.Not):
        return not value
    if not is_number(value):
        return MISSING
    return -value if isinstance(node.op, ast.USub) else value


def walk_choice(node: ast.IfExp, lookup: Lookup) -> Any:
    return walk(node.body if walk(node.test, lookup) else node.orelse, lookup)


def walk_arithmetic(node: ast.BinOp, lookup: Lookup) -> Any:
    return arithmetic(type(node.op), walk(node.left, lookup), walk(node.right, lookup))


def arithmetic(operator: type[ast.operator], left: Any, right: Any) -> Any:
    if not (is_number(left) and is_number(right)):
        return MISSING
    try:
        return finite(ARITHMETIC[operator](left, right))
    except (ZeroDivisionError, OverflowError):
        return MISSING


def walk_comparison(node: ast.Compare, lookup: Lookup) -> bool:
    return all(compare(pair, lookup) for pair in pairs(node))


def pairs(node: ast.Compare) -> Iterator[Comparison]:
    """The comparisons of a chain, two sides each."""
    sides = [node.left, *node.comparators]
    for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
        yield left, type(operator), right


def compare(comparison: Comparison, lookup: Lookup) -> bool:
    left, operator, right = comparison
    return COMPARISONS[operator](walk(left, lookup), walk(right, lookup))


def ordered(rule: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda left, right: kind(left) == kind(right) in {"number", "text"} and rule(left, right)


def not_in(item: Any, container: Any) -> bool:
    found = contains(container, item)
    return found is not MISSING and not found


def walk_call(node: ast.Call, lookup: Lookup) -> Any:
    assert isinstance(node.func, ast.Name)
    if node.func.id in calendar.CLOCKS:
        elapsed = calendar.CLOCKS[node.func.id](walk(node.args[0], lookup), lookup(NOW, None), lookup(ZONE, None))
        return MISSING if elapsed is None else elapsed
    return FUNCTIONS[node.func.id](*(walk(one, lookup) for one in node.args))


def over_numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: function(*values) if all(is_number(one) for one in values) else MISSING


def over_texts(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: function(*values) if all(kind(one) == "text" for one in values) else MISSING


def length(value: Any) -> Any:
    return len(value) if kind(value) in {"text", "list", "mapping"} else MISSING


ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
    ast.Mod: lambda left, right: left % right,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: ordered(lambda left, right: left < right),
    ast.LtE: ordered(lambda left, right: left <= right),
    ast.Gt: ordered(lambda left, right: left > right),
    ast.GtE: ordered(lambda left, right: left >= right),
    ast.Eq: equal,
    ast.NotEq: different,
    ast.In: lambda item, container: bool(contains(container, item)),
    ast.NotIn: not_in,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": over_numbers(min),
    "max": over_numbers(max),
    "abs": over_numbers(abs),
    "round": over_numbers(round),
    "len": length,
    "exists": lambda value: kind(value) != "missing",
    "share": lambda part, whole: arithmetic(ast.Div, part, whole),
    "lower": over_texts(str.lower),
    "startswith": over_texts(str.startswith),
    "matches": over_texts(lambda text, pattern: re.search(pattern, text) is not None),
}
WALKERS: dict[type[ast.expr], Callable[[Any, Lookup], Any]] = {
    ast.Name: walk_name,
    ast.Attribute: walk_name,
    ast.Subscript: walk_subscript,
    ast.Constant: walk_constant,
    ast.List: walk_list,
    ast.Tuple: walk_list,
    ast.BoolOp: walk_logic,
    ast.UnaryOp: walk_unary,
    ast.IfExp: walk_choice,
    ast.BinOp: walk_arithmetic,
    ast.Compare: walk_comparison,
    ast.Call: walk_call,
}


def mentions(text: Any) -> Sequence[tuple[str, bool]]:
    """Every dotted name in an expression, and whether a key in brackets follows it."""
    return mentions_in(text) if isinstance(text, str) else ()


@functools.cache
def mentions_in(text: str) -> Sequence[tuple[str, bool]]:
    nodes = list(ast.walk(parse(text)))
    keyed = {id(node.value) for node in nodes if isinstance(node, ast.Subscript)}
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    return [(node.id, id(node) in keyed) for node in nodes if isinstance(node, ast.Name) and id(node) not in called]


def comparisons(text: Any) -> Sequence[Comparison]:
    """Every comparison in an expression, those of chains one by one."""
    return comparisons_in(text) if isinstance(text, str) else ()


@functools.cache
def comparisons_in(text: str) -> Sequence[Comparison]:
    return [pair for node in ast.walk(parse(text)) if isinstance(node, ast.Compare) for pair in pairs(node)]
