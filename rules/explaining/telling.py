"""Text of what was explained, line under line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rules.explaining.explained import (
    Asked,
    Became,
    DateNow,
    Explained,
    Fired,
    FollowNow,
    Instance,
    SignalNow,
    SilentNow,
    StepNow,
    Value,
    WhenNow,
)
from rules.explaining.moments import Clock, span
from rules.explaining.telling_story import told_story
from rules.explaining.writing import value_text
from rules.wall_time import zone_of

PASSED: Final = "if"  # the reason of a moment that is no firing
NO_CHANNEL: Final = "no channel"
NAMES_NONE: Final = "the signal names none"
SHOWN_FIRINGS: Final = 5  # of a signal, the last ones
SHOWN_INSTANCES: Final = 3  # of a signal, the nearest ones
_INDENT: Final = "  "
_JOINS: Final = {"all": "all of:", "any": "any of:"}


def told(explained: Explained) -> Iterator[str]:
    """All of it, as lines; times are in the library's time zone, those of the same day without the day."""
    clock = Clock(zone_of(explained.time_zone), explained.at)
    seen = "never seen" if explained.clock is None else f"last heard of {clock.full(explained.clock)}"
    yield f"{explained.customer} at {clock.full(explained.at)} ({explained.time_zone}), {seen}, {explained.library}"
    for story in explained.stories:
        yield ""
        yield from told_story(story, clock)
    for signal in explained.signals:
        yield ""
        yield from told_signal(signal, clock)


def told_signal(signal: SignalNow, clock: Clock) -> Iterator[str]:
    """One signal: what fired, then how its instances stand."""
    runs = signal.status in ("live", "shadow")
    yield f"{signal.signal} ({signal.status}, {signal.pattern})"
    yield from _indented(_firings(signal.fired, clock))
    if not runs:
        yield f"{_INDENT}never runs: its status is {signal.status}"
        return
    for instance in signal.instances[:SHOWN_INSTANCES]:
        yield from _indented(told_instance(signal, instance, clock))
    if len(signal.instances) > SHOWN_INSTANCES:
        yield f"{_INDENT}and {len(signal.instances) - SHOWN_INSTANCES} further from firing"
    if signal.nearest is not None and signal.nearest_at is not None:
        then = clock.seen_at(signal.nearest_at)
        yield f"{_INDENT}came nearest {clock.full(signal.nearest_at)}:"
        yield from _indented(_indented(told_instance(signal, signal.nearest, then)))
    if not signal.instances:
        yield f"{_INDENT}waits for a first touchpoint with {signal.per}"


def _firings(fired: Sequence[Fired], clock: Clock) -> Iterator[str]:
    if len(fired) > SHOWN_FIRINGS:
        passed = sum(one.reason == PASSED for one in fired)
        counts = {"fired": len(fired) - passed, "passed": passed}
        yield f"{' and '.join(f'{verb} {n} times' for verb, n in counts.items() if n)}; the last {SHOWN_FIRINGS}:"
    for one in fired[-SHOWN_FIRINGS:]:
        yield from told_firing(one, clock)


def told_firing(one: Fired, clock: Clock) -> Iterator[str]:
    """A firing, or a moment that passed as `if` was false; what became of it, and the touchpoints that made it."""
    per = "" if one.per is None else f" for {one.per}"
    late = ", by a late touchpoint" if one.late else ""
    now, then = ("passes", "passed") if one.reason == PASSED else ("fires", "fired")
    verb = f"{now}, the detector hasn't got there," if one.foreseen else then
    yield f"{verb}{per} {clock.short(one.at)}{late}: {outcome(one)}"
    for became in one.later:
        yield f"{_INDENT}then {clock.short(became.at)}: {_became(became)}"
    for touchpoint in one.touchpoints:
        kind = touchpoint.type or "touchpoint"
        when = "" if touchpoint.at is None else f" {clock.short(touchpoint.at)}"
        yield f"{_INDENT}by {kind}{when} ({touchpoint.id})"
    if not one.touchpoints:
        yield f"{_INDENT}by time alone"


def outcome(one: Fired) -> str:
    """``sent to email``, ``held, expired: 20 ms ago``, or ``no firing, as `if` was false: profile.email_consent``."""
    if one.reason == PASSED:
        return f"no firing, as `if` {'is' if one.foreseen else 'was'} false: {one.detail}"
    if one.reason == NO_CHANNEL and one.detail in (None, NAMES_NONE):
        return "a decision only, as the signal names no channel"
    if one.reason is None:
        return f"{one.outcome} to {one.channel}" if one.channel else one.outcome
    return f"{one.outcome}, {one.reason}" + (f": {one.detail}" if one.detail else "")


def _became(one: Became) -> str:
    """``sent to email``, ``held, unless: profile.bought``, or ``taken back from email, cancel_on: order.placed``."""
    if one.outcome == "sent":
        return f"sent to {one.channel}"
    what = f"taken back from {one.channel}" if one.outcome == "cancelled" else one.outcome
    return f"{what}, {one.reason}" + (f": {one.detail}" if one.detail else "")


def told_instance(signal: SignalNow, instance: Instance, clock: Clock) -> Iterator[str]:
    """How one instance stands."""
    per = "" if signal.per is None or instance.per is None else f"for {signal.per} {instance.per}: "
    lines = list(_pattern(instance, clock))
    yield f"{per}{lines[0]}"
    yield from _indented(iter(lines[1:]))
    if instance.fires_at is not None:
        yield f"fires by time alone {clock.short(instance.fires_at)}, if nothing comes before"
    if instance.again_at is not None:
        yield f"not again before {clock.short(instance.again_at)}"
    if instance.condition is not None and not instance.condition.met and _under_way(instance):
        yield "`if` would refuse it:"
        yield from _indented(told_condition(instance.condition, clock))


