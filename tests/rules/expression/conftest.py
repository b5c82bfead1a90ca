"""What the tests of expressions share: a scope of features, and ways to evaluate a text in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rules.expression import FeatureInfo, Scope, Tendency, compile_customer, compile_touchpoint, parse
from rules.touchpoint import Touchpoint

FEATURES = {
    "views_1h": FeatureInfo("number", tendency=Tendency.FALLS, always=True, never_negative=True),
    "orders": FeatureInfo("number", tendency=Tendency.STILL, always=True, never_negative=True),
    "spend_90d": FeatureInfo("number", always=True),
    "mean_value": FeatureInfo("number"),
    "last_value": FeatureInfo("number", tendency=Tendency.STILL),
    "interest": FeatureInfo("text"),
    "first_channel": FeatureInfo("text", tendency=Tendency.STILL),
    "last_size": FeatureInfo("any", tendency=Tendency.STILL),
    "heat": FeatureInfo("number", tendency=Tendency.FALLS, score=True, always=True, never_negative=True),
    "warmth": FeatureInfo("number", tendency=Tendency.FALLS, score=True, always=True, never_negative=True),
    "mood": FeatureInfo("number", tendency=Tendency.EITHER, score=True, always=True),
    "brand_heat": FeatureInfo("number", per="brand", tendency=Tendency.FALLS, score=True, always=True),
    "momentum": FeatureInfo("text", always=True, words=("rising", "falling", "steady")),
    "last_seen": FeatureInfo("number", tendency=Tendency.STILL),
    "seen_lately": FeatureInfo("number"),
    "brand_views": FeatureInfo("number", per="brand", tendency=Tendency.FALLS, always=True, never_negative=True),
}


@pytest.fixture
def touchpoint_scope() -> Scope:
    return Scope("touchpoint")


@pytest.fixture
def customer_scope() -> Scope:
    return Scope("customer", FEATURES)


@pytest.fixture
def of_touchpoint(touchpoint_scope: Scope) -> Callable[..., Any]:
    """The value of a text over a touchpoint with the given fields."""

    def evaluate(text: str, **fields: Any) -> Any:
        given = {"id": "1", "type": "page_view", "time": 1_000, "customer": "ann", **fields}
        return compile_touchpoint(parse(text, touchpoint_scope))(Touchpoint(**given))

    return evaluate


@pytest.fixture
def of_customer(customer_scope: Scope) -> Callable[..., Any]:
    """The value of a text over features (by name), a profile and a touchpoint."""

    def evaluate(
        text: str, profile: dict[str, Any] | None = None, touchpoint: Touchpoint | None = None, **features: Any
    ) -> Any:
        expression = parse(text, customer_scope)
        readers = {read: (lambda parts, now, key, name=read.name: features.get(name)) for read in expression.reads}
        held = {name: [value, 0] for name, value in (profile or {}).items()}
        return compile_customer(expression, readers)({}, held, touchpoint, 0, None)

    return evaluate
