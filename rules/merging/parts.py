"""What features keep, of two customers as of one."""

from __future__ import annotations

from typing import Any

from rules.features import PER_LIMIT, FeaturePlan
from rules.firing import Moment, among
from rules.plan import Plan
from rules.state import State


def unite_features(plan: Plan, state: State, moved: State, at: Moment) -> None:
    """Unites what each feature keeps; the instances of per values that are too many end."""
    for feature in plan.features:
        ours, theirs = state.parts.get(feature.key), moved.parts.get(feature.key)
        if theirs is None:
            continue
        if feature.per is not None:
            _unite_keyed(plan, feature, state, moved, at)
        else:
            state.parts[feature.key] = _united(feature, ours, theirs, at.now)


def _unite_keyed(plan: Plan, feature: FeaturePlan, state: State, moved: State, at: Moment) -> None:
    ours: dict[str, Any] = state.parts.get(feature.key) or {}
    theirs: dict[str, Any] = moved.parts[feature.key]
    kept, gone = among(ours, theirs, PER_LIMIT)
    state.parts[feature.key] = {per: _united(feature, ours.get(per), theirs.get(per), at.now) for per in kept}
    at.evicted += len(gone)
    for per in gone:
        for when in plan.reading(feature):
            when.end(state, per)
            when.end(moved, per)


def _united(feature: FeaturePlan, ours: Any, theirs: Any, now: int) -> Any:
    if ours is None or theirs is None:
        return ours if theirs is None else theirs
    return feature.accumulator.unite(ours, theirs, now)
