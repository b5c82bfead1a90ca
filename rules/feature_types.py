"""What is known of a feature before it has a value, as expressions need it."""

from __future__ import annotations

from typing import Final

from rules.declaration import Feature
from rules.expression import FeatureInfo, Kind, Tendency
from rules.field_kinds import field_kind

TRENDS: Final = ("rising", "falling", "steady")


def feature_info(feature: Feature) -> FeatureInfo:
    """Kind, tendency by time alone and whether it can be missing, of a feature as it is declared."""
    windowed = feature.over is not None
    either = Tendency.EITHER if windowed else Tendency.STILL
    match feature.kind:
        case "count" | "distinct":
            falls = Tendency.FALLS if windowed else Tendency.STILL
            return FeatureInfo("number", feature.per, falls, always=True, never_negative=True)
        case "sum":
            return FeatureInfo("number", feature.per, either, always=True)
        case "score":
            positive = _never_negative(feature)
            tendency = Tendency.FALLS if positive else Tendency.EITHER
            return FeatureInfo("number", feature.per, tendency, score=True, always=True, never_negative=positive)
        case "mean" | "min" | "max":
            return FeatureInfo("number", feature.per, either)
        case "trend":
            return FeatureInfo("text", feature.per, Tendency.EITHER, always=True, words=TRENDS)
        case "first" | "last" | "top":
            return FeatureInfo(_kind_of(feature), feature.per, either)


def _never_negative(score: Feature) -> bool:
    return all(isinstance(weight.amount, float) and weight.amount >= 0 for weight in score.weights)


def _kind_of(feature: Feature) -> Kind:
    return field_kind(feature.field or "") or "any"
