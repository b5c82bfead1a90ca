"""What the checks are asked: may this firing go, and on which channel?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from rules.dates import zone_named
from rules.fields import as_key
from rules.firing import Firing
from rules.patterns.date import profile_value
from rules.policy.decision import Verdict
from rules.policy.plan import ChannelPolicy, PolicyPlan, SignalPolicy
from rules.remembered import Policy
from rules.state import State


class Customer(Struct, gc=False):
    """The customer whose firings are decided; ``append_time`` (ms) is that of the record at hand, or None.

    ``memory``: what is remembered of triggers, decoded from the state for as long as this lasts.
    """

    plan: PolicyPlan
    name: str
    state: State
    append_time: int | None
    memory: Policy

    def profile(self, field: str) -> Any:
        """A field of the profile, dotted where it lies deeper; None where it is missing."""
        return profile_value(self.state.profile, field)

    def zone(self) -> ZoneInfo:
        """The customer's time zone."""
        return zone_named(self.profile("time_zone")) or self.plan.zone


class Question(Struct, gc=False):
    """One firing, or one trigger that has waited: then ``waited`` is when it is to go (ms).

    ``now`` (ms): when it would really go, by the append time of the record that caused it. ``options``: the channels
    that nothing has struck out yet, the one to be preferred first. ``gone``: the groups of which one has gone at this
    moment.
    """

    customer: Customer
    rule: SignalPolicy
    firing: Firing
    now: int
    options: tuple[ChannelPolicy, ...]
    gone: set[str]
    waited: int | None = None

    def values(self) -> dict[str, str | None] | None:
        """The values of the fields that caps count by."""
        if not self.rule.fields:
            return None
        return {field: self._value(field) for field in self.rule.fields}

    def _value(self, field: str) -> str | None:
        firing = self.firing
        if firing.signal.declared.per == field:
            return firing.per
        return None if firing.touchpoint is None else as_key(self.rule.fields[field](firing.touchpoint))

    def strike(self, why: Callable[[ChannelPolicy], str | None]) -> str | None:
        """Takes away the channels for which there is a reason; gives the reasons where none is left by that."""
        reasons = [why(channel) for channel in self.options]
        found = [reason for reason in reasons if reason is not None]
        if reasons and len(found) == len(reasons):
            return "; ".join(found)
        pairs = zip(self.options, reasons, strict=True)
        self.options = tuple(channel for channel, reason in pairs if reason is None)
        return None


Check = Callable[[Question], Verdict]
