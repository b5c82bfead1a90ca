"""Triggers that are taken back: what happened since, a customer who opts out, a late touchpoint in their silence."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from rules.fields import as_key, matches_any
from rules.firing import FIRED, Moment
from rules.policy.checks import refusal, unwelcome
from rules.policy.decision import Decision, Verdict, firing_of
from rules.policy.plan import PolicyPlan, SignalPolicy
from rules.policy.question import Customer
from rules.policy.response import note_outcome
from rules.remembered import Trigger, decode_policy
from rules.state import State
from rules.touchpoint import Touchpoint


def seen(customer: Customer, at: Moment) -> list[Decision]:
    """What the touchpoint at hand takes back, and what it tells of how the customer responds."""
    touchpoint, plan = at.touchpoint, customer.plan
    if touchpoint is None or touchpoint.type == FIRED:
        return []
    if not at.late and not plan.watches(touchpoint.type):
        return []
    if plan.responds and touchpoint.type.startswith("trigger."):
        note_outcome(customer, touchpoint, at.now)
    return list(_taken_back(customer, touchpoint, at))


def cancel_all(
    plan: PolicyPlan, name: str, state: State, touchpoint: Touchpoint, append_time: int
) -> Iterator[Decision]:
    """Takes back all triggers of a customer who is erased: those that wait, and those that went and can still be."""
    customer = Customer(plan, name, state, append_time, decode_policy(state.policy))
    for trigger in list(customer.memory.triggers):
        if trigger.held is not None or (not trigger.cancelled and touchpoint.time < trigger.expires):
            yield _cancelled(customer, trigger, ("erased", touchpoint.id), touchpoint, touchpoint.time)


def _taken_back(customer: Customer, touchpoint: Touchpoint, at: Moment) -> Iterator[Decision]:
    for trigger in list(customer.memory.triggers):
        if not trigger.cancelled and at.now < trigger.expires:
            verdict = _why(customer, trigger, touchpoint, at)
            if verdict is not None:
                yield _cancelled(customer, trigger, verdict, touchpoint, at.now)


def _why(customer: Customer, trigger: Trigger, touchpoint: Touchpoint, at: Moment) -> Verdict:
    rule = customer.plan.signals.get(trigger.signal)
    if rule is not None and _cancels(rule, trigger, touchpoint):
        return "cancel_on", touchpoint.type
    if touchpoint.type == "profile.updated":
        found = _opted_out(customer, trigger, rule)
        if found is not None:
            return "opted out", found
    if rule is not None and at.late and _breaks(rule, trigger, touchpoint):
        return "late", touchpoint.type
    return None


def _cancels(rule: SignalPolicy, trigger: Trigger, touchpoint: Touchpoint) -> bool:
    types = rule.signal.declared.then.cancel_on
    if not types or touchpoint.time < trigger.moment or not matches_any(types, touchpoint.type):
        return False
    return _concerns(rule, trigger, touchpoint, lenient=True)


def _concerns(rule: SignalPolicy, trigger: Trigger, touchpoint: Touchpoint, *, lenient: bool) -> bool:
    """Whether it is of the trigger's per value; one without the field is where that is lenient."""
    if rule.signal.per is None:
        return True
    per = as_key(rule.signal.per(touchpoint))
    return per == trigger.per or (lenient and per is None)


def _opted_out(customer: Customer, trigger: Trigger, rule: SignalPolicy | None) -> str | None:
    purpose = None if rule is None else rule.signal.declared.purpose
    channel = customer.plan.channels.get(trigger.channel)
    found = None if purpose is None else refusal(customer, f"consent.{purpose}")
    return found or (None if channel is None else unwelcome(customer, channel))


def _breaks(rule: SignalPolicy, trigger: Trigger, touchpoint: Touchpoint) -> bool:
    """Whether a late one lies in a silence by which it fired."""
    if trigger.behind is None or not _concerns(rule, trigger, touchpoint, lenient=rule.lenient):
        return False
    ended = trigger.moment - trigger.behind
    return any(
        ended - begin <= touchpoint.time < ended - end and matches_any(types, touchpoint.type)
        for types, begin, end in rule.spans
    )


def _cancelled(customer: Customer, trigger: Trigger, verdict: Verdict, touchpoint: Touchpoint, now: int) -> Decision:
    went = trigger.held is None
    rule = customer.plan.signals.get(trigger.signal)
    firing = replace(firing_of(trigger, rule.signal if rule else None), touchpoints=(touchpoint.id,))
    if went:
        trigger.cancelled = True
    else:
        customer.memory.triggers.remove(trigger)
    reason, detail = verdict or ("late", "")
    append_time = now if customer.append_time is None else customer.append_time
    channel = customer.plan.channels.get(trigger.channel)
    return Decision(firing, append_time, "cancelled", reason, detail, channel, now, went=went, of=trigger.of)
