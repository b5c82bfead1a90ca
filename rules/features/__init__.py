"""Features: named values kept per customer over touchpoints, each an accumulator in a holder."""

from rules.features.accumulator import Reader
from rules.features.holder import PER_LIMIT, FeaturePlan, Kept, Take, plan_feature

__all__ = ["PER_LIMIT", "FeaturePlan", "Kept", "Reader", "Take", "plan_feature"]
