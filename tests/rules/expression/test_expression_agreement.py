"""Compiled expressions against a plain walk over Python's own tree, over random expressions and values.

The walk below shares nothing with the compiler: it knows no kinds beforehand and folds nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.expression import ExpressionError, Scope, compile_customer, compile_touchpoint, parse, read_segments
from rules.touchpoint import Touchpoint
from tests.rules.expression.conftest import FEATURES


def kind_of(value: Any) -> str:
    for kind, types in KINDS.items():
        if type(value) in types:
            return kind
    raise TypeError(value)


KINDS: Final[dict[str, tuple[type, ...]]] = {
    "missing": (type(None),),
    "truth": (bool,),
    "number": (int, float),
    "text": (str,),
    "list": (list,),
    "mapping": (dict,),
}


def in_bounds(calculate: Callable[[], Any]) -> Any:
    try:
        result = calculate()
        if isinstance(result, int) and abs(result) > 2**63:
            result = float(result)
    except (OverflowError, ZeroDivisionError):
        return None
    return None if result in (float("inf"), float("-inf")) or result != result else result  # noqa: PLR0124 - not a number


def identical(left: Any, right: Any) -> bool:
    if kind_of(left) != kind_of(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(identical(*pair) for pair in zip(left, right, strict=True))
    if isinstance(left, dict):
        return set(left) == set(right) and all(identical(left[name], right[name]) for name in left)
    return bool(left == right)


def compare(left: Any, operator: ast.cmpop, right: Any) -> bool:
    if left is None or right is None:
        return False
    match operator:
        case ast.Eq():
            return identical(left, right)
        case ast.NotEq():
            return not identical(left, right)
        case ast.In():
            return contains(right, left)
        case ast.NotIn():
            return not contains(right, left)
    if kind_of(left) != kind_of(right) or kind_of(left) not in ("number", "text"):
        return False
    orders = {ast.Lt: left < right, ast.LtE: left <= right, ast.Gt: left > right, ast.GtE: left >= right}
    return orders[type(operator)]


def contains(whole: Any, part: Any) -> bool:
    if isinstance(whole, list):
        return any(identical(part, item) for item in whole if item is not None)
    return isinstance(whole, str) and isinstance(part, str) and part in whole


def calculate(left: Any, operator: ast.operator, right: Any) -> Any:
    if not kind_of(left) == kind_of(right) == "number":
        return None
    match operator:
        case ast.Add():
            return in_bounds(lambda: left + right)
        case ast.Sub():
            return in_bounds(lambda: left - right)
        case ast.Mult():
            return in_bounds(lambda: left * right)
        case ast.Div():
            return in_bounds(lambda: left / right)
        case ast.Mod():
            return in_bounds(lambda: left % right)
    raise TypeError(operator)


NOW: Final = 1_769_900_000_123  # ms
ZONES: Final = ("UTC", "Pacific/Kiritimati", "America/Los_Angeles")


def elapsed(name: str, value: Any, zone: str) -> Any:
    local = datetime.fromtimestamp(NOW // 1000, ZoneInfo(zone))
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        except ValueError:
            return None
        if isinstance(moment, datetime):
            value = moment.timestamp() * 1000
        elif name == "hours_since":
            value = datetime(moment.year, moment.month, moment.day, tzinfo=local.tzinfo).timestamp() * 1000
        else:
            return (local.date() - moment).days * (-1 if name == "days_until" else 1)
    if kind_of(value) != "number" or abs(value) > 1e14:
        return None
    since = NOW - int(value)
    days = {"days_since": since / 86_400_000, "days_until": -since / 86_400_000, "hours_since": since / 3_600_000}
    return days[name]


def call(name: str, values: list[Any], zone: str) -> Any:
    if name.startswith(("days", "hours")):
        return elapsed(name, values[0], zone)
    kinds = {kind_of(value) for value in values}
    match name:
        case "exists":
            return values[0] is not None
        case "len":
            return len(values[0]) if kinds <= {"text", "list", "mapping"} else None
        case "lower":
            return values[0].lower() if kinds == {"text"} else None
        case "startswith":
            return kinds == {"text"} and values[0][: len(values[1])] == values[1]
        case "matches":
            return kinds == {"text"} and re.search(values[1], values[0]) is not None
    if kinds != {"number"}:
        return None
    numeric = {"min": min, "max": max, "abs": abs, "round": round, "share": lambda part, whole: part / whole}
    return _kept(name, numeric[name], values)


def _kept(name: str, function: Callable[..., Any], values: list[Any]) -> Any:
    return function(*values) if name in ("min", "max") else in_bounds(lambda: function(*values))


@dataclass
class Walk:
    """Evaluates a tree of Python's: ``names`` are what bare names stand for."""

    names: dict[str, Any]
    zone: str

    def value(self, node: ast.expr) -> Any:  # noqa: C901 - one case a construct
        match node:
            case ast.Constant():
                return node.value
            case ast.Name():
                return self.names.get(node.id)
            case ast.Attribute():
                return self._part(self.value(node.value), node.attr)
            case ast.Subscript():
                return self._part(self.value(node.value), self.value(node.slice))
            case ast.List():
                return [self.value(item) for item in node.elts]
            case ast.BoolOp():
                return self._logic(node)
            case ast.UnaryOp(op=ast.Not()):
                return not self.value(node.operand)
            case ast.UnaryOp():
                return calculate(self._signed_zero(node.operand), ast.Sub(), self.value(node.operand))
            case ast.BinOp():
                return calculate(self.value(node.left), node.op, self.value(node.right))
            case ast.Compare():
                values = [self.value(node.left), *map(self.value, node.comparators)]
                return all(map(compare, values, node.ops, values[1:]))
            case ast.IfExp():
                return self.value(node.body if self.value(node.test) else node.orelse)
            case ast.Call(func=ast.Name(id=name)):
                return call(name, [self.value(argument) for argument in node.args], self.zone)
        raise TypeError(node)

    def _signed_zero(self, operand: ast.expr) -> float:
        value = self.value(operand)
        return -0.0 if type(value) is float else 0

    def _part(self, whole: Any, name: str) -> Any:
        return whole.get(name) if isinstance(whole, dict) else None

    def _logic(self, node: ast.BoolOp) -> Any:
        for operand in node.values:
            value = self.value(operand)
            if bool(value) is isinstance(node.op, ast.Or):
                break
        return value


