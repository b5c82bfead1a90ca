"""Policy: what becomes of firings, decided serially for each customer, in the language's order, and why."""

from rules.policy.decide import decide
from rules.policy.decision import TOO_MANY, Decision, decided, refused
from rules.policy.merging import merge_policies
from rules.policy.plan import ChannelPolicy, PolicyPlan
from rules.policy.remembering import WAITING, set_timer
from rules.policy.response import chance, decayed
from rules.policy.revoking import cancel_all

__all__ = [
    "TOO_MANY",
    "WAITING",
    "ChannelPolicy",
    "Decision",
    "PolicyPlan",
    "cancel_all",
    "chance",
    "decayed",
    "decide",
    "decided",
    "merge_policies",
    "refused",
    "set_timer",
]
