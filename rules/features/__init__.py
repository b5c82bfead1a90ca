"""Features: named values kept per customer over touchpoints, each an accumulator in a holder."""

from rules.features.accumulator import Reader
from rules.features.holder import PER_LIMIT, FeaturePlan, Take, plan_feature
from rules.features.readable import Readable

__all__ = ["PER_LIMIT", "FeaturePlan", "Readable", "Reader", "Take", "plan_feature"]
