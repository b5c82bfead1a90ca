"""Features: named values kept per customer over touchpoints, each an accumulator in a holder."""

from rules.features.holder import EVICTED_NONE, PER_LIMIT, FeaturePlan, Reader, Take, plan_feature

__all__ = ["EVICTED_NONE", "PER_LIMIT", "FeaturePlan", "Reader", "Take", "plan_feature"]