def _under_way(instance: Instance) -> bool:
    """Whether it has come any way to firing."""
    match instance.now:
        case FollowNow(begun=begun):
            return begun
        case SilentNow(waits=waits):
            return waits
    return True


def _pattern(instance: Instance, clock: Clock) -> Iterator[str]:
    match instance.now:
        case WhenNow():
            yield from _when(instance.now, clock)
        case FollowNow():
            yield from _follow(instance.now, clock)
        case SilentNow():
            yield from _silent(instance.now, clock)
        case DateNow():
            yield from _date(instance.now, clock)


def _when(when: WhenNow, clock: Clock) -> Iterator[str]:
    if when.since is not None:
        yield f"true since {clock.short(when.since)}, must hold for {span(when.hold or 0)}:"
    elif when.true:
        yield "true now, fires once it has been false:"
    else:
        yield "not true:"
    yield from told_condition(when.asked, clock)


def told_condition(asked: Asked, clock: Clock) -> Iterator[str]:
    """A condition as a small tree, a line for each part."""
    mark = "[x]" if asked.met else "[ ]"
    if asked.join == "segment":
        yield f"{mark} {asked.text}" + ("" if asked.wanted else ", needs not to be in it")
    elif asked.join:
        yield f"{mark} {_JOINS[asked.join]}"
    else:
        yield f"{mark} {_leaf(asked, clock)}"
    for part in asked.parts:
        yield from _indented(told_condition(part, clock))


def _leaf(asked: Asked, clock: Clock) -> str:
    first, *others = asked.values
    of = f" ({', '.join(_value(one, clock) for one in others)})" if others else ""
    said = f"{_value(first, clock)}{of}, needs {asked.needs}"
    notes = [note for value in asked.values if (note := _leaving(value, clock))]
    if asked.turns_at is not None:
        notes.append(f"{'until' if asked.met else 'by time alone'} {clock.short(asked.turns_at)}")
    return "; ".join([said, *notes])


def _value(value: Value, clock: Clock) -> str:
    if value.value is None and value.of.startswith("touchpoint."):
        return f"{value.of} is asked at each touchpoint"
    if value.is_time and isinstance(value.value, int):
        return f"{value.of} is {clock.short(value.value)}"
    return f"{value.of} is {value_text(value.value)}"


def _leaving(value: Value, clock: Clock) -> str:
    if value.leaves_at is None:
        return ""
    at = clock.short(value.leaves_at)
    if value.kept is None:
        return f"{value.of} may change by time {at}"
    oldest = "the one" if value.kept == 1 else f"the oldest of the {value.kept}"
    return f"{oldest} leaves the window at {at}"


def _follow(follow: FollowNow, clock: Clock) -> Iterator[str]:
    awaited = next((step for step in follow.steps if step.progress == "awaited"), follow.steps[0])
    if not follow.begun:
        over = "" if follow.over is None else f" (the last run ended {clock.short(follow.over)}: too late)"
        yield f"no run, waits for {awaited.text}{over}"
    else:
        yield _awaited(awaited, follow, clock)
    for step in follow.steps:
        yield from _step(step, clock)


def _awaited(step: StepNow, follow: FollowNow, clock: Clock) -> str:
    since = "" if follow.since is None else f" since {clock.short(follow.since)}"
    until = "" if follow.until is None else f" until {clock.short(follow.until)}"
    breaks = f"; broken by {' or '.join(follow.breaks)}" if follow.breaks else ""
    return f"waits for {step.text}{since}{until}{breaks}"


def _step(step: StepNow, clock: Clock) -> Iterator[str]:
    done = len(step.touchpoints)
    count = f", {done} of {step.times}" if step.progress == "awaited" and step.times > 1 else ""
    yield f"{'[x]' if step.progress == 'done' else '[ ]'} {step.text}{count}"
    for touchpoint in step.touchpoints:
        when = "" if touchpoint.at is None else f" {clock.short(touchpoint.at)}"
        yield f"{_INDENT}{touchpoint.type or 'touchpoint'}{when} ({touchpoint.id})"


def _silent(silent: SilentNow, clock: Clock) -> Iterator[str]:
    types = " or ".join(silent.types)
    if silent.last is None or silent.last.at is None:
        yield f"no {types} yet; it never fires for a customer who had none"
        return
    kind = f"{silent.last.type} " if silent.last.type else ""
    last = f"the last of {types} was {kind}{clock.short(silent.last.at)} ({silent.last.id})"
    wait = span(silent.wait)
    yield f"{last}, needs {wait} without" if silent.waits else f"{last}; its {wait} are over, waits for a new one"


def _date(date: DateNow, clock: Clock) -> Iterator[str]:
    value = f"{date.field} is {value_text(date.value)}"
    if date.begins_at is None or date.ends_at is None:
        yield f"{value}; no window to come"
    elif date.inside:
        yield f"{value}; in its window since {clock.short(date.begins_at)}, until {clock.short(date.ends_at)}"
    else:
        yield f"{value}; its window begins {clock.short(date.begins_at)}"


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"{_INDENT}{line}" for line in lines)
