"""What a parsed expression says of itself: its kind, what it reads, and the source made of it."""

from __future__ import annotations

import pytest

from rules.expression import (
    RESERVED,
    ExpressionError,
    FeatureRead,
    Kind,
    Scope,
    compile_customer,
    compile_touchpoint,
    parse,
)
from rules.expression.emit import Emitter
from rules.touchpoint import Touchpoint


def test_reads_of_features(customer_scope: Scope) -> None:
    scope = Scope("customer", customer_scope.features, per="brand")
    expression = parse("orders > 1 and brand_heat > brand_heat['tent'] and brand_views['a'] > 2", scope)
    assert expression.reads == {
        FeatureRead("orders"),
        FeatureRead("brand_heat", own=True),
        FeatureRead("brand_heat", key="tent"),
        FeatureRead("brand_views", key="a"),
    }


def test_names_of_profile_and_touchpoint(customer_scope: Scope, touchpoint_scope: Scope) -> None:
    expression = parse(
        "profile.a.b or profile['c'] or touchpoint.value > 1 or touchpoint.properties.x.y", customer_scope
    )
    assert expression.profile == {"a", "c"}
    assert expression.touchpoint == {"value", "properties.x.y"}
    assert parse("value > 1 and properties.signal == 'a'", touchpoint_scope).touchpoint == {
        "value",
        "properties.signal",
    }


def test_a_feature_named_as_a_field_is_a_feature(customer_scope: Scope) -> None:
    scope = Scope("customer", {"value": customer_scope.features["orders"]})
    assert parse("value > 1", scope).reads == {FeatureRead("value")}


def test_reserved_names_are_those_that_mean_something_else() -> None:
    assert {"profile", "touchpoint", "segment", "stage", "and", "None", "round", "days_since"} <= RESERVED


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("orders", "number"),
        ("interest", "text"),
        ("orders > 1", "bool"),
        ("not orders", "bool"),
        ("last_size", "any"),
        ("profile.x", "any"),
        ("touchpoint.value", "number"),
        ("touchpoint.brand", "text"),
        ("touchpoint.identities.cookie", "text"),
        ("['a']", "list"),
        ("orders and interest", "any"),
        ("interest or first_channel", "text"),
        ("orders if interest else 'x'", "any"),
        ("1 if interest else 2", "number"),
        ("profile.x + profile.y", "number"),
        ("-orders", "number"),
        ("lower(profile.x)", "text"),
        ("matches(interest, 'a')", "bool"),
    ],
)
def test_kinds(customer_scope: Scope, text: str, kind: Kind) -> None:
    assert parse(text, customer_scope).kind == kind


@pytest.mark.parametrize(
    ("text", "always"),
    [
        ("orders", True),
        ("mean_value", False),
        ("orders and views_1h", True),
        ("mean_value and orders", False),
        ("orders and mean_value", False),
        ("mean_value or orders", True),
        ("orders or mean_value", False),
        ("orders if interest else views_1h", True),
        ("orders if interest else mean_value", False),
        ("mean_value if interest else orders", False),
        ("-orders", True),
        ("-(orders if interest else 'x')", False),
        ("orders + 1", False),
        ("min(orders, views_1h)", True),
        ("min(orders, mean_value)", False),
        ("abs(orders if interest else 'x')", False),
        ("round(orders)", False),
        ("len('a' if interest else 5)", False),
        ("lower('a')", True),
        ("exists(mean_value)", True),
        ("mean_value > 5", True),
        ("not mean_value", True),
        ("touchpoint.type", False),
        ("profile.x", False),
    ],
)
def test_what_is_never_missing(customer_scope: Scope, text: str, always: bool) -> None:
    assert parse(text, customer_scope).tree.always is always


def test_lines_and_spaces_around_and_within_are_allowed(customer_scope: Scope) -> None:
    expression = parse("\n  orders > 1\n  and interest == 'a b'\t\n", customer_scope)
    assert expression.text == "orders > 1\n  and interest == 'a b'"


def test_each_reader_gets_the_per_value_that_it_is_to_read(customer_scope: Scope) -> None:
    scope = Scope("customer", customer_scope.features, per="brand")
    expression = parse("[orders, brand_heat, brand_heat['tent']]", scope)
    readers = {read: (lambda parts, now, key, name=read.name: [parts, name, now, key]) for read in expression.reads}
    assert compile_customer(expression, readers)({1: 2}, {}, None, 7, "boot") == [
        [{1: 2}, "orders", 7, None],
        [{1: 2}, "brand_heat", 7, "boot"],
        [{1: 2}, "brand_heat", 7, "tent"],
    ]


def test_a_feature_without_a_reader_is_an_error_when_compiled(customer_scope: Scope) -> None:
    expression = parse("orders > 1", customer_scope)
    with pytest.raises(KeyError):
        compile_customer(expression, {})
    with pytest.raises(KeyError):
        compile_touchpoint(expression)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("views_1h >= 5", "(f0(P, N, None) >= 5)"),
        ("heat >= 20", "(f0(P, N, None) >= 20)"),
        ("profile.consent", "((x1 := Q.get('consent')) and x1[0])"),
        ("interest == 'a'", "(f0(P, N, None) == 'a')"),
        ("profile.x == True", "(((x1 := Q.get('x')) and x1[0]) is True)"),
        ("interest in ['a', 'b', 'c']", "(f0(P, N, None) in {'a', 'b', 'c'})"),
        ("last_value > 5", "((x1 := f0(P, N, None)) is not None and x1 > 5)"),
        ("views_1h > 2 * 3 - 1", "(f0(P, N, None) > 5)"),
    ],
)
def test_known_kinds_become_operators_of_python(customer_scope: Scope, text: str, source: str) -> None:
    assert Emitter(lambda read: read).emit(parse(text, customer_scope).tree) == source


def test_no_name_of_the_user_is_in_the_source(customer_scope: Scope) -> None:
    text = "profile.os or touchpoint.properties.system['popen'] == \"'+__import__('os')+'\" or orders > 1"
    source = Emitter(lambda read: read).emit(parse(text, customer_scope).tree)
    names = compile(source, "", "eval").co_names
    assert set(names) <= {"P", "Q", "T", "N", "K", "x1", "x2", "f0", "f1", "get", "properties"}


def test_generated_code_has_no_builtins(touchpoint_scope: Scope) -> None:
    function = compile_touchpoint(parse("value > 1", touchpoint_scope))
    assert function.__globals__["__builtins__"] == {}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("form", "levels"),
    [
        ("not {}", 39),
        ("-{}", 39),
        ("abs({})", 39),
        ("lower({})", 39),
        ("[{}]", 39),
        ("({} != False)", 39),
        ("(properties.y != {} != properties.z)", 39),
        ("({} in [True, properties.y])", 38),
        ("(value + {})", 39),
        ("({} + 1 if value != 1 else 0)", 19),
        ("(1 if {} else 0)", 39),
        ("(product and {})", 39),
    ],
)
def test_the_deepest_that_is_allowed_compiles(touchpoint_scope: Scope, form: str, levels: int) -> None:
    text = "properties.x"
    for _ in range(levels - 1):
        text = form.format(text)
    point = Touchpoint(id="1", type="t", time=1, customer="c", value=1, properties={"x": 1})
    compile_touchpoint(parse(text, touchpoint_scope))(point)
    with pytest.raises(ExpressionError, match="nested deeper than 40"):
        parse(form.format(form.format(text)), touchpoint_scope)