# What stands in the expressions

TEXTS = st.sampled_from(["", "a", "b", "ab", "Ab", "5", "é"])
DATES = st.sampled_from(
    ["2026-01-31", "2026-02-01", "1999-12-31", "2026-01-31T09:00:00Z", "2026-01-31T09:00:00.5+09:00"]
)
WHOLE = st.integers(-3, 3) | st.sampled_from([2**53, 2**62, -(2**63), 2**64, 10**400])
FRACTION = st.floats(-3, 3, width=16) | st.sampled_from([1e308, -1.5e308, 5e-324])
NUMBERS = WHOLE | FRACTION
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS | DATES
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)
Piece = tuple[str, str]  # the kind of what is written, as far as it is known at load, and the text
LITERALS = st.one_of(
    st.tuples(st.just("number"), st.integers(-3, 9).map(str) | st.floats(0, 3, width=16).map(repr)),
    st.tuples(st.just("text"), TEXTS.map(repr)),
    st.tuples(st.just("truth"), st.sampled_from(["True", "False"])),
    st.tuples(
        st.just("list"), st.sampled_from(["['a', 'b']", "['a', 'b', 'ab', '']", "[1, 2.0, 0]", "[1, 'a', True]"])
    ),
)
ORDERS = ["<", "<=", ">", ">="]
EQUALITIES = ["==", "!="]
FORMS = {
    "number": ["-{}", "abs({})", "round({})", "round({}, 1)", "{} + {}", "{} - {}", "{} * {}", "{} / {}", "{} % {}"],
    "text": ["lower({})", "startswith({}, {})", "matches({}, 'a')", "matches({}, '^[ab]+$')", "matches({}, '^$')"],
    "any": ["not {}", "exists({})", "[{}, {}]", "{} and {}", "{} or {}", "{} if {} else {}"],
}
FORMS["number"] += ["share({}, {})", "min({}, {})", "max({}, {}, 1)"]
FORMS["number"] += ["days_since({})", "days_until({})", "hours_since({})"]
GIVES = {"startswith": "truth", "matches": "truth", "not": "truth", "exists": "truth", "[": "list", "lower": "text"}


