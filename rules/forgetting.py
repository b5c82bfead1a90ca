"""A customer of whom nothing has come for `forget_after` is forgotten: the whole state goes, as if never seen.

Which identities are linked isn't forgotten: an alias still forwards what comes, and its customer must know it.

The timer for it isn't moved by each record: it stands where it was set last, and when it comes too early it is set
anew. So a record costs nothing, and yet the moment is exact.
"""

from __future__ import annotations

from typing import Final

from rules.state import UNBORN, State

FORGET: Final = 1
"""The key of the timer: no part has it, as theirs are digests."""


def begin_life(state: State, clock: int, life: int) -> None:
    """Sets the timer of a customer whose clock is, or is about to be, at ``clock``; ``life`` is `forget_after` (ms)."""
    state.set_timer(FORGET, clock + life)


def live_on(state: State, life: int, now: int) -> bool:
    """At a timer that is due by ``now``: whether the customer isn't to be forgotten yet; then it is set anew.

    A customer to be forgotten is left without a clock, and with nothing else; but that one was erased is known until
    its own time is over.
    """
    if state.clock != UNBORN and state.clock + life > now:
        begin_life(state, state.clock, life)
        return True
    state.empty()
    erasure = None if state.links is None else state.links.erased
    if erasure is not None and erasure.until > now:
        state.set_timer(FORGET, erasure.until)
    return False
