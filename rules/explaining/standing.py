"""What the patterns' explanations have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from rules.explaining.explained import At, PatternNow
from rules.patterns import Matcher
from rules.state import State
from rules.touchpoint import MAX_TIME

FAR = 1.0
"""The gap of an instance that has come no way at all."""

P_co = TypeVar("P_co", bound=PatternNow, covariant=True)


@dataclass(frozen=True, slots=True)
class Standing(Generic[P_co]):
    """How one instance's pattern stands. ``fires_at`` and ``gap`` are as those of `Instance`."""

    per: str | None
    now: P_co
    fires_at: At | None
    gap: float


def soon(matcher: Matcher, state: State, per: str | None) -> At | None:
    """When an instance's timer is due."""
    instance = matcher.instances.get(state, per)
    due = None if instance is None else matcher.instances.due(state, per, instance)
    return At(due) if due is not None and due <= MAX_TIME else None