def written(names: dict[str, str]) -> st.SearchStrategy[str]:
    """Texts of expressions over these names; where an operand's kind would be refused, ``spare`` stands instead."""
    spare = next(name for name, kind in names.items() if kind == "any")
    leaves = st.sampled_from([(kind, name) for name, kind in names.items()])

    def fitting(piece: Piece, kind: str) -> str:
        return piece[1] if "any" in (kind, piece[0]) or piece[0] == kind else spare

    def formed(takes: str, form: int, pieces: list[Piece]) -> Piece:
        chosen = FORMS[takes][form % len(FORMS[takes])]
        starts = [kind for start, kind in GIVES.items() if chosen.startswith(start)]
        gives = starts[0] if starts else {"number": "number"}.get(takes, "any")
        return gives, f"({chosen.format(*[fitting(piece, takes) for piece in pieces])})"

    def compared(first: Piece, operators: list[str], others: list[Piece]) -> Piece:
        kind = first[0]
        if set(operators) & set(ORDERS) and kind not in ("number", "text"):
            first, kind = ("any", spare), "any"
        texts = [f"{operator} {fitting(other, kind)}" for operator, other in zip(operators, others, strict=False)]
        return "truth", f"({' '.join([fitting(first, kind), *texts])})"

    def contained(part: Piece, operator: str, whole: Piece) -> Piece:
        inside = whole[1] if whole[0] in ("any", "list") or part[0] == whole[0] == "text" else spare
        return "truth", f"({part[1]} {operator} {inside})"

    def combined(inner: st.SearchStrategy[Piece]) -> st.SearchStrategy[Piece]:
        three = st.lists(inner, min_size=3, max_size=3)
        operators = st.lists(st.sampled_from(ORDERS + EQUALITIES), min_size=1, max_size=2)
        return st.one_of(
            st.builds(formed, st.sampled_from(list(FORMS)), st.integers(0, 20), three),
            st.builds(compared, inner, operators, three),
            st.builds(contained, inner, st.sampled_from(["in", "not in"]), inner),
        )

    return st.recursive(leaves | LITERALS, combined, max_leaves=8).map(lambda piece: piece[1])


def is_same(left: Any, right: Any) -> bool:
    """The same to the type and the sign of zero: what ends up in a message must be the same byte for byte."""
    return repr(left) == repr(right)


MAYBE_TEXT = st.none() | TEXTS | DATES
MAYBE_NUMBER = st.none() | NUMBERS
FIELDS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["a", "ab"]),
        "product": MAYBE_TEXT,
        "led_by": MAYBE_TEXT,
        "attention": st.none() | st.floats(0, 1, width=16),
        "value": MAYBE_NUMBER,
        "identities": st.none() | st.dictionaries(st.sampled_from("ab"), TEXTS),
        "properties": st.none() | st.dictionaries(st.sampled_from("abc"), VALUES),
    }
)
OWN_NAMES = {"properties.a": "any", "properties.b": "any", "properties.c.a": "any", "properties['b']['a']": "any"}
OWN_NAMES |= {"type": "text", "product": "text", "led_by": "text", "identities.a": "text"}
OWN_NAMES |= {"attention": "number", "value": "number", "time": "number"}


