"""Scores decay all the time: where the moment matters, each must turn at one moment that can be found."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.expression import ExpressionError, Scope, compile_customer, parse
from tests.rules.expression.conftest import FEATURES

SCOPE = Scope("customer", FEATURES)


@pytest.mark.parametrize(
    ("text", "moving"),
    [
        ("heat >= 20", ["heat >= 20"]),
        ("20 <= heat", ["20 <= heat"]),
        ("1 < ( (heat + 1)) < (2)", ["1 < ( (heat + 1))", "( (heat + 1)) < (2)"]),
        ("10 < heat < 20", ["10 < heat", "heat < 20"]),
        ("not (heat > 5) and orders", ["heat > 5"]),
        ("2 * heat - 1 > last_value + orders", ["2 * heat - 1 > last_value + orders"]),
        ("-heat / 4 < profile.limit", ["-heat / 4 < profile.limit"]),
        ("heat > 5 if warmth > 3 else mood < 2", ["warmth > 3", "heat > 5", "mood < 2"]),
        ("(heat > 5) == (warmth > 5)", ["heat > 5", "warmth > 5"]),
        ("brand_heat['a'] > 5", ["brand_heat['a'] > 5"]),
        ("views_1h > 5", []),
        ("heat + warmth > 5 or heat > 3", ["heat > 3"]),
        ("days_until(profile.due) <= 30", ["days_until(profile.due) <= 30"]),
        (
            "0 <= days_until(profile.due) <= 30 and heat > 1",
            [
                "0 <= days_until(profile.due)",
                "days_until(profile.due) <= 30",
                "heat > 1",
            ],
        ),
        ("hours_since(last_seen) / 24 > orders", ["hours_since(last_seen) / 24 > orders"]),
        ("days_since(profile.born) == 7", ["days_since(profile.born) == 7"] * 2),
        ("7 != 2 * days_since('2026-01-31')", ["7 != 2 * days_since('2026-01-31')"] * 2),
        ("days_since(last_seen) == 7", []),
        ("days_since(seen_lately) > 7", []),
        ("days_since(last_seen) > heat", []),
    ],
)
def test_the_comparisons_that_move(text: str, moving: list[str]) -> None:
    assert [comparison.text for comparison in parse(text, SCOPE).moving] == moving


def test_an_equality_of_whole_days_turns_as_two_orders() -> None:
    expression = parse("days_since(profile.born) == 7", SCOPE, timed=True)
    profile = {"born": ["2026-01-31", 1]}
    at = [1_769_817_600_000 + days * 86_400_000 for days in range(10)]  # from 2026-01-31 on
    courses = [[compile_customer(e, {})({}, profile, None, now, None) for now in at] for e in expression.moving]
    assert courses == [[days <= 7 for days in range(10)], [days >= 7 for days in range(10)]]


@pytest.mark.parametrize(
    ("text", "clocked"),
    [
        ("heat > 3", False),
        ("days_since(last_seen) > 3", True),
        ("heat > 3 and not (days_until(profile.x) < 3)", True),
    ],
)
def test_what_the_clock_alone_moves(text: str, clocked: bool) -> None:
    expression = parse(text, SCOPE)
    assert expression.clocked is clocked
    assert any(comparison.clocked for comparison in expression.moving) is clocked


EXPECTED = "one score, times or plus numbers, compared by < <= > >= with what stands still between touchpoints"
COMPARE = "compare it with a number, such as `> 0`"
WHOLE_DAYS = re.compile(r"days_(since|until)\(profile")
ITSELF = "compare the number of days or hours itself"
WITHOUT_OVER = "keep the moment in a feature without `over`"
EACH = "compare each with a number, joined by `and`"
MORE = "a score in more than times or plus numbers", "compare the score itself"


@pytest.mark.parametrize(
    ("text", "found", "instead"),
    [
        ("heat", "`heat`, a score, outside a comparison", "compare it with a number, such as `> 0`"),
        ("not heat", "`heat`, a score, outside a comparison", "compare it with a number, such as `> 0`"),
        ("exists(heat)", "`heat`, a score, outside a comparison", "compare it with a number, such as `> 0`"),
        ("heat == 5", "`heat == 5`: a score beside `==`", "write >= or <="),
        ("5 != heat", "`5 != heat`: a score beside `!=`", "write >= or <="),
        ("heat in [1, 2]", "`heat in [1, 2]`: a score beside `in`", "write >= or <="),
        ("heat > warmth", "`heat > warmth`: more than one score in a comparison", "compare each score with a number"),
        (
            "heat + warmth > 5",
            "`heat + warmth > 5`: more than one score in a comparison",
            "compare each score with a number",
        ),
        (
            "heat > views_1h",
            "`heat > views_1h`: a score compared with what moves by itself",
            "compare each with a number, joined by `and`",
        ),
        ("heat % 2 > 5", "`heat % 2 > 5`: " + MORE[0], MORE[1]),
        ("2 / heat > 5", "`2 / heat > 5`: " + MORE[0], MORE[1]),
        ("round(heat) > 5", "`round(heat) > 5`: " + MORE[0], MORE[1]),
        ("max(heat, 3) > 5", "`max(heat, 3) > 5`: " + MORE[0], MORE[1]),
        ("heat * orders > 5", "`heat * orders > 5`: " + MORE[0], MORE[1]),
        ("(heat if orders else 5) > 5", "`(heat if orders else 5) > 5`: " + MORE[0], MORE[1]),
        ("heat in [1, 2] or orders", "`heat in [1, 2]`: a score beside `in`", "write >= or <="),
    ],
)
def test_what_cannot_be_timed_is_refused_where_the_moment_matters(text: str, found: str, instead: str) -> None:
    parse(text, SCOPE)
    with pytest.raises(ExpressionError) as raised:
        parse(text, SCOPE, timed=True)
    (mistake,) = raised.value.mistakes
    assert (mistake.found, mistake.expected, mistake.instead) == (found, EXPECTED, instead)


@pytest.mark.parametrize(
    ("text", "at", "why", "instead"),
    [
        ("days_since(profile.x)", "{}", "{}, which moves by itself, outside a comparison", COMPARE),
        (
            "orders and exists(days_since(profile.x))",
            "days_since(profile.x)",
            "{}, which moves by itself, outside a comparison",
            COMPARE,
        ),
        (
            "days_since(profile.x) < days_since(profile.y)",
            "{}",
            "{}: more than one part that moves by itself in a comparison",
            "compare each with a number",
        ),
        (
            "days_since(last_seen) < heat",
            "{}",
            "{}: more than one part that moves by itself in a comparison",
            "compare each with a number",
        ),
        ("hours_since(profile.x) == 5", "{}", "{}: `hours_since` beside `==`", "write >= or <="),
        ("days_since(last_seen) == 5", "{}", "{}: `days_since` of an instant beside `==`", "write >= or <="),
        (
            "days_until('2026-01-31T00:00:00Z') != 5",
            "{}",
            "{}: `days_until` of an instant beside `!=`",
            "write >= or <=",
        ),
        (
            "days_until(profile.x) in [30, 60]",
            "{}",
            "{}: `days_until` beside `in`",
            "write `==` for each, joined by `or`",
        ),
        ("round(days_since(profile.x)) > 5", "{}", "{}: `days_since` in more than times or plus numbers", ITSELF),
        ("days_since(profile.x) % 7 == 0", "{}", "{}: `days_since` in more than times or plus numbers", ITSELF),
        (
            "hours_since(profile.x) * profile.y > 5",
            "{}",
            "{}: `hours_since` in more than times or plus numbers",
            ITSELF,
        ),
        ("days_since(seen_lately) > 5", "{}", "{}: `days_since` of what moves by itself", WITHOUT_OVER),
        ("days_since(profile.x) > views_1h", "{}", "{}: `days_since` compared with what moves by itself", EACH),
        ("days_since(profile.x) > mean_value", "{}", "{}: `days_since` compared with what moves by itself", EACH),
    ],
)
def test_clocks_that_cannot_be_timed_are_refused_where_the_moment_matters(
    text: str, at: str, why: str, instead: str
) -> None:
    parse(text, SCOPE)
    with pytest.raises(ExpressionError) as raised:
        parse(text, SCOPE, timed=True)
    (mistake,) = raised.value.mistakes
    place = at.format(text)
    assert text[mistake.offset : mistake.offset + mistake.length] == place
    assert mistake.found == why.format(f"`{place}`")
    name = re.findall(r"(?:days|hours)_(?:since|until)", text)[0]
    equal = ", by == != too, with" if WHOLE_DAYS.search(text) else " with"
    assert mistake.expected == EXPECTED.replace("score", f"`{name}`").replace(" with", equal)
    assert mistake.instead == instead


SCORE = st.sampled_from(
    ["heat", "warmth", "mood", "days_since(profile.x)", "days_until(profile.x)", "hours_since(profile.x)"]
)
BEGIN, STEP = 1_769_900_000_000, 3_600_000 * 7  # ms
LINEAR = st.recursive(
    SCORE,
    lambda inner: st.one_of(
        inner.map(lambda x: f"(-{x})"),
        st.tuples(inner, st.sampled_from("+-*/"), st.sampled_from(["2", "0.5", "-3"])).map(
            lambda p: f"({' '.join(p)})"
        ),
        st.tuples(st.sampled_from(["2", "0.5", "-3"]), st.sampled_from("+-*"), inner).map(lambda p: f"({' '.join(p)})"),
    ),
    max_leaves=3,
)
COMPARISON = st.tuples(
    LINEAR, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.sampled_from(["0", "1", "-1", "last_value"])
)
CONDITION = st.recursive(
    COMPARISON.map(lambda parts: f"({' '.join(parts)})") | st.sampled_from(["orders", "(1 < heat < 4)"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or", "!="]), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda x: f"(not {x})"),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]} if {parts[1]} else {parts[2]})"),
    ),
    max_leaves=4,
)


@settings(max_examples=400, deadline=None)
@given(
    CONDITION,
    st.fixed_dictionaries({name: st.floats(0, 10) for name in ("heat", "warmth")}),
    st.floats(-10, 10),
    st.none() | st.integers(-3, 3),
    st.sampled_from(["2026-01-31", "2026-03-29", "2026-02-05T06:00:00.001Z", 1_770_000_000_000, "?"]),
    st.sampled_from(["UTC", "Europe/Brussels", "America/St_Johns"]),
)
def test_only_the_moving_comparisons_turn_it_and_each_turns_at_most_once(
    text: str, scores: dict[str, float], mood: float, still: int | None, at: Any, zone: str
) -> None:
    try:
        expression = parse(text, SCOPE, timed=True)
    except ExpressionError:  # `orders` compared with a truth, or == with what isn't whole days
        return
    at_first = {**scores, "mood": mood}

    def reader(name: str) -> Callable[[dict[int, Any], int, str | None], Any]:
        if name in at_first:
            return lambda parts, now, key: round(at_first[name] * 2.0 ** (-(now - BEGIN) / STEP / 4), 9)
        return lambda parts, now, key: still if name == "last_value" else 1

    def course(of: Any) -> list[bool]:
        function = compile_customer(of, {read: reader(read.name) for read in of.reads}, zone)
        return [bool(function({}, {"x": [at, 1]}, None, BEGIN + n * STEP, None)) for n in range(160)]

    turns = [_turns(course(comparison)) for comparison in expression.moving]
    assert all(len(each) <= 1 for each in turns)
    assert set(_turns(course(expression))) <= {turn for each in turns for turn in each}


def _turns(truths: list[bool]) -> list[int]:
    return [at for at in range(1, len(truths)) if truths[at] != truths[at - 1]]
