"""One touchpoint, or the passing of time, changes one customer's state and makes signals fire."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Literal

from xxhash import xxh3_64_digest

from rules.bound import MAX_STATE, weigh
from rules.features import Takes, take_keyed
from rules.firing import FIRED, Moment, as_touchpoint, fire, seen_by_when
from rules.forgetting import FORGET, begin_life, live_on
from rules.past import Past
from rules.patterns import WhenMatcher
from rules.plan import Concern, Plan
from rules.policy import WAITING
from rules.profile import update_profile
from rules.state import NEVER, UNBORN, Parts, State
from rules.touchpoint import Touchpoint

Outcome = Literal["applied", "late", "too late", "duplicate"]

Done = Callable[[State, Moment], None]
"""Is told of a moment with firings: those of one record, or of the timers of one millisecond, decided together."""


def step(plan: Plan, state: State, touchpoint: Touchpoint, size: int, done: Done) -> Outcome:
    """Applies one touchpoint at its own time (ms), timers due by then first; gives back what became of it.

    ``size`` is that of its JSON in bytes: nothing keeps more of it.
    """
    digest = xxh3_64_digest(touchpoint.id.encode())
    if not state.note(digest):
        return "duplicate"
    time = touchpoint.time
    if state.library != plan.digest:
        if state.clock == UNBORN:
            plan.begin(state, time)
        else:
            plan.adopt(state)
    if state.due <= time:
        advance(plan, state, touchpoint.customer, time, done)
        if state.clock == UNBORN:  # forgotten until then
            state.note(digest)
            begin_life(state, time, plan.library.forget_after)
            plan.begin(state, time)
    concern = plan.concerns.get(touchpoint.type) or plan.concern(touchpoint.type)
    state.weight += size * concern.keepers
    if state.weight > MAX_STATE:
        weigh(plan, state)
    late = time < state.clock
    if not late:
        state.clock = time
    elif time < state.clock - plan.late_by(touchpoint.source) and not concern.profile:
        _apply_too_late(state, touchpoint, concern, done)
        return "too late"
    at = _applied(state, touchpoint, concern, late)
    if at.firings or at.evicted or (state.policy and (late or concern.policed)):
        done(state, at)
        if plan.chains and at.firings:
            read_firings(plan, state, touchpoint.customer, at, done)
    return "late" if late else "applied"


def advance(plan: Plan, state: State, customer: str, until: int, done: Done) -> None:
    """Fires the timers due at or before ``until`` (ms), in order."""
    if state.library != plan.digest:
        plan.adopt(state)
    while state.due <= until:
        at = Moment(state.due, None, False)
        for key in sorted(key for key, due in state.timers.items() if due <= at.now and key != FORGET):
            _wake(plan, state, key, at)
        if at.firings:
            state.clock = max(state.clock, at.now)
        if at.firings or at.waited:
            done(state, at)
            if plan.chains and at.firings:
                read_firings(plan, state, customer, at, done)
        if state.timers.get(FORGET, NEVER) <= at.now:
            lived = state.clock != UNBORN
            if not live_on(state, plan.library.forget_after, at.now) and lived:
                done(state, Moment(at.now, None, False, forgotten=True))


def _wake(plan: Plan, state: State, key: int, at: Moment) -> None:
    if key == WAITING:
        at.waited = True
        state.set_timer(key, None)
        return
    plan.matchers[key].wake(state, at)
    if state.timers.get(key, at.now + 1) <= at.now:
        raise RuntimeError(f"the timer of {plan.matchers[key].signal.name} stands still at {at.now}")


def read_firings(plan: Plan, state: State, customer: str, at: Moment, done: Done) -> None:
    """Shows firings, as touchpoints, to what reads them: by signal and per value, first in first out."""
    concern = plan.concern(FIRED)
    waiting = deque(_as_touchpoints(customer, at))
    while waiting:
        then = _applied(state, waiting.popleft(), concern, False)
        if then.firings or then.evicted:
            done(state, then)
            waiting.extend(_as_touchpoints(customer, then))


def _as_touchpoints(customer: str, at: Moment) -> list[Touchpoint]:
    """What was refused by `if` has passed, and isn't a firing."""
    firings = sorted((one for one in at.firings if not one.refused), key=lambda one: (one.signal.name, one.per or ""))
    return [as_touchpoint(customer, firing) for firing in firings]