@settings(max_examples=600, deadline=None)
@given(written(OWN_NAMES), FIELDS, st.sampled_from(ZONES))
def test_over_touchpoints(text: str, fields: dict[str, Any], zone: str) -> None:
    touchpoint = {"id": "1", "time": NOW, "customer": "c", **fields}
    try:
        function = compile_touchpoint(parse(text, Scope("touchpoint")), zone)
    except ExpressionError:  # a list whose kinds don't fit, a division by 0
        return
    assert is_same(function(Touchpoint(**touchpoint)), Walk(touchpoint, zone).value(ast.parse(text, mode="eval").body))


STATE = st.fixed_dictionaries(
    {
        "views_1h": st.integers(0, 3),
        "orders": st.integers(0, 3),
        "spend_90d": NUMBERS,
        "mean_value": MAYBE_NUMBER,
        "last_value": MAYBE_NUMBER,
        "interest": MAYBE_TEXT,
        "first_channel": MAYBE_TEXT,
        "last_size": VALUES,
        "heat": st.floats(0, 9, width=16),
        "brand_views": st.fixed_dictionaries({"a": st.integers(0, 3), "b": st.integers(0, 3)}),
    }
)
CUSTOMER_NAMES = {"profile.a": "any", "profile.b": "any", "profile.a.b": "any", "last_size": "any"}
CUSTOMER_NAMES |= {"touchpoint.properties.a": "any", "touchpoint.value": "number", "touchpoint.product": "text"}
CUSTOMER_NAMES |= {"touchpoint.identities.a": "text", "interest": "text", "first_channel": "text"}
CUSTOMER_NAMES |= dict.fromkeys(["views_1h", "orders", "spend_90d", "mean_value", "last_value", "heat"], "number")
CUSTOMER_NAMES |= {"brand_views['a']": "number", "brand_views['b']": "number"}
CUSTOMER_NAMES |= {"segment.any": "any", "segment.truth": "truth", "segment.days": "number"}
SEGMENTS = {
    "any": "profile.a or last_size",
    "truth": "orders > 1 or segment.any == 'a'",
    "days": "days_since(profile.a)",
}


@settings(max_examples=600, deadline=None)
@given(
    written(CUSTOMER_NAMES),
    STATE,
    st.dictionaries(st.sampled_from("ab"), VALUES),
    st.none() | FIELDS,
    st.sampled_from(ZONES),
    st.none() | st.sampled_from(ZONES),
)
def test_over_customers(
    text: str,
    state: dict[str, Any],
    profile: dict[str, Any],
    fields: dict[str, Any] | None,
    zone: str,
    own: str | None,
) -> None:
    given_fields = None if fields is None else {"id": "1", "time": NOW, "customer": "c", **fields}
    profile = {**profile, "time_zone": own}
    segments = read_segments(SEGMENTS, FEATURES).expressions
    try:
        expression = parse(text, Scope("customer", FEATURES, segments=segments))
    except ExpressionError:  # a list whose kinds don't fit, a division by 0
        return
    readers = {read: _reader(state[read.name]) for read in expression.reads}
    function = compile_customer(expression, readers, zone)
    at_hand = None if given_fields is None else Touchpoint(**given_fields)
    result = function({}, {name: [value, 1] for name, value in profile.items()}, at_hand, NOW, None)
    walk = Walk({**state, "profile": profile, "touchpoint": given_fields, "segment": {}}, own or zone)
    for name, condition in SEGMENTS.items():
        walk.names["segment"][name] = walk.value(ast.parse(condition, mode="eval").body)
    assert is_same(result, walk.value(ast.parse(text, mode="eval").body))


def _reader(value: Any) -> Callable[[dict[int, Any], int, str | None], Any]:
    return lambda parts, now, key: value if key is None else value[key]
