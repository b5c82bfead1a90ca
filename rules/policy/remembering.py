"""What is remembered of triggers, as long as it matters, and the timer of those that wait."""

from __future__ import annotations

from typing import Any, Final

import orjson

from rules.fields import storable
from rules.firing import Firing
from rules.policy.choice import Choice
from rules.policy.plan import RESPONDED_WITHIN
from rules.policy.question import Customer, Question
from rules.remembered import Held, Trigger
from rules.state import State

WAITING: Final = 0  # the key of their timer: no part has it, and of timers of one millisecond it comes first
LARGEST_CARRY: Final = 1024  # bytes of JSON kept of what a deferred trigger carries
MOST_TOUCHPOINTS: Final = 16  # ids kept of those that made it fire
_WEIGHT: Final = 192  # bytes of a trigger, by a generous guess


def remember(asked: Question, choice: Choice) -> Trigger | None:
    """Keeps a trigger that goes now or waits, if it matters any longer."""
    trigger = _trigger(asked, choice)
    if trigger.until <= trigger.moment:
        return None
    customer = asked.customer
    forget(customer.state, trigger.moment)
    memory = customer.memory
    memory.triggers.append(trigger)
    memory.until = max(memory.until, trigger.until)
    customer.state.weight += _WEIGHT + (LARGEST_CARRY if trigger.held else 0)
    if trigger.held:
        set_timer(customer.state)
    return trigger


def _trigger(asked: Question, choice: Choice) -> Trigger:
    firing, rule, name = asked.firing, asked.rule, choice.channel.name
    then = firing.signal.declared.then
    goes = firing.moment if choice.wakes is None else choice.wakes
    expires = firing.moment + then.expires
    return Trigger(
        signal=firing.signal.name,
        per=firing.per,
        moment=firing.moment,
        channel=name,
        goes=goes,
        expires=expires,
        until=max(
            expires if rule.revocable[name] or choice.wakes is not None else 0,
            goes + rule.reach[name],
            goes + RESPONDED_WITHIN if asked.customer.plan.responds else 0,
        ),
        group=firing.signal.declared.group,
        content=then.content if asked.customer.plan.content_again else None,
        ended=firing.ended if rule.spans else None,
        values=asked.values(),
        late=firing.late,
        held=None if choice.wakes is None else Held(_first(firing.touchpoints), _carry(firing, asked.customer.state)),
    )


def _first(touchpoints: tuple[str, ...]) -> list[str]:
    return list(touchpoints[:MOST_TOUCHPOINTS])


def _carry(firing: Firing, state: State) -> dict[str, Any]:
    """What it carries, as of its firing; what doesn't fit is left out, the largest first."""
    values = {
        one.name: storable(one.value(state.parts, state.profile, firing.touchpoint, firing.moment, firing.per))
        for one in firing.signal.carry
    }
    while len(orjson.dumps(values)) > LARGEST_CARRY:
        del values[max(values, key=lambda name: len(orjson.dumps(values[name])))]
    return values


def forget(state: State, now: int) -> None:
    """Lets those triggers go that don't matter any more; the whole memory where nothing is left of it."""
    memory = state.policy
    if memory is None:
        return
    memory.triggers = [one for one in memory.triggers if one.until > now or one.held]
    if not memory.triggers and not memory.channels and not memory.formats:
        state.policy = None


def drop(customer: Customer, trigger: Trigger) -> None:
    """A trigger that waited will never go: it never was one."""
    customer.memory.triggers.remove(trigger)
    set_timer(customer.state)


def set_timer(state: State, after: int = -1) -> None:
    """Sets the timer of the triggers that wait, of those that are to go after that moment (ms)."""
    waiting = [one.goes for one in (state.policy.triggers if state.policy else ()) if one.held and one.goes > after]
    state.set_timer(WAITING, min(waiting, default=None))


def wake(state: State, now: int) -> list[Trigger]:
    """The triggers whose waiting is over at ``now`` (ms), in the order in which they were decided."""
    set_timer(state, after=now)
    return [one for one in (state.policy.triggers if state.policy else ()) if one.held and one.goes <= now]
