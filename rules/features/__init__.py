"""Features: named values kept per customer over touchpoints, each an accumulator in a holder."""

from rules.features.accumulator import Reader
from rules.features.holder import PER_LIMIT, FeaturePlan, Kept, plan_feature, take_keyed
from rules.features.readable import Readable
from rules.features.taking import Reads, Taker, Takes, takes_of

__all__ = [
    "PER_LIMIT",
    "FeaturePlan",
    "Kept",
    "Readable",
    "Reader",
    "Reads",
    "Taker",
    "Takes",
    "plan_feature",
    "take_keyed",
    "takes_of",
]
