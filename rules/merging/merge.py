"""The state of one customer made part of another's, as though all touchpoints had been the other's.

Nothing fires by that but silences that one of the two was still owed: what becomes true counts as true before, as at a
switch of the library.
"""

from __future__ import annotations

from rules.adopting import latest_firings
from rules.firing import Moment
from rules.merging.memories import newest_ids, newest_profile, unite_again
from rules.merging.parts import unite_features
from rules.plan import Plan
from rules.policy import merge_policies, set_timer
from rules.state import UNBORN, State
from rules.stories import unite_stories


def unite(plan: Plan, state: State, moved: State, at: Moment, alias: str) -> None:
    """Makes ``moved``, which was that of ``alias``, part of ``state``; ``moved`` isn't to be used any more.

    Both have been taken up by the plan. ``at`` is the later of their clocks; it gathers the firings, and counts the per
    values that were too many.
    """
    if moved.clock == UNBORN:
        return
    standing = [(when, when.standing(state, at.now), when.standing(moved, at.now)) for when in plan.whens if when.keeps]
    state.ids = newest_ids(state.ids, moved.ids)
    state.profile = newest_profile(state.profile, moved.profile)
    state.fired = latest_firings(state.fired, moved.fired)
    unite_again(plan, state, moved)
    unite_features(plan, state, moved, at)
    unite_stories(plan.stories, state.parts, moved.parts)
    state.policy = merge_policies(state.policy, moved.policy, alias)
    set_timer(state)
    state.clock = at.now
    for matcher in plan.sighted:
        matcher.unite(state, moved, at)
    for when, ours, theirs in standing:
        when.unite(state, moved, (ours, theirs), at.now)
    for date in plan.dates:
        date.adopt(state, at.now)
