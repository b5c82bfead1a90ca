"""Policy: what becomes of firings, decided serially for each customer, in the language's order, and why."""

from rules.policy.decide import decide
from rules.policy.decision import TOO_MANY, Decision, decided, refused
from rules.policy.plan import ChannelPolicy, PolicyPlan
from rules.policy.remembering import WAITING, set_timer
from rules.policy.response import chance, decayed

__all__ = [
    "TOO_MANY",
    "WAITING",
    "ChannelPolicy",
    "Decision",
    "PolicyPlan",
    "chance",
    "decayed",
    "decide",
    "decided",
    "refused",
    "set_timer",
]
