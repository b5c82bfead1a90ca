"""Firings of signals of which the library says nothing of policy: what hasn't expired goes.

Most moments of most libraries are such. What has to be remembered for a late touchpoint, or for what takes back, is put
beside what there is; nothing else is asked of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.firing import Firing, Moment
from rules.policy.checks import by_itself
from rules.policy.decision import Decision, Reason, Verdict
from rules.policy.plan import PolicyPlan, SignalPolicy
from rules.policy.remembering import keep
from rules.remembered import Trigger, decode_policy
from rules.state import State


def is_plain(plan: PolicyPlan, state: State, at: Moment) -> bool:
    """Whether all that fires is plain, and the moment changes nothing of what is remembered."""
    if state.policy:
        touchpoint = at.touchpoint
        if at.waited or at.late or (touchpoint is not None and plan.watches(touchpoint.type)):
            return False
    return all(plan.signals[firing.signal.name].plain for firing in at.firings)


def decide_plainly(plan: PolicyPlan, state: State, at: Moment, append_time: int | None) -> list[Decision]:
    """What becomes of the firings of a moment for which `is_plain` holds; ``append_time`` as for `decide`."""
    firings: Sequence[Firing] = at.firings
    if len(firings) > 1:
        firings = sorted(firings, key=_by_value)
    decisions, triggers = list[Decision](), list[Trigger]()
    for firing in firings:
        rule = plan.signals[firing.signal.name]
        now = firing.moment if append_time is None else append_time
        verdict = by_itself(firing)
        decision = plain_decision(rule, firing, now) if verdict is None else held(rule, firing, now, verdict)
        decisions.append(decision)
        if decision.outcome == "sent":
            trigger = plain_trigger(rule, firing)
            if trigger is not None:
                triggers.append(trigger)
    if triggers or state.policy:
        memory = decode_policy(state.policy)
        memory.triggers += triggers
        keep(state, memory, at.now)
    return decisions


def plain_decision(rule: SignalPolicy, firing: Firing, now: int) -> Decision:
    """What has expired by ``now`` (ms) is held, all else goes."""
    verdict = expired(firing, now)
    if verdict is not None:
        return held(rule, firing, now, verdict)
    return Decision(firing, now, "sent", None, None, rule.channels[0])


def held(rule: SignalPolicy, firing: Firing, now: int, verdict: tuple[Reason, str]) -> Decision:
    """The decision to hold a firing of a signal, for this reason, before a channel was chosen."""
    reason, detail = verdict
    return Decision(firing, now, "held", reason, detail, rule.channels[0] if len(rule.channels) == 1 else None)


def expired(firing: Firing, now: int) -> Verdict:
    """Whether a trigger would have expired by ``now`` (ms)."""
    expires = firing.moment + firing.signal.declared.then.expires
    return ("expired", f"{now - expires} ms ago") if now >= expires else None


def plain_trigger(rule: SignalPolicy, firing: Firing) -> Trigger | None:
    """What is to be remembered of it: only what comes late, or what takes back, has to do with it."""
    channel, lasts = rule.channels[0].name, firing.signal.declared.then.expires
    revocable = rule.revocable[channel]
    if not revocable and not rule.spans:
        return None
    behind = None if firing.ended is None or not rule.spans else firing.moment - firing.ended
    kept = lasts if revocable else min(lasts, rule.breakable - (behind or 0))
    if kept <= 0:
        return None
    return Trigger(
        signal=firing.signal.name,
        per=firing.per,
        moment=firing.moment,
        channel=channel,
        after=0,
        lasts=lasts,
        kept=kept,
        behind=behind,
        late=firing.late,
        about=firing.about,
        origin=firing.origin,
    )


def _by_value(firing: Firing) -> tuple[float, str, str]:
    return -firing.signal.declared.value, firing.signal.name, firing.per or ""
