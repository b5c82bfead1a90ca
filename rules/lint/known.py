"""What the values that conditions read can be, by what is declared of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rules.declaration import Feature as Declared
from rules.declaration import Types
from rules.expression.tree import Feature, Field, Node
from rules.feature_types import TRENDS
from rules.lint.ranges import Range, value_of
from rules.lint.truth import Known


def known_of_customer(features: Mapping[str, Declared]) -> Known:
    """What features and the values of stories can be; nothing is known of a profile."""
    ranges = {name: range_of_feature(feature) for name, feature in features.items()}

    def known(node: Node) -> Range:
        if isinstance(node, Feature) and node.read.story is not None:
            return replace(_of_story(node), there=node.always)
        if isinstance(node, Feature):
            return replace(ranges[node.read.name], there=node.always)
        return _of_field(node, ())

    return known


def _of_story(node: Feature) -> Range:
    """What a value of a story can be when it isn't missing."""
    if node.info.words:
        return Range(among=frozenset(map(value_of, node.info.words)))
    names = node.read.name.split(".")
    if names[-1] in ("attention", "off") or (len(names) > 2 and names[-2] == "share"):
        return Range(low=0, high=1)
    return Range(low=0, whole=True) if node.kind == "number" else Range()


def known_of_touchpoint(types: Types) -> Known:
    """What the fields of a touchpoint of these types can be."""
    return lambda node: _of_field(node, types)


def range_of_feature(feature: Declared) -> Range:
    """What a feature can be when it isn't missing."""
    match feature.kind:
        case "count" | "distinct":
            return Range(low=0, whole=True)
        case "score":
            weights = [weight.amount for weight in feature.weights]
            return Range(low=0) if all(isinstance(one, float) and one >= 0 for one in weights) else Range()
        case "trend":
            return Range(among=frozenset(map(value_of, TRENDS)))
        case "mean" | "min" | "max" | "first" | "last" if feature.field == "attention":
            return Range(low=0, high=1)
    return Range()


def _of_field(node: Node, types: Types) -> Range:
    there = node.always
    match node:
        case Field(path=("attention",)):
            return Range(low=0, high=1, there=there)
        case Field(path=("time",)):
            return Range(low=0, there=there)
        case Field(path=("type",)) if types and not any(name.endswith("*") for name in types):
            return Range(among=frozenset(map(value_of, types)), there=there)
    return Range(there=there)
