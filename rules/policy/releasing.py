"""Deferred triggers whose time has come: what may have changed since is asked again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rules.policy.checks import consent, status, unless
from rules.policy.choice import said, wakes
from rules.policy.decision import GONE, Decision, Reason, Verdict, firing_of
from rules.policy.plan import ChannelPolicy
from rules.policy.question import Customer, Question
from rules.policy.response import note_sent
from rules.remembered import Trigger

AGAIN: Final = (consent, unless)


def release(customer: Customer, due: int) -> Iterator[Decision]:
    """The decisions about triggers that were to go at ``due`` (ms), in the order in which they were decided first; one
    may find it quiet again, and wait on."""
    for trigger in [one for one in customer.memory.triggers if one.held and one.goes <= due]:
        yield from _release(customer, trigger, due)


def _release(customer: Customer, trigger: Trigger, due: int) -> Iterator[Decision]:
    plan = customer.plan
    rule, channel = plan.signals.get(trigger.signal), plan.channels.get(trigger.channel)
    if rule is None or channel is None:
        yield _held(customer, trigger, channel, due, "status" if rule is None else "no channel", GONE)
        return
    firing = firing_of(trigger, rule.signal)
    now = due if customer.append_time is None else customer.append_time
    asked = Question(customer, rule, firing, now, (channel,), set(), due)
    quiet_until = wakes(asked, channel)
    verdict = _forbidden(asked) or _quiet(asked, channel, quiet_until) or _expired(trigger, quiet_until or now)
    if verdict is not None:
        yield _held(customer, trigger, channel, due, *verdict)
    elif quiet_until is not None:
        trigger.after = quiet_until - trigger.moment
    else:
        yield _sent(customer, trigger, channel, due, asked)


def _forbidden(asked: Question) -> Verdict:
    verdicts = (status(asked.firing), *(check(asked) for check in AGAIN))
    return next((verdict for verdict in verdicts if verdict is not None), None)


def _quiet(asked: Question, channel: ChannelPolicy, until: int | None) -> Verdict:
    """A channel that defers no longer drops what finds it quiet."""
    if until is None or channel.quiet is None or channel.quiet.defer:
        return None
    return "quiet", said(asked, channel)


def _expired(trigger: Trigger, now: int) -> Verdict:
    return ("expired", f"{now - trigger.expires} ms ago") if now >= trigger.expires else None


def _sent(customer: Customer, trigger: Trigger, channel: ChannelPolicy, due: int, asked: Question) -> Decision:
    carry = trigger.held.carry if trigger.held else {}
    trigger.held = None
    if customer.plan.responds:
        note_sent(customer, trigger)
    return Decision(asked.firing, asked.now, "sent", None, None, channel, due, carry, of=trigger.of)


def _held(
    customer: Customer, trigger: Trigger, channel: ChannelPolicy | None, due: int, reason: Reason, detail: str
) -> Decision:
    customer.memory.triggers.remove(trigger)
    rule = customer.plan.signals.get(trigger.signal)
    firing = firing_of(trigger, rule.signal if rule else None)
    append_time = due if customer.append_time is None else customer.append_time
    return Decision(firing, append_time, "held", reason, detail, channel, due, of=trigger.of)
