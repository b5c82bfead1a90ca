"""One touchpoint, or the passing of time, changes one customer's state and makes signals fire."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Final, Literal

from xxhash import xxh3_64_digest

from rules.bound import MAX_STATE, weigh
from rules.fields import storable
from rules.firing import FIRED, Condition, Moment, as_touchpoint, fire, seen_by_when
from rules.plan import Concern, Plan, Takes
from rules.state import UNBORN, Parts, State
from rules.touchpoint import Touchpoint

Outcome = Literal["applied", "late", "too late", "duplicate"]

Done = Callable[[State, Moment], None]
"""Is told of a moment with firings: those of one record, or of the timers of one millisecond, decided together."""

PROFILE_LIMIT: Final = 256  # names of a profile; beyond, the one set longest ago goes


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
    concern = plan.concern(touchpoint.type)
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
    if at.firings or at.evicted:
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
        for key in sorted(key for key, due in state.timers.items() if due <= at.now):
            _wake(plan, state, key, at)
        if at.firings:
            state.clock = max(state.clock, at.now)
            done(state, at)
            if plan.chains:
                read_firings(plan, state, customer, at, done)


def _wake(plan: Plan, state: State, key: int, at: Moment) -> None:
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
    elif concern.edges:
        kept = [state.parts.get(key) for key in concern.touched]
        _take(state, touchpoint, concern, concern.takes, at)
        _ask_edges(state, touchpoint, concern, kept, at)
    else:
        _take(state, touchpoint, concern, concern.takes, at)
    for see in concern.sees:
        see(state, touchpoint, at)
    return at


def _take_watched(state: State, touchpoint: Touchpoint, concern: Concern, at: Moment) -> None:
    """Takes a touchpoint where conditions must be asked before it."""
    foretold = [_true(state, condition, at) for condition, _ in concern.foretold]
    befores = [when.before(state, touchpoint, every, at.now) for when, every in concern.whens]
    inside = [one.before(state, at.now) for one in concern.dates]
    kept = [state.parts.get(key) for key in concern.touched]
    _take(state, touchpoint, concern, concern.takes, at)
    _ask_edges(state, touchpoint, concern, kept, at)
    seen = seen_by_when(touchpoint)
    for (condition, signal), was in zip(concern.foretold, foretold, strict=True):
        if not was and condition(state.parts, state.profile, seen, at.now, None):
            fire(state, signal, None, (touchpoint.id,), at)
    for (when, _), before in zip(concern.whens, befores, strict=True):
        when.after(state, touchpoint, before, at, True)
    for one, was in zip(concern.dates, inside, strict=True):
        one.after(state, touchpoint, was, at)


def _true(state: State, condition: Condition, at: Moment) -> bool:
    return bool(condition(state.parts, state.profile, None, at.now, None))


def _ask_edges(state: State, touchpoint: Touchpoint, concern: Concern, kept: list[Any], at: Moment) -> None:
    """Fires the conditions that the touchpoint turned true; the value before is only asked for where it matters."""
    parts, profile, now, seen = state.parts, state.profile, at.now, seen_by_when(touchpoint)
    before: Parts | None = None
    for condition, signal in concern.edges:
        if condition(parts, profile, seen, now, None):
            before = before or _parts_before(parts, concern, kept)
            if not condition(before, profile, None, now, None):
                fire(state, signal, None, (touchpoint.id,), at)


def _parts_before(parts: Parts, concern: Concern, kept: list[Any]) -> Parts:
    """The parts as they were; one that wasn't there is None, as for a reader it is the same."""
    before = parts.copy()
    for at, key in enumerate(concern.touched):
        before[key] = kept[at]
    return before


def _take(state: State, touchpoint: Touchpoint, concern: Concern, takes: Takes, at: Moment) -> None:
    """Lets features and profile take a touchpoint; instances begin with that, or end as their value had to go."""
    parts, time, now = state.parts, touchpoint.time, at.now
    for take, readers in takes:
        taken = take(parts, touchpoint, time, now)
        if taken is not None:
            if taken is not True:
                at.evicted += 1
                for when in readers:
                    when.end(state, taken)
            for when in readers:
                when.begin(state, touchpoint)
    if concern.profile:
        update_profile(state, touchpoint)


def _apply_too_late(state: State, touchpoint: Touchpoint, concern: Concern, done: Done) -> None:
    """Beyond `late_by`: features without a window take it, nothing fires, what it turns true counts as true before."""
    at = Moment(state.clock, touchpoint, True)
    befores = [when.before(state, touchpoint, every, at.now) for when, every in concern.whens]
    _take(state, touchpoint, concern, concern.late_takes, at)
    for (when, _), before in zip(concern.whens, befores, strict=True):
        when.after(state, touchpoint, before, at, False)
    if at.evicted:
        done(state, at)


def update_profile(state: State, touchpoint: Touchpoint) -> None:
    """Merges the properties: each field keeps the value, or the removal, with the newest event time."""
    for name, value in (touchpoint.properties or {}).items():
        known = state.profile.pop(name, None)
        if known is not None and known[1] > touchpoint.time:
            state.profile[name] = known
        else:
            state.profile[name] = [storable(value), touchpoint.time]
    while len(state.profile) > PROFILE_LIMIT:
        del state.profile[next(iter(state.profile))]
