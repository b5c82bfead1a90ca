"""All that a timeline shows, in plain values: what is drawn, and what is told beside the drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rules.declaration import Signal, Timeline
from rules.docs.drawing.watching import Span, watched
from rules.timeline import BadTimeline, Outcome, Rig, run_timeline
from rules.timeline.outcome import held_against
from rules.timeline.run import Found

Kind = Literal["touchpoint", "late", "chain", "fired", "passed", "missing", "surplus", "end"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something at a moment (epoch ms). ``name``: its type, or the channel of a firing; ``detail``: what it says."""

    kind: Kind
    time: int
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """A timeline and what came of it. ``trouble`` is set alone where the timeline can't be run.

    ``events`` are in order of time. ``rests``: the times after firings in which `again` allows no other.
    """

    timeline: Timeline
    events: tuple[Event, ...] = ()
    spans: tuple[Span, ...] = ()
    rests: tuple[Span, ...] = ()
    firings: int = 0
    passed: bool = True
    trouble: str | None = None


def happening(rig: Rig, timeline: Timeline, reads: frozenset[str]) -> Happening:
    """Runs a timeline. ``reads``: the signals whose firings its own reads."""
    plan = rig.plan(timeline.signal)
    try:
        found = run_timeline(plan, timeline)
    except BadTimeline as bad:
        return Happening(timeline, trouble=str(bad))
    outcome = held_against(timeline, found)
    chain = [one for one in found if one.fired and one.signal in reads]
    events = sorted(_events(outcome, chain), key=lambda event: event.time)
    spans = watched(plan, timeline)
    return Happening(
        timeline,
        events=tuple(events),
        spans=spans,
        rests=tuple(_rests(rig.relations.signals[timeline.signal], outcome, spans)),
        firings=sum(one.fired for one in outcome.found),
        passed=outcome.passed,
    )


def _events(outcome: Outcome, chain: Sequence[Found]) -> Iterator[Event]:
    latest = 0
    for step in outcome.timeline.steps:
        late = step.time < latest
        yield Event("late" if late else "touchpoint", step.time, step.type, said(step.fields))
        latest = max(latest, step.time)
    for one in chain:
        yield Event("chain", one.time, one.signal, one.per or "")
    for one in outcome.found:
        if not one.fired:
            yield Event("passed", one.time, "", one.per or "")
    for one in outcome.matched:
        yield Event("fired", one.time, one.channel or "", one.per or "")
    for one in outcome.surplus:
        yield Event("surplus", one.time, one.channel or "", one.per or "")
    for expected in outcome.missing:
        yield Event("missing", expected.time, expected.channel or "", expected.per or "")
    yield Event("end", outcome.timeline.end, "")


def said(fields: Sequence[tuple[str, Any]]) -> str:
    """The fields of a touchpoint: ``product: tent, attention: 0.6``."""
    return ", ".join(f"{name}: {_value(value)}" for name, value in fields)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return said(tuple(value.items()))
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    return ", ".join(map(_value, value)) if isinstance(value, list) else str(value)


def _rests(signal: Signal, outcome: Outcome, spans: Sequence[Span]) -> Iterator[Span]:
    """Only those in which something happens: the others would show nothing but themselves."""
    end = outcome.timeline.end
    moments = [step.time for step in outcome.timeline.steps] + [span.ends for span in spans if span.ended == "reached"]
    for one in outcome.found:
        over = one.time + (signal.again or 0)
        if one.fired and any(one.time < moment < over for moment in moments):
            ended: Literal["reached", "open"] = "reached" if over <= end else "open"
            yield Span("rest", 0, one.per, one.time, min(over, end), ended)