def _applied(state: State, touchpoint: Touchpoint, concern: Concern, late: bool) -> Moment:
    at = Moment(state.clock, touchpoint, late)
    if concern.watched:
        _take_watched(state, touchpoint, concern, at)
    elif concern.asked:
        _take_and_ask(state, touchpoint, concern, at)
    else:
        _take(state, touchpoint, concern, concern.takes, at)
    for see in concern.sees:
        see(state, touchpoint, at)
    return at


def _take_watched(state: State, touchpoint: Touchpoint, concern: Concern, at: Moment) -> None:
    """Takes a touchpoint where some conditions must be asked before it."""
    befores = [when.before(state, touchpoint, every, at.now) for when, every in concern.holds]
    inside = [one.before(state, at.now) for one in concern.dates]
    _take_and_ask(state, touchpoint, concern, at)
    for (when, _), before in zip(concern.holds, befores, strict=True):
        when.after(state, before, at, True)
    for one, was in zip(concern.dates, inside, strict=True):
        one.after(state, touchpoint, was, at)


def _take_and_ask(state: State, touchpoint: Touchpoint, concern: Concern, at: Moment) -> None:
    """Takes a touchpoint, and fires what it turned true; the value before is only asked for where it matters."""
    parts, now, seen = state.parts, at.now, seen_by_when(touchpoint)
    kept: Parts = {}
    for key, keep in concern.kept:
        part = parts.get(key)
        kept[key] = part if keep is None or part is None else keep(part, touchpoint)
    past = Past(kept, state.profile.copy() if concern.profile else state.profile)
    _take(state, touchpoint, concern, concern.takes, at)
    profile = state.profile
    for condition, signal in concern.edges:
        if condition(parts, profile, seen, now, None) and not past.true(state, condition, now, None):
            fire(state, signal, None, (touchpoint.id,), at)
    for when, every in concern.whens:
        when.ask(state, touchpoint, every, past, at)


def _take(state: State, touchpoint: Touchpoint, concern: Concern, takes: Takes, at: Moment) -> None:
    """Lets features and profile take a touchpoint."""
    parts, time, now = state.parts, touchpoint.time, at.now
    values = [value(touchpoint) for value in takes.values] if takes.values else ()
    for key, add, same, place, per_place in takes.features:
        taken = same if place is None else values[place]
        if taken is None:
            continue
        if per_place is None:
            parts[key] = add(parts.get(key), taken, time, now)
        elif (per := values[per_place]) is not None:
            gone = take_keyed(parts.setdefault(key, {}), per, add, taken, time, now)
            _begin_and_end(state, touchpoint, concern.readers.get(key, ()), gone, at)
    if concern.profile:
        at.evicted += update_profile(state.profile, touchpoint)


def _begin_and_end(
    state: State, touchpoint: Touchpoint, readers: Sequence[WhenMatcher], gone: str | None, at: Moment
) -> None:
    """A feature has taken a touchpoint under its per value: instances begin with that, or end as theirs had to go."""
    at.evicted += gone is not None
    for when in readers:
        if gone is not None:
            when.end(state, gone)
        when.begin(state, touchpoint)


def _apply_too_late(state: State, touchpoint: Touchpoint, concern: Concern, done: Done) -> None:
    """Beyond `late_by`: features without a window take it, nothing fires, what it turns true counts as true before."""
    at = Moment(state.clock, touchpoint, True, counts=False)
    befores = [when.before(state, touchpoint, every, at.now) for when, every in concern.holds]
    _take(state, touchpoint, concern, concern.late_takes, at)
    for when, every in concern.whens:
        when.ask(state, touchpoint, every, None, at)
    for (when, _), before in zip(concern.holds, befores, strict=True):
        when.after(state, before, at, False)
    if at.evicted:
        done(state, at)
