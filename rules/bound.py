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


def grow(plan: Plan, state: State, by: int) -> None:
    """Adds ``by`` bytes to the guess; a state that proves too heavy sheds."""
    state.weight += by
    if state.weight > MAX_STATE:
        weigh(plan, state)


def weigh(plan: Plan, state: State) -> None:
    """Puts the state's weight for the guess, which has passed the bound; a state that is too heavy sheds."""
    state.weight = len(encode_state(state))
    if state.weight > HEAVY:
        _shed(plan, state)


def _shed(plan: Plan, state: State) -> None:
    """Halves the heaviest parts until the state is light enough: windows become coarser, of all else the older goes."""
    while (weight := len(encode_state(state))) > LIGHT:
        heaviest = max(state.parts, key=lambda key: len(encode_state(state.parts[key])), default=None)
        if len(encode_state(state.profile)) * 2 > weight:
            state.profile = newest_half(state.profile)
        elif heaviest is None:
            break
        else:
            plan.halve(state, heaviest)
    state.weight = weight
