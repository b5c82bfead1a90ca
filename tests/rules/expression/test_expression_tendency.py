"""What time alone can do: never does it turn true what was said only to fall."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.expression import FeatureInfo, Scope, Tendency, compile_customer, parse

STILL, FALLS, RISES, EITHER = Tendency.STILL, Tendency.FALLS, Tendency.RISES, Tendency.EITHER


@pytest.mark.parametrize(
    ("text", "tendency"),
    [
        ("5 > 3", STILL),
        ("profile.x and touchpoint.value > 5", STILL),
        ("orders >= 2", STILL),
        ("round(orders / 3) in [1, 2] or exists(last_value)", STILL),
        ("views_1h >= 5", FALLS),
        ("views_1h > orders", FALLS),
        ("5 <= views_1h", FALLS),
        ("views_1h < 5", RISES),
        ("views_1h == 5", EITHER),
        ("views_1h != 5", EITHER),
        ("not views_1h < 5", FALLS),
        ("not (not views_1h)", FALLS),
        ("views_1h", FALLS),
        ("heat", FALLS),
        ("mood", EITHER),
        ("not views_1h", RISES),
        ("-views_1h", EITHER),
        ("-views_1h > -5", RISES),
        ("views_1h * 2 + 1 > 5", FALLS),
        ("-2 * views_1h > -5", RISES),
        ("views_1h * -2 > -5", RISES),
        ("views_1h * 0 > -5", EITHER),
        ("views_1h / 2 > 5", FALLS),
        ("2 / views_1h > 5", EITHER),
        ("views_1h * orders > 5", EITHER),
        ("views_1h % 2 > 5", EITHER),
        ("views_1h + heat > 5", FALLS),
        ("views_1h - heat > 5", EITHER),
        ("5 - views_1h > 5", RISES),
        ("views_1h > heat", EITHER),
        ("views_1h > -heat", FALLS),
        ("spend_90d > 5", EITHER),
        ("max(views_1h, 3, orders) > 5", FALLS),
        ("min(views_1h, heat) < 5", RISES),
        ("min(views_1h, -heat) < 5", EITHER),
        ("abs(views_1h) > 5", EITHER),
        ("exists(views_1h)", EITHER),
        ("views_1h in [1, 2]", EITHER),
        ("views_1h > 5 and orders", FALLS),
        ("views_1h > 5 or heat > 3", FALLS),
        ("views_1h > 5 and heat < 3", EITHER),
        ("1 < views_1h < 5", EITHER),
        ("9 > views_1h < 5", RISES),
        ("(views_1h if orders else heat) > 5", FALLS),
        ("views_1h > 5 if orders else heat > 5", FALLS),
        ("views_1h > 5 if views_1h else heat > 5", EITHER),
        ("(views_1h > 5) == True", EITHER),
        ("(views_1h and 5) > 3", EITHER),
        ("days_since(profile.born) >= 5", RISES),
        ("days_since(last_seen) < 5", FALLS),
        ("hours_since(profile.born) > 5", RISES),
        ("days_until(profile.due) <= 30", RISES),
        ("not days_until(profile.due) <= 30", FALLS),
        ("days_until(profile.due) == 30", EITHER),
        ("0 <= days_until(profile.due) <= 30", EITHER),
        ("2 * days_since(last_seen) - 1 > orders", RISES),
        ("days_since(last_seen)", EITHER),
        ("exists(days_since(last_seen))", EITHER),
        ("days_since(seen_lately) > 5", EITHER),
        ("days_since(last_seen) > views_1h", RISES),
        ("days_since(last_seen) < heat", FALLS),
        ("max(days_since(last_seen), hours_since(profile.born)) > 5", RISES),
        ("momentum == 'rising'", EITHER),
    ],
)
def test_tendencies(customer_scope: Scope, text: str, tendency: Tendency) -> None:
    assert parse(text, customer_scope).tendency is tendency


MOMENTS = 6
VALUES = {
    "falling": FeatureInfo("number", tendency=FALLS, always=True),
    "emptying": FeatureInfo("number", tendency=FALLS, always=True, never_negative=True),
    "rising": FeatureInfo("number", tendency=RISES, always=True),
    "still": FeatureInfo("any", tendency=STILL),
    "wild": FeatureInfo("any"),
}
NUMBERS = st.integers(-5, 5) | st.floats(-5, 5, width=16)
ANYTHING = st.none() | st.booleans() | NUMBERS | st.sampled_from(["", "a", "b"])

# What keeps a tendency comes often, what loses it seldom: else all of it would be EITHER.
CLOCKS = [
    f"{name}({of})" for name in ("days_since", "days_until", "hours_since") for of in ("profile.x", "still", "wild")
]
NAMES = st.sampled_from([*VALUES, *CLOCKS, *["falling", "emptying"] * 8, *["rising", "still"] * 4])
BEGIN, STEP = 1_790_000_000_000, 40_000_000  # ms
MOMENT = st.integers(-2, MOMENTS).map(lambda step: BEGIN + step * STEP) | st.sampled_from(
    ["2026-09-20", "2026-09-22", "?"]
)
LITERAL = st.integers(-3, 5).map(str)
NUMERIC = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.builds(lambda a, op, b: f"({a} {op} {b})", inner, st.sampled_from("+-*/"), LITERAL),
        st.builds(lambda a, op, b: f"({a} {op} {b})", LITERAL, st.sampled_from("+-*"), inner),
        st.builds(lambda a, op, b: f"({a} {op} {b})", inner, st.sampled_from("+-+-*"), inner),
        st.builds(lambda a: f"(-{a})", inner),
        st.builds(lambda name, a, b: f"{name}({a}, {b})", st.sampled_from(["min", "max"]), inner, inner | LITERAL),
        st.builds(lambda a, b: f"({a} if still else {b})", inner, inner),
    ),
    max_leaves=3,
)
CONDITION = st.recursive(
    st.builds(lambda a, op, b: f"({a} {op} {b})", NUMERIC, st.sampled_from(["<", "<=", ">", ">="]), LITERAL | NUMERIC)
    | st.builds(
        lambda a, op, b: f"({a} {op} {b})",
        NUMERIC,
        st.sampled_from([">", "<", ">=", "<=", "==", "!=", "in [1, 2] or 1 >"]),
        LITERAL,
    )
    | NAMES,
    lambda inner: st.one_of(
        st.builds(lambda a, op, b: f"({a} {op} {b})", inner, st.sampled_from(["and", "or"]), inner),
        st.builds(lambda a: f"(not {a})", inner),
        st.builds(lambda a, b, c: f"({a} if {b} else {c})", inner, st.just("still") | inner, inner),
        st.builds(lambda a: f"exists({a})", inner),
    ),
    max_leaves=3,
)
COURSES = st.fixed_dictionaries(
    {
        "falling": st.lists(NUMBERS, min_size=MOMENTS, max_size=MOMENTS).map(lambda xs: sorted(xs, reverse=True)),
        "emptying": st.lists(st.integers(0, 5), min_size=MOMENTS, max_size=MOMENTS).map(lambda xs: sorted(xs)[::-1]),
        "rising": st.lists(NUMBERS, min_size=MOMENTS, max_size=MOMENTS).map(sorted),
        "still": (ANYTHING | MOMENT).map(lambda value: [value] * MOMENTS),
        "wild": st.lists(ANYTHING | MOMENT, min_size=MOMENTS, max_size=MOMENTS),
    }
)


def _truths(text: str, courses: dict[str, list[Any]], at: Any) -> tuple[Tendency, list[bool]] | None:
    try:
        expression = parse(text, Scope("customer", VALUES))
    except Exception:  # noqa: BLE001 - a division by a literal 0, or kinds that don't fit: not what is asked here
        return None
    readers = {read: _reader(courses[read.name]) for read in expression.reads}
    function = compile_customer(expression, readers)
    held = {"x": [at, 0]}
    return expression.tendency, [bool(function({}, held, None, BEGIN + n * STEP, None)) for n in range(MOMENTS)]


def _reader(course: list[Any]) -> Callable[[dict[int, Any], int, str | None], Any]:
    return lambda parts, now, key: course[(now - BEGIN) // STEP]


@settings(max_examples=500, deadline=None)
@given(CONDITION, COURSES, MOMENT)
def test_time_does_to_the_truth_only_what_the_tendency_says(text: str, courses: dict[str, list[Any]], at: Any) -> None:
    result = _truths(text, courses, at)
    if result is None:
        return
    tendency, truths = result
    steps = set(pairwise(truths))
    if tendency in (STILL, FALLS):
        assert (False, True) not in steps
    if tendency in (STILL, RISES):
        assert (True, False) not in steps
