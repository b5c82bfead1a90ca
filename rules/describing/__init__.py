"""Describing one customer: who they are, what is known of them, how they respond, what came of it, and what waits."""

from rules.describing.describe import describe
from rules.describing.described import Described, FeatureNow, ProfileField, ResponseNow, Standing, ValueNow, Waiting
from rules.describing.named import exported_state
from rules.describing.telling import told_customer

__all__ = [
    "Described",
    "FeatureNow",
    "ProfileField",
    "ResponseNow",
    "Standing",
    "ValueNow",
    "Waiting",
    "describe",
    "exported_state",
    "told_customer",
]
