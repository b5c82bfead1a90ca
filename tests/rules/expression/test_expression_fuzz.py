"""Whatever the text, it is read or refused with ExpressionError, soon; whatever was read never raises."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.expression import (
    Expression,
    ExpressionError,
    Scope,
    compile_customer,
    compile_touchpoint,
    parse,
    read_segments,
)
from rules.touchpoint import Touchpoint
from tests.rules.expression.conftest import FEATURES

SOON = 2.0  # seconds of the processor: many times what the slowest takes, so that only what grows is caught
POINT = Touchpoint(id="1", type="a", time=7, customer="c", value=1.5, properties={"x": [1, {"y": "z"}]})
CUSTOMER = Scope("customer", FEATURES, per="brand", segments=read_segments({"warm": "heat > 1"}, FEATURES).expressions)

NAMES = "value type properties . x profile touchpoint segment warm orders heat brand_heat interest __class__ _ é print"
LITERALS = "'a' '2026-01-31' 0 1 2.5 1e5 True False None ... 3j b'x' f'{ }'"
OPERATORS = (
    "+ - * / % ** // < <= > >= == != = := in not and or if else is lambda for await yield async ! ? & | ~ ^ @ && <>"
)
SIGNS = "[ ] ( ) { } , : ; # \\ $"
FUNCTIONS = "min max abs round len exists share lower startswith matches days_since days_until hours_since"
TOKENS = st.sampled_from([*f"{NAMES} {LITERALS} {OPERATORS} {SIGNS} {FUNCTIONS}".split(), "\n", "\t", "\u00a0"])


def _use(text: str) -> None:
    started = process_time()
    for scope, timed in [(CUSTOMER, False), (CUSTOMER, True), (Scope("touchpoint"), False)]:
        try:
            expression = parse(text, scope, timed=timed)
        except ExpressionError as error:
            _check_places(error, text)
        else:
            _evaluate(expression, scope)
    assert process_time() - started < SOON


def _check_places(error: ExpressionError, text: str) -> None:
    assert error.mistakes
    for mistake in error.mistakes:
        assert 0 <= mistake.offset <= mistake.offset + mistake.length <= len(text)


def _evaluate(expression: Expression, scope: Scope) -> None:
    if scope.kind == "touchpoint":
        compile_touchpoint(expression)(POINT)
    else:
        readers = {read: lambda parts, now, key: 1 for read in expression.reads}
        compile_customer(expression, readers)({}, {}, POINT, 0, "a")


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=60))
@example("\ud800")
@example("\x00")
@example("\u2028 1")
@example("1\r\n2")
def test_any_text(text: str) -> None:
    _use(text)


@settings(max_examples=800, deadline=None)
@given(st.lists(TOKENS, max_size=30).map(" ".join))
def test_soups_of_tokens(text: str) -> None:
    _use(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(TOKENS, min_size=1, max_size=3).map(" ".join), st.integers(1, 2_000))
def test_much_of_the_same(piece: str, times: int) -> None:
    _use((piece * times)[:2_100])


@pytest.mark.parametrize(
    "piece", ["(", "[", "{", "-", "not ", "a.", "a if ", "lambda:", "f'{", "(((*", "a<", "a[", "{a:"]
)
def test_long_beginnings_are_refused_soon(piece: str) -> None:
    started = process_time()
    for end in ("", "1", "1)", "a"):
        with pytest.raises(ExpressionError):
            parse((piece * 2_000)[: 2_000 - len(end)] + end, CUSTOMER)
    assert process_time() - started < SOON


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a|a)*b", "(.*)(.*)(.*)(.*)[^a]$", "((a{1,9}){1,9}){1,9}b"])
def test_no_pattern_takes_long_over_a_long_text(pattern: str) -> None:
    function = compile_touchpoint(parse(f"matches(properties.x, '{pattern}')", Scope("touchpoint")))
    started = process_time()
    assert function(Touchpoint(id="1", type="a", time=7, customer="c", properties={"x": "a" * 100_000})) is False
    assert process_time() - started < SOON


@pytest.mark.parametrize("pattern", [r"\pL{1,60}", "((((a{1,9}){1,9}){1,9}){1,9}){1,9}", "a{1,2000}", "(.{1,900}){2}"])
def test_a_pattern_that_takes_too_much_is_refused(pattern: str) -> None:
    with pytest.raises(ExpressionError, match="the pattern"):
        parse(f"matches(type, '{pattern}')", Scope("touchpoint"))
