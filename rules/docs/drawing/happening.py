"""All that a timeline shows, in plain values: what is drawn, and what is told beside the drawing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rules.declaration import Signal, Timeline
from rules.docs.drawing.watching import Span, watched
from rules.timeline import BadTimeline, Outcome, Rig, run_timeline
from rules.timeline.outcome import held_against
from rules.timeline.run import NAMES_NONE, Found

Kind = Literal[
    "touchpoint",
    "late",
    "chain",
    "fired",
    "held",
    "waits",
    "went",
    "revoked",
    "passed",
    "missing",
    "surplus",
    "end",
]


@dataclass(frozen=True, slots=True)
class Event:
    """Something at a moment (epoch ms). ``name``: its type, the channel of a firing, or why it is held back.
    ``detail``: what it says.

    ``matters``: as much of it as the signal looks at; all where it looks at nothing.
    """

    kind: Kind
    time: int
    name: str
    detail: str = ""
    matters: str = ""


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


def happening(rig: Rig, timeline: Timeline, chain: frozenset[str], fields: frozenset[str]) -> Happening:
    """Runs a timeline. ``chain``: the signals whose firings its own reads; ``fields``: those of touchpoints."""
    plan = rig.plan(timeline.signal)
    try:
        found = run_timeline(plan, timeline)
    except BadTimeline as bad:
        return Happening(timeline, trouble=str(bad))
    outcome = held_against(timeline, found)
    before = [one for one in found if one.fired and one.signal in chain]
    events = sorted(_events(outcome, before, fields), key=lambda event: event.time)
    spans = watched(plan, timeline)
    return Happening(
        timeline,
        events=tuple(events),
        spans=spans,
        rests=tuple(_rests(rig.relations.signals[timeline.signal], outcome, spans)),
        firings=sum(one.fired for one in outcome.found),
        passed=outcome.passed,
    )


def _events(outcome: Outcome, chain: Sequence[Found], fields: frozenset[str]) -> Iterator[Event]:
    latest = 0
    for step in outcome.timeline.steps:
        kind: Kind = "late" if step.time < latest else "touchpoint"
        yield Event(kind, step.time, step.type, *_details(step.fields, fields))
        latest = max(latest, step.time)
    for one in chain:
        yield Event("chain", one.time, one.signal, one.per or "")
    for one in outcome.found:
        if not one.fired:
            yield Event("passed", one.time, "", one.per or "")
    for one in outcome.matched:
        yield from _firing(one, "fired")
    for one in outcome.surplus:
        yield from _firing(one, "surplus")
    for expected in outcome.missing:
        yield Event("missing", expected.time, expected.channel or "", expected.per or "")
    yield Event("end", outcome.timeline.end, "")


def _firing(found: Found, kind: Kind) -> Iterator[Event]:
    """A firing, and what policy makes of it."""
    per, channel = found.per or "", found.channel or ""
    if found.outcome == "held" and found.detail != NAMES_NONE:
        yield Event("held" if kind == "fired" else kind, found.time, found.reason or "", per)
        return
    waits = found.outcome == "deferred" or found.goes is not None
    yield Event("waits" if waits and kind == "fired" else kind, found.time, channel, per)
    if found.goes is not None:
        yield Event("went", found.goes, channel, per)
    if found.cancelled is not None:
        yield Event("revoked", found.cancelled, channel, per)


def _details(said: Iterable[tuple[str, Any]], fields: frozenset[str]) -> tuple[str, str]:
    """All that a touchpoint says, and what of it matters: of one field that alone, without its name."""
    flat = list(_flat(said, ""))
    mattering = [one for one in flat if one[0] in fields] or flat
    matters = mattering[0][1] if len(mattering) == 1 else _listed(mattering)
    return _listed(flat), matters


def _listed(flat: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name.rpartition('.')[2]}: {value}" for name, value in flat)


def _flat(said: Iterable[tuple[str, Any]], above: str) -> Iterator[tuple[str, str]]:
    for name, value in said:
        if isinstance(value, dict):
            yield from _flat(value.items(), f"{above}{name}.")
        else:
            yield f"{above}{name}", shown(value)


def shown(value: Any) -> str:
    """A value as people write it."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    if isinstance(value, dict):
        return _listed(_flat(value.items(), ""))
    return ", ".join(map(shown, value)) if isinstance(value, list) else str(value)


def _rests(signal: Signal, outcome: Outcome, spans: Sequence[Span]) -> Iterator[Span]:
    """Only those in which something happens: the others would show nothing but themselves."""
    end = outcome.timeline.end
    moments = [step.time for step in outcome.timeline.steps] + [span.ends for span in spans if span.ended == "reached"]
    for one in outcome.found:
        over = one.time + (signal.again or 0)
        if one.fired and any(one.time < moment < over for moment in moments):
            ended: Literal["reached", "open"] = "reached" if over <= end else "open"
            yield Span("rest", 0, one.per, one.time, min(over, end), ended)
