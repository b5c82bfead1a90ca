"""What each operator and function gives, with every mix of kinds, missing ones too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rules.touchpoint import Touchpoint

Evaluate = Callable[..., Any]
MISSING = None
HUGE = 10**400  # a whole number that no float can hold

SAMPLES = [MISSING, True, False, 0, 1, -2.5, "", "a", "5", [], [1, "a"], {}, {"x": 1}]


def _kind(value: Any) -> str:
    return "number" if type(value) in (int, float) else type(value).__name__


@pytest.mark.parametrize("right", SAMPLES, ids=repr)
@pytest.mark.parametrize("left", SAMPLES, ids=repr)
def test_comparisons_of_every_two_kinds(of_touchpoint: Evaluate, left: Any, right: Any) -> None:
    def compare(operator: str) -> Any:
        return of_touchpoint(f"properties.a {operator} properties.b", properties={"a": left, "b": right})

    alike = _kind(left) == _kind(right)
    both = left is not None and right is not None
    ordered = alike and _kind(left) in ("number", "str")
    assert compare("==") is (both and alike and left == right)
    assert compare("!=") is (both and not (alike and left == right))
    assert compare("<") is (ordered and left < right)
    assert compare("<=") is (ordered and left <= right)
    assert compare(">") is (ordered and left > right)
    assert compare(">=") is (ordered and left >= right)


@pytest.mark.parametrize("right", SAMPLES, ids=repr)
@pytest.mark.parametrize("left", SAMPLES, ids=repr)
def test_arithmetic_of_every_two_kinds(of_touchpoint: Evaluate, left: Any, right: Any) -> None:
    def calculate(operator: str) -> Any:
        return of_touchpoint(f"properties.a {operator} properties.b", properties={"a": left, "b": right})

    if not _kind(left) == _kind(right) == "number":
        assert [calculate(operator) for operator in "+-*/%"] == [MISSING] * 5
        return
    assert (calculate("+"), calculate("-"), calculate("*")) == (left + right, left - right, left * right)
    assert calculate("/") == (left / right if right else MISSING)
    assert calculate("%") == (left % right if right else MISSING)


@pytest.mark.parametrize(
    ("left", "right", "inside"),
    [
        ("a", ["b", "a"], True),
        ("a", ["b"], False),
        (1, [True], False),
        (1, [1.0], True),
        (True, [1, True], True),
        ([1], [[1]], True),
        ({"x": 1}, [{"x": 1.0}], True),
        ({"x": 1}, [{"x": True}], False),
        ("a", "cab", True),
        ("", "cab", True),
        ("x", "cab", False),
        (5, "5", False),
        ("x", {"x": 1}, False),
        ("x", 5, False),
    ],
)
def test_in_and_not_in(of_touchpoint: Evaluate, left: Any, right: Any, inside: bool) -> None:
    properties = {"a": left, "b": right}
    assert of_touchpoint("properties.a in properties.b", properties=properties) is inside
    assert of_touchpoint("properties.a not in properties.b", properties=properties) is not inside


@pytest.mark.parametrize(
    ("left", "right"), [(MISSING, ["a"]), ("a", MISSING), (MISSING, MISSING), (MISSING, [MISSING])]
)
def test_in_and_not_in_are_false_with_a_missing_side(of_touchpoint: Evaluate, left: Any, right: Any) -> None:
    properties = {"a": left, "b": right}
    assert of_touchpoint("properties.a in properties.b", properties=properties) is False
    assert of_touchpoint("properties.a not in properties.b", properties=properties) is False


@pytest.mark.parametrize("text", ["product in ['a', 'b']", "product in ['a', 'b', 'c', 'd']", "properties.p in ['a']"])
def test_in_a_list_of_literals(of_touchpoint: Evaluate, text: str) -> None:
    opposite = text.replace(" in ", " not in ")
    for value, inside in [("a", True), ("z", False)]:
        fields = {"product": value, "properties": {"p": value}}
        assert (of_touchpoint(text, **fields), of_touchpoint(opposite, **fields)) == (inside, not inside)
    assert (of_touchpoint(text), of_touchpoint(opposite)) == (False, False)


def test_a_list_of_numbers_has_no_truths_in_it(of_touchpoint: Evaluate) -> None:
    assert of_touchpoint("properties.n in [0, 1]", properties={"n": True}) is False
    assert of_touchpoint("value in [0, 1]", value=1.0) is True


def test_what_cannot_be_hashed_can_be_looked_for(of_touchpoint: Evaluate) -> None:
    assert of_touchpoint("properties.p in ['a', 'b', 'c']", properties={"p": [1]}) is False


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("properties.none and 'x'", MISSING),
        ("properties.none or 'x'", "x"),
        ("0 or ''", ""),
        ("1 and 'x'", "x"),
        ("properties.empty or 5", 5),
        ("not properties.none", True),
        ("not 'x'", False),
        ("'yes' if properties.none else 'no'", "no"),
        ("'yes' if 1 else 'no'", "yes"),
        ("1 < 2 < 3", True),
        ("1 < 3 < 2", False),
        ("3 > 2 > 1 == 1", True),
        ("1 < properties.none < 3", False),
        ("value < 3 != 4", False),
        ("1 < properties.two < 3 < properties.four", True),
        ("'a' in ['a', 'b'] == properties.both", True),
        ("[1, product, properties.none]", [1, MISSING, MISSING]),
    ],
)
def test_logic_choice_and_chains(of_touchpoint: Evaluate, text: str, value: Any) -> None:
    assert of_touchpoint(text, properties={"empty": [], "two": 2, "four": 4, "both": ["a", "b"]}) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("min(value, 2, 1.5)", 1.5),
        ("max(value, 2, 7)", 7),
        ("min(1, 1.0)", 1),
        ("max(value, dwell)", MISSING),
        ("min(value, properties.text)", MISSING),
        ("min(value, properties.truth)", MISSING),
        ("abs(-value)", 5),
        ("abs(properties.text)", MISSING),
        ("round(2.5)", 2),
        ("round(3.5)", 4),
        ("round(2.675, 2)", 2.67),
        ("round(1234, -2)", 1200),
        ("round(dwell)", MISSING),
        ("round(properties.truth)", MISSING),
        ("len('abc')", 3),
        ("len(properties.list)", 2),
        ("len(properties.mapping)", 1),
        ("len(properties.none)", MISSING),
        ("len(properties.truth)", MISSING),
        ("exists(value)", True),
        ("exists(dwell)", False),
        ("exists(properties.zero)", True),
        ("exists(5)", True),
        ("share(1, 4)", 0.25),
        ("share(value, properties.zero)", MISSING),
        ("share(value, dwell)", MISSING),
        ("lower('ÀB')", "àb"),
        ("lower(properties.zero)", MISSING),
        ("startswith(type, 'page')", True),
        ("startswith(type, 'view')", False),
        ("startswith(product, 'a')", False),
        ("startswith(properties.zero, 'a')", False),
        ("matches(type, '^p.*w$')", True),
        ("matches(type, '_v')", True),
        ("matches(type, '^view')", False),
        ("matches('caffè latte', 'f. l')", True),
        ("matches('caffè', '^.{5}$')", True),
        ("matches(product, '')", False),
        ("matches(properties.zero, '0')", False),
        (r"matches('abc123', '\d+')", True),
        ("-value", -5),
        ("-properties.text", MISSING),
        ("-properties.truth", MISSING),
        ("properties.mapping.x", 1),
        ("properties['mapping']['x']", 1),
        ("properties.mapping.x.y", MISSING),
        ("properties.nothing.x.y", MISSING),
        ("properties['with-dash']", "d"),
        ("identities.cookie", "c1"),
        ("identities.email", MISSING),
    ],
)
def test_functions_and_paths(of_touchpoint: Evaluate, text: str, value: Any) -> None:
    properties = {"text": "t", "truth": True, "zero": 0, "list": [1, 2], "mapping": {"x": 1}, "with-dash": "d"}
    assert of_touchpoint(text, value=5, properties=properties, identities={"cookie": "c1"}) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("properties.big + 1", float(2**63)),
        ("properties.big * properties.big", float(2**126)),
        ("properties.large * 10", MISSING),
        ("-properties.large * 10", MISSING),
        ("properties.huge + 1", MISSING),
        ("properties.huge / 2", MISSING),
        ("properties.huge * 0.5", MISSING),
        ("-properties.huge", MISSING),
        ("abs(properties.huge)", MISSING),
        ("round(properties.huge, 2)", MISSING),
        ("round(properties.large)", 1e308),
        ("properties.huge > 5", True),
        ("properties.huge == properties.huge", True),
        ("value * value", MISSING),
        ("-value", MISSING),
    ],
)
def test_no_result_is_endless_or_infinite(of_touchpoint: Evaluate, text: str, value: Any) -> None:
    properties = {"big": 2**63, "large": 1e308, "huge": HUGE}
    result = of_touchpoint(text, value=HUGE, properties=properties)
    assert (result, type(result)) == (value, type(value))


def test_whole_numbers_stay_whole(of_touchpoint: Evaluate) -> None:
    assert repr(of_touchpoint("properties.n * 2 + 1", properties={"n": 3})) == "7"
    assert repr(of_touchpoint("properties.n / 3", properties={"n": 3})) == "1.0"


def test_very_deep_values_equal_nothing_and_raise_nothing(of_touchpoint: Evaluate) -> None:
    deep: Any = "end"
    for _ in range(900):
        deep = [deep]
    assert of_touchpoint("properties.a == properties.a", properties={"a": deep}) is False


def test_nulls_within_lists_are_the_same(of_touchpoint: Evaluate) -> None:
    assert of_touchpoint("properties.a == properties.b", properties={"a": [None], "b": [None]}) is True


def test_the_profile_is_read_with_removed_and_unknown_fields_missing(of_customer: Evaluate) -> None:
    profile = {"consent": True, "gone": None, "home": {"city": {"name": "Gent"}}}
    assert of_customer("profile.consent", profile) is True
    assert of_customer("exists(profile.gone) or exists(profile.never)", profile) is False
    assert of_customer("profile.home.city.name", profile) == "Gent"
    assert of_customer("profile['home'].city['name'] == 'Gent'", profile) is True
    assert of_customer("profile.consent.x.y", profile) is None
    assert of_customer("profile.consent == True", profile) is True
    assert of_customer("profile.consent != False", profile) is True
    assert of_customer("profile.gone != False", profile) is False


def test_the_touchpoint_is_missing_where_there_is_none(of_customer: Evaluate) -> None:
    at_hand = Touchpoint(id="1", type="t", time=5, customer="c", value=9, properties={"x": {"y": "z"}})
    for text, value in [
        ("touchpoint.value > 5", True),
        ("touchpoint.properties.x.y", "z"),
        ("touchpoint.type == 't'", True),
        ("exists(touchpoint.time)", True),
    ]:
        assert of_customer(text, touchpoint=at_hand) == value
        assert not of_customer(text, touchpoint=None)


def test_known_kinds_that_are_missing(of_customer: Evaluate) -> None:
    for text in ["mean_value > 5", "mean_value != 5", "mean_value <= last_value", "interest != 'a'", "interest < 'a'"]:
        assert of_customer(text) is False
    assert of_customer("mean_value == last_value") is False
    assert of_customer("interest == first_channel") is False
    assert of_customer("interest != first_channel", interest="a") is False
    assert of_customer("interest in first_channel", interest="a", first_channel="cab") is True
    assert of_customer("mean_value + last_value", mean_value=1) is None
    assert of_customer("1 < mean_value < last_value", mean_value=2, last_value=3) is True
    assert of_customer("1 < mean_value < last_value", mean_value=2) is False


@pytest.mark.parametrize(
    "number",
    [
        "mean_value and orders",
        "orders and mean_value",
        "mean_value if orders else orders",
        "orders if last_value else mean_value",
        "min(orders, mean_value)",
        "-(orders if last_value else 'x')",
        "abs(orders if last_value else 'x')",
    ],
)
def test_what_may_be_missing_is_compared_with_care(of_customer: Evaluate, number: str) -> None:
    assert [of_customer(f"({number}) {operator} 1", orders=3) for operator in ("<", ">=", "==", "!=")] == [False] * 4
