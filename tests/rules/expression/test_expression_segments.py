"""Segments: read in the place of their names, in the order in which they need one another, within bounds."""

from __future__ import annotations

from time import process_time

import pytest

from rules.expression import (
    Expression,
    ExpressionError,
    FeatureRead,
    Scope,
    Tendency,
    compile_customer,
    parse,
    read_segments,
)
from tests.rules.expression.conftest import FEATURES

CONDITIONS = {
    "family": "profile.children >= 1 and segment.grown",
    "grown": "profile.age >= 18",
    "keen": "heat > 5 or brand_heat['tent'] > 2",
    "renewing": "days_until(profile.renewal) <= 30",
    "here": "touchpoint.channel == 'web'",
    "interest_of": "interest",
    "warm": "heat",
}


def scope(**more: object) -> Scope:
    return Scope("customer", FEATURES, segments=read_segments(CONDITIONS, FEATURES).expressions, **more)  # type: ignore[arg-type]


def whole(text: str, **more: object) -> Expression:
    return parse(text, scope(**more))


def test_a_segment_is_read_as_its_own_expression() -> None:
    function = compile_customer(whole("segment.family and not segment.here"), {})
    for children, age, value in [(1, 30, True), (0, 30, False), (1, 17, False), (None, 30, False)]:
        assert bool(function({}, {"children": [children, 1], "age": [age, 1]}, None, 0, None)) is value


def test_what_it_reads_is_read_by_the_whole() -> None:
    expression = whole("orders > 1 and segment.family or segment.keen or segment.here or segment.renewing")
    assert expression.reads == {
        FeatureRead("orders"),
        FeatureRead("heat"),
        FeatureRead("brand_heat", key="tent"),
    }
    assert expression.profile == {"children", "age", "renewal", "time_zone"}
    assert expression.touchpoint == {"channel"}
    assert expression.segments == {"family", "grown", "keen", "here", "renewing"}
    assert expression.tendency is Tendency.EITHER
    assert expression.clocked
    assert len(expression.moving) == 3


def test_its_kind_and_tendency_count() -> None:
    assert whole("segment.interest_of").kind == "text"
    assert whole("segment.warm + 1 > 3").tendency is Tendency.FALLS
    assert whole("not segment.keen").tendency is Tendency.RISES
    assert whole("segment.renewing").tendency is Tendency.RISES
    with pytest.raises(ExpressionError, match=r"`segment.interest_of`, a text beside `\+`"):
        whole("segment.interest_of + 1")


def test_a_moved_segment_can_be_compared() -> None:
    expression = parse("segment.warm > 5", scope(), timed=True)
    (comparison,) = expression.moving
    assert comparison.text == "segment.warm > 5"
    assert not expression.clocked


def test_what_cannot_be_timed_in_a_segment_is_refused_where_it_is_read() -> None:
    segments = read_segments({"hot": "round(heat) > 5"}, FEATURES).expressions
    at = Scope("customer", FEATURES, segments=segments)
    parse("orders and segment.hot", at)
    with pytest.raises(ExpressionError) as raised:
        parse("orders and segment.hot", at, timed=True)
    (mistake,) = raised.value.mistakes
    assert (mistake.offset, mistake.length) == (11, 11)
    assert mistake.found == "`segment.hot`: a score in more than times or plus numbers"


def test_no_segment_of_the_touchpoint_with_hold() -> None:
    whole("segment.family", holds=True)
    with pytest.raises(ExpressionError) as raised:
        whole("segment.here", holds=True)
    (mistake,) = raised.value.mistakes
    assert str(mistake) == (
        "found `segment.here`, which reads the touchpoint; expected no touchpoint in a `when` with `hold`; "
        "leave out `hold`, or keep a feature of the touchpoints and read that"
    )


def test_nearest_segment() -> None:
    with pytest.raises(ExpressionError, match=r"`segment.famly`; expected a segment of .*; write `segment.family`"):
        whole("segment.famly")


def test_a_segment_is_about_a_customer_so_features_kept_per_a_field_need_a_value() -> None:
    segments = read_segments({"keen": "brand_heat > 3"}, FEATURES)
    (mistake,) = segments.mistakes["keen"]
    assert mistake.found == "`brand_heat`, kept per brand, where the signal has no `per`"
    assert segments.expressions == {"keen": None}


def test_what_reads_a_broken_segment_is_not_judged() -> None:
    segments = read_segments({"a": "viws > 3", "b": "segment.a + 1 > 2", "c": "segment.a and intrest"}, FEATURES)
    assert [len(segments.mistakes.get(name, ())) for name in "abc"] == [1, 0, 1]
    assert segments.circles == ()


def test_circles() -> None:
    conditions = {
        "a": "segment.b and x",
        "b": "segment.c",
        "c": "not segment.a",
        "d": "segment.a",
        "e": "segment.e or 1",
    }
    segments = read_segments(conditions, FEATURES)
    assert segments.circles == (("a", "b", "c", "a"), ("e", "e"))
    assert segments.expressions["a"] is None
    assert "d" not in segments.mistakes


def test_segments_that_multiply_are_refused_soon() -> None:
    doubling = {f"s{n}": f"segment.s{n + 1} and segment.s{n + 1}" for n in range(30)} | {"s30": "orders > 1"}
    started = process_time()
    segments = read_segments(doubling, FEATURES)
    assert process_time() - started < 2
    (name,) = segments.mistakes
    (mistake,) = segments.mistakes[name]
    assert mistake.found == "segments of more than 1,000 names, literals and operators in all"
    assert mistake.expected == "fewer, or smaller ones"


def test_segments_that_nest_too_deep_are_refused() -> None:
    nested = {f"s{n:02}": f"not (segment.s{n + 1:02} and True)" for n in range(30)} | {"s30": "orders"}
    mistakes = read_segments(nested, FEATURES).mistakes
    (mistake,) = mistakes["s16"]
    assert list(mistakes) == ["s16"]
    assert mistake.found == "an expression nested deeper than 40, its segments included"


def test_the_deepest_that_is_allowed_compiles() -> None:
    for form in (
        "exists({})",
        "(profile.y != {} != profile.z)",
        "(1 if min({}, orders, 1) > days_since(profile.x) else 0)",
    ):
        conditions = {f"s{n:02}": form.format(f"segment.s{n + 1:02}") for n in range(60)}
        segments = read_segments({**conditions, "s60": "orders"}, FEATURES).expressions
        allowed = [expression for expression in segments.values() if expression is not None]
        deepest = max(allowed, key=lambda expression: expression.depth)
        assert deepest.depth > 36
        compile_customer(deepest, {read: lambda parts, now, key: 1 for read in deepest.reads})({}, {}, None, 0, None)


def test_a_long_chain_of_segments_is_read_without_recursion() -> None:
    chain = {f"s{n}": f"segment.s{n + 1}" for n in range(5_000)} | {"s5000": "orders > 1"}
    (mistake,) = read_segments(chain, FEATURES).mistakes["s4961"]
    assert mistake.expected == "40 levels at most"
