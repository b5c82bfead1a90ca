"""What is remembered of triggers, as long as it matters, and the timer of those that wait."""

from __future__ import annotations

from typing import Any, Final

import orjson

from rules.fields import storable
from rules.firing import Firing
from rules.policy.choice import Choice
from rules.policy.plan import RESPONDED_WITHIN
from rules.policy.question import Customer, Question
from rules.remembered import Held, Policy, Trigger, decode_policy, encode_policy
from rules.state import State

WAITING: Final = 0  # the key of their timer: no part has it, and of timers of one millisecond it comes first
LARGEST_CARRY: Final = 1024  # bytes of JSON kept of what a deferred trigger carries
MOST_TOUCHPOINTS: Final = 16  # ids kept of those that made it fire


def remember(asked: Question, choice: Choice) -> Trigger | None:
    """Keeps a trigger that goes now or waits, if it matters any longer."""
    trigger = _trigger(asked, choice)
    if trigger.kept <= 0:
        return None
    asked.customer.memory.triggers.append(trigger)
    return trigger


def _trigger(asked: Question, choice: Choice) -> Trigger:
    firing, rule, name = asked.firing, asked.rule, choice.channel.name
    then, waits = firing.signal.declared.then, choice.wakes is not None
    after = 0 if choice.wakes is None else choice.wakes - firing.moment
    behind = None if firing.ended is None or not rule.spans else firing.moment - firing.ended
    return Trigger(
        signal=firing.signal.name,
        per=firing.per,
        moment=firing.moment,
        channel=name,
        after=after,
        lasts=then.expires,
        kept=max(
            then.expires if rule.revocable[name] or waits else 0,
            min(then.expires, rule.breakable - behind) if behind is not None else 0,
            after + rule.reach[name] if rule.reach[name] else 0,
            after + RESPONDED_WITHIN if asked.customer.plan.responds else 0,
        ),
        group=firing.signal.declared.group,
        content=then.content if asked.customer.plan.content_again else None,
        behind=behind,
        values=asked.values(),
        late=firing.late,
        about=firing.about,
        origin=firing.origin,
        held=Held(_first(firing.touchpoints), _carry(firing, asked.customer.state)) if waits else None,
    )


def _first(touchpoints: tuple[str, ...]) -> list[str]:
    return list(touchpoints[:MOST_TOUCHPOINTS])


def _carry(firing: Firing, state: State) -> dict[str, Any]:
    """What it carries, as of its firing; what doesn't fit is left out, the largest first."""
    values = {
        one.name: storable(one.value(state.parts, state.profile, firing.touchpoint, firing.moment, firing.per))
        for one in (firing.signal.carry if firing.carried is None else ())
    }
    values |= firing.carried or {}
    while len(orjson.dumps(values)) > LARGEST_CARRY:
        del values[max(values, key=lambda name: len(orjson.dumps(values[name])))]
    return values


def save(customer: Customer, now: int) -> None:
    """Puts what is remembered of a customer into the state."""
    keep(customer.state, customer.memory, now)


def keep(state: State, memory: Policy, now: int) -> None:
    """Puts what is remembered into the state, without the triggers that don't matter any more at ``now`` (ms)."""
    memory.triggers = [one for one in memory.triggers if one.until > now or one.held]
    before = len(state.policy)
    state.policy = encode_policy(memory)
    state.weight += max(len(state.policy) - before, 0)
    _set_timer(state, memory)


def _set_timer(state: State, memory: Policy) -> None:
    state.set_timer(WAITING, min((one.goes for one in memory.triggers if one.held), default=None))


def set_timer(state: State) -> None:
    """Sets the timer of the triggers that wait."""
    _set_timer(state, decode_policy(state.policy))
