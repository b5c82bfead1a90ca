"""Durations, nearest names, what is known of features, and the JSON Schemas."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.declaration import Feature, Weight
from rules.duration import LONGEST, guess_duration, in_words, parse_duration
from rules.expression import FeatureInfo, Tendency
from rules.feature_types import feature_info
from rules.field_kinds import field_kind
from rules.names import nearest, one_of
from rules.problem import LibraryError, Problem
from rules.schema import json_schemas

STILL, FALLS, EITHER = Tendency.STILL, Tendency.FALLS, Tendency.EITHER


@pytest.mark.parametrize(
    ("text", "millis"),
    [
        ("90s", 90_000),
        ("30m", 1_800_000),
        ("24h", 86_400_000),
        ("14d", 1_209_600_000),
        ("0s", 0),
        ("007d", 604_800_000),
    ],
)
def test_durations(text: str, millis: int) -> None:
    assert parse_duration(text) == millis


@pytest.mark.parametrize(
    "text", ["", "5", "h", "1.5h", "-1h", "+1h", "1 h", "1h ", "1H", "1w", "1h30m", "٣h", "1" * 13 + "s"]
)
def test_not_durations(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1h30m", "90m"),
        ("1.5 hours", "90m"),
        ("2w", "14d"),
        ("1 day", "1d"),
        ("1H", "1h"),
        ("90 min", "90m"),
        ("1d 12h", "36h"),
        ("", None),
        ("soon", None),
        ("5", None),
        ("3 months", None),
        ("1h soon", None),
        ("0h", None),
        ("99999w", None),
        ("0.001s", None),
        ("1h " * 20, None),
    ],
)
def test_what_a_duration_was_meant_to_be(text: str, meant: str | None) -> None:
    assert guess_duration(text) == meant


@given(st.integers(1, LONGEST // 1000))
def test_durations_in_words_read_back(seconds: int) -> None:
    assert parse_duration(in_words(seconds * 1000)) == seconds * 1000


def test_nearest() -> None:
    assert nearest("veiws_1h", ["views_1h", "views_2d", "heat"]) == "views_1h"
    assert nearest("EMAIL", ["email"]) == "email"
    assert nearest("push", ["email", "sms"]) is None
    assert nearest("x" * 10_000, ["email"]) is None
    assert nearest("email", []) is None


def test_lists_in_words() -> None:
    assert one_of(["a"]) == "`a`"
    assert one_of(["a", "b"]) == "`a` or `b`"
    assert one_of("abc") == "`a`, `b` or `c`"
    assert one_of("abcdefghijklmnopqrst").endswith("`p` or one of 4 more")


def test_a_problem_is_one_line_that_does_nothing_to_a_terminal() -> None:
    problem = Problem("a.yaml", 2, 5, "`\x1b[31m\n\u202eé`", "x" * 2_000, "write `a`")
    assert str(problem) == f"a.yaml:2:5: found `\\x1b[31m\\n\\u202eé`; expected {'x' * 1_000}...; write `a`"


def test_problems_are_sorted_and_said_once() -> None:
    words = ("a", "b", "c")
    places = [("b", 1, 1), ("a", 10, 1), ("a", 9, 2), ("a", 9, 11), ("a", 9, 2)]
    error = LibraryError(Problem(*place, *words) for place in places)
    assert [(problem.file, problem.line, problem.column) for problem in error.problems] == [
        ("a", 9, 2),
        ("a", 9, 11),
        ("a", 10, 1),
        ("b", 1, 1),
    ]
    assert str(error).splitlines()[0] == "a:9:2: found a; expected b; c"


def test_field_kinds() -> None:
    assert field_kind("product") == "text"
    assert field_kind("dwell") == "number"
    assert field_kind("properties.size.width") == "any"
    for wrong in ("", "produkt", "product.name", "properties", "properties.", "identities..x", ".product"):
        assert field_kind(wrong) is None


def made(kind: Any, **rest: Any) -> Feature:
    return Feature("f", kind, ("x",), **rest)


POSITIVE = (Weight("a", 1.0), Weight("b", 0.0))
NUMBER = {"kind": "number", "always": True}


@pytest.mark.parametrize(
    ("feature", "info"),
    [
        (made("count"), FeatureInfo(**NUMBER, tendency=STILL, never_negative=True)),
        (made("count", over=1), FeatureInfo(**NUMBER, tendency=FALLS, never_negative=True)),
        (made("distinct", field="id", over=1), FeatureInfo(**NUMBER, tendency=FALLS, never_negative=True)),
        (made("sum", field="value"), FeatureInfo(**NUMBER, tendency=STILL)),
        (made("sum", field="value", over=1), FeatureInfo(**NUMBER, tendency=EITHER)),
        (made("mean", field="value", over=1), FeatureInfo("number", tendency=EITHER)),
        (made("min", field="value"), FeatureInfo("number", tendency=STILL)),
        (made("max", field="value", over=1), FeatureInfo("number", tendency=EITHER)),
        (made("first", field="channel"), FeatureInfo("text", tendency=STILL)),
        (made("last", field="time", per="brand"), FeatureInfo("number", "brand", STILL)),
        (made("top", field="properties.size", over=1), FeatureInfo("any", tendency=EITHER)),
        (made("trend", over=1), FeatureInfo("text", always=True, words=("rising", "falling", "steady"))),
        (made("score", weights=POSITIVE), FeatureInfo(**NUMBER, tendency=FALLS, score=True, never_negative=True)),
        (made("score", weights=(Weight("a", -1.0),)), FeatureInfo(**NUMBER, tendency=EITHER, score=True)),
        (made("score", weights=(*POSITIVE, Weight("c", "value"))), FeatureInfo(**NUMBER, tendency=EITHER, score=True)),
    ],
)
def test_what_is_known_of_a_feature(feature: Feature, info: FeatureInfo) -> None:
    assert feature_info(feature) == info


def test_json_schemas() -> None:
    schemas = json_schemas()
    files = {"library.yaml", "interactions.yaml", "channels.yaml", "features.yaml", "segments.yaml"}
    assert set(schemas) == files | {"story", "signal", "timelines"}
    assert schemas["timelines"]["items"]["$ref"].endswith("/TimelineEntry")
    library = schemas["library.yaml"]
    assert library["required"] == ["name", "format"]
    assert library["additionalProperties"] is False
    assert library["properties"]["late_by"]["default"] == "1d"
    signal = schemas["signal"]
    assert {"if", "signal", "when", "follow", "silent", "then"} <= set(signal["properties"])
    assert signal["oneOf"] == [{"required": [pattern]} for pattern in ("when", "follow", "silent", "date")]
    assert signal["properties"]["status"]["enum"] == ["draft", "shadow", "live", "retired"]
    assert "for" in signal["$defs"]["WithoutEntry"]["properties"]


def test_json_schemas_hold_no_value_that_a_file_can_not() -> None:
    def check(schema: Any) -> None:
        if isinstance(schema, list):
            for part in schema:
                check(part)
        elif isinstance(schema, dict):
            assert schema.get("type") != "null"
            assert "default" not in schema or schema["default"] is not None
            for part in schema.values():
                check(part)

    check(json_schemas())
