"""Decides what becomes of the firings of one moment: sent, deferred, or held with the reason and what decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rules.firing import Firing, Moment
from rules.policy.caps import caps, content
from rules.policy.checks import arbitration, by_itself, consent, holdout, unless
from rules.policy.choice import Choice, choose, ordered, said
from rules.policy.decision import Decision, Verdict
from rules.policy.plainly import decide_plainly, expired, held, is_plain, plain_decision, plain_trigger
from rules.policy.plan import PolicyPlan, SignalPolicy
from rules.policy.question import Check, Customer, Question
from rules.policy.releasing import release
from rules.policy.remembering import remember, save
from rules.policy.response import chance, note_sent
from rules.policy.revoking import seen
from rules.remembered import MOST_WAITING, decode_policy
from rules.state import State

CHECKS: Final[tuple[Check, ...]] = (consent, unless, holdout, arbitration, caps, content)


def decide(plan: PolicyPlan, name: str, state: State, at: Moment, append_time: int | None) -> list[Decision]:
    """Decides what a moment of the customer ``name`` brings: first what its touchpoint takes back, then what has waited
    for it, then its firings, highest value first, then by signal, then by per value.

    ``append_time`` (ms) is that of the record that caused it; None takes each firing's own moment.
    """
    if is_plain(plan, state, at):
        return decide_plainly(plan, state, at, append_time)
    customer = Customer(plan, name, state, append_time, decode_policy(state.policy))
    decisions: list[Decision] = []
    if state.policy:
        decisions += seen(customer, at) if at.counts else ()
        decisions += release(customer, at.now) if at.waited else ()
    gone: set[str] = set()
    for firing in at.firings if len(at.firings) == 1 else _ranked(customer, at.firings):
        decisions.append(_decide(customer, firing, gone))
    if state.policy or customer.memory.triggers:
        save(customer, at.now)
    return decisions


def _ranked(customer: Customer, firings: Sequence[Firing]) -> list[Firing]:
    return sorted(firings, key=lambda firing: (-_rank(customer, firing), firing.signal.name, firing.per or ""))


def _rank(customer: Customer, firing: Firing) -> float:
    """The signal's value; in a group that ranks by response, times the best chance on its channels."""
    rule, value = customer.plan.signals[firing.signal.name], firing.signal.declared.value
    if not rule.by_response:
        return value
    chances = (chance(customer.memory, channel, firing.moment) for channel in rule.channels)
    return value * max(chances, default=0.0)


def _decide(customer: Customer, firing: Firing, gone: set[str]) -> Decision:
    rule = customer.plan.signals[firing.signal.name]
    now = firing.moment if customer.append_time is None else customer.append_time
    verdict = by_itself(firing)
    if verdict is not None:
        return held(rule, firing, now, verdict)
    if rule.plain:
        return _plainly(customer, rule, firing, now)
    asked = Question(customer, rule, firing, now, rule.channels, gone)
    for check in CHECKS:
        verdict = check(asked)
        if verdict is not None:
            return held(rule, firing, now, verdict)
    ordered(asked)
    chosen = choose(asked)
    if not isinstance(chosen, Choice):
        return held(rule, firing, now, chosen or ("no channel", ""))
    verdict = _room_to_wait(customer) if chosen.wakes is not None else expired(firing, now)
    if verdict is not None:
        return Decision(firing, now, "held", *verdict, chosen.channel)
    return _goes(asked, chosen)


def _plainly(customer: Customer, rule: SignalPolicy, firing: Firing, now: int) -> Decision:
    decision = plain_decision(rule, firing, now)
    trigger = plain_trigger(rule, firing) if decision.outcome == "sent" else None
    if trigger is not None:
        customer.memory.triggers.append(trigger)
    return decision


def _room_to_wait(customer: Customer) -> Verdict:
    waiting = sum(one.held is not None for one in customer.memory.triggers)
    return ("quiet", f"{waiting} wait already, and no more may") if waiting >= MOST_WAITING else None


def _goes(asked: Question, chosen: Choice) -> Decision:
    firing, customer, channel = asked.firing, asked.customer, chosen.channel
    group = firing.signal.declared.group
    if group is not None:
        asked.gone.add(group)
    trigger = remember(asked, chosen)
    if chosen.wakes is not None:
        return Decision(firing, asked.now, "deferred", "quiet", said(asked, channel), channel)
    if trigger is not None and customer.plan.responds:
        note_sent(customer, trigger)
    return Decision(firing, asked.now, "sent", None, None, channel)
