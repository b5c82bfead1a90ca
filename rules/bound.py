"""The bound on one customer's state: a customer beyond all measure must not stop a partition.

A guess of the weight grows with each touchpoint, in the state itself, so that shedding comes at the same record
whatever the batches were. Only when the guess passes the bound is the state weighed.
"""

from __future__ import annotations

from typing import Final

from rules.features.accumulator import newest_half
from rules.plan import Plan
from rules.state import State, encode_state

MAX_STATE: Final = 64 * 1024  # bytes
HEAVY: Final = 48 * 1024  # weighed at the bound, a state above this sheds
LIGHT: Final = 32 * 1024  # until it weighs this


def grow(plan: Plan, state: State, by: int) -> bool:
    """Adds ``by`` bytes to the guess; True when the state was too heavy and shed what was touched longest ago."""
    state.weight += by
    if state.weight <= MAX_STATE:
        return False
    state.weight = len(encode_state(state))
    if state.weight <= HEAVY:
        return False
    _shed(plan, state)
    return True


def _shed(plan: Plan, state: State) -> None:
    """Halves the heaviest parts, the oldest half going, until the state is light enough."""
    while (weight := len(encode_state(state))) > LIGHT:
        heaviest = max(state.parts, key=lambda key: len(encode_state(state.parts[key])), default=None)
        if len(encode_state(state.profile)) * 2 > weight:
            state.profile = newest_half(state.profile)
        elif heaviest is None:
            break
        else:
            plan.halve(state, heaviest)
    state.weight = weight
