"""An outcome drawn as a timeline, line under line: what happened when, what was expected, what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from zoneinfo import ZoneInfo

from rules.declaration import ExpectedFiring, TimelineStep
from rules.timeline.outcome import Outcome, carried_otherwise
from rules.timeline.run import NAMES_NONE, NO_CHANNEL, Found
from rules.wall_time import wall_time

Mark = Literal["touchpoint", "fired", "passed", "missing", "surplus", "went", "taken back", "end", "left out"]

MARKS: Final[dict[Mark, str]] = {
    "touchpoint": "●",
    "fired": "✓",
    "passed": "○",
    "missing": "✗",
    "surplus": "✗",
    "went": "→",
    "taken back": "←",
    "end": "■",
    "left out": "⋮",
}
MOST_LINES: Final = 40
AROUND: Final = 3  # lines kept before and after what differs, where not all can be
_LONGEST: Final = 100
_DAY: Final = 10  # characters of 2026-01-05


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a drawing, and what it shows."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class _Event:
    time: int
    mark: Mark
    text: str


def drawn(outcome: Outcome, place: ZoneInfo) -> list[Line]:
    """The drawing of an outcome; times are those of ``place``, each day said once."""
    events = list(_kept(sorted(_events(outcome), key=lambda event: event.time)))
    shown = [_shown(event.time, place) if event else "" for event in events]
    width = max(map(len, shown))
    day, lines = "", list[Line]()
    for event, time in zip(events, shown, strict=True):
        day, before = time[:_DAY] or day, day
        date = time[:_DAY] if day != before else ""
        mark = event.mark if event else "left out"
        text = f"{date:{_DAY}} {time[_DAY + 1 :]:{width - _DAY - 1}}  {MARKS[mark]}  {event.text if event else ''}"
        lines.append(Line(mark, text.rstrip()))
    return lines


def _shown(moment: int, place: ZoneInfo) -> str:
    """A moment as clocks show it; milliseconds only where there are some."""
    shown = wall_time(moment, place).replace(tzinfo=None)
    return shown.isoformat(" ", "milliseconds" if moment % 1_000 else "seconds")


def _events(outcome: Outcome) -> Iterator[_Event]:
    """All that is to be seen, in the order in which it stands in one millisecond."""
    latest = 0
    for step in outcome.timeline.steps:
        yield _Event(step.time, "touchpoint", _step(step, late=step.time < latest))
        latest = max(latest, step.time)
    for one in outcome.found:
        if not one.fired:
            yield _Event(one.time, "passed", "passed: `if` is false")
    for one in outcome.matched:
        yield _Event(one.time, "fired", _fired(one))
        yield from _became(one)
    nearest = {id(pair.expected): pair.found for pair in outcome.near}
    for expected in outcome.missing:
        yield _Event(expected.time, "missing", _expected(expected, nearest.get(id(expected))))
    for one in outcome.surplus:
        yield _Event(one.time, "surplus", f"{_fired(one)}: not expected")
        yield from _became(one)
    yield _Event(outcome.timeline.end, "end", "the end")


def _became(found: Found) -> Iterator[_Event]:
    """What became of a firing later on."""
    if found.goes is not None:
        yield _Event(found.goes, "went", f"goes to {found.channel}{_said(found.per, late=None)}")
    if found.cancelled is not None:
        yield _Event(found.cancelled, "taken back", f"taken back: {found.detail}")


def _step(step: TimelineStep, late: bool) -> str:
    said = ", ".join(f"{name}: {_written(value)}" for name, value in step.fields)
    text = f"{step.type}  {said}".rstrip() + ("  (late)" if late else "")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _written(value: object) -> str:
    """A value as timelines write it."""
    match value:
        case dict():
            return "{" + ", ".join(f"{name}: {_written(one)}" for name, one in value.items()) + "}"
        case list():
            return f"[{', '.join(map(_written, value))}]"
        case bool():
            return str(value).lower()
    return "null" if value is None else str(value)


def _fired(found: Found) -> str:
    text = f"fired to {found.channel}" if found.channel else "fired"
    return f"{text}{_said(found.per, late=found.late)}{_held(found)}"


def _held(found: Found) -> str:
    if found.reason == NO_CHANNEL and found.detail == NAMES_NONE:
        return ", a decision only"
    if found.outcome == "held":
        return f", held: {found.reason}" + (f" ({found.detail})" if found.detail else "")
    waits = ", waits" if found.outcome == "deferred" and found.cancelled is None else ""
    return waits + (", taken back" if found.cancelled is not None else "")


def _expected(expected: ExpectedFiring, nearest: Found | None) -> str:
    channel = f" to {expected.channel}" if expected.channel else ""
    said = f"{channel}{_said(expected.per, late=expected.late)}{_policy(expected)}"
    return f"expected to fire{said}: {_instead(expected, nearest)}"


def _policy(expected: ExpectedFiring) -> str:
    """What is expected of policy."""
    outcome = f", {expected.outcome}" if expected.outcome else ""
    reason = f", {expected.reason}" if expected.reason else ""
    goes = ", to go later" if expected.goes is not None else ""
    goes += "".join(f", with {name}: {_written(value)}" for name, value in expected.carry)
    return outcome + reason + goes + (", to be taken back" if expected.cancelled is not None else "")


def _said(per: str | None, *, late: bool | None) -> str:
    return (f" for {per}" if per is not None else "") + (", late" if late else "")


def _instead(expected: ExpectedFiring, nearest: Found | None) -> str:
    """What was found instead, as far as it differs."""
    if nearest is None:
        return "not found"
    away = nearest.time - expected.time
    if away:
        return f"the nearest fired {span(abs(away))} {'later' if away > 0 else 'earlier'}"
    carried = (f"{name}: {_written(nearest.carry.get(name))}" for name in carried_otherwise(expected, nearest))
    return f"it {_fired(nearest)}" + "".join(f", with {one}" for one in carried)


_UNITS: Final = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1))


def span(millis: int) -> str:
    """A span of time by its two largest units, such as ``1h 20m``."""
    largest = next((at for at, (_, size) in enumerate(_UNITS) if millis >= size), len(_UNITS) - 1)
    parts = list[str]()
    for unit, size in _UNITS[largest : largest + 2]:
        count, millis = divmod(millis, size)
        parts += [f"{count}{unit}"] if count else []
    return " ".join(parts)


def _kept(events: Sequence[_Event]) -> Iterator[_Event | None]:
    """The events to draw; of very many those about what differs, with None for each stretch left out."""
    if len(events) <= MOST_LINES:
        yield from events
        return
    differing = [at for at, event in enumerate(events) if event.mark in ("missing", "surplus")]
    near = {at for centre in differing for at in range(centre - AROUND, centre + AROUND + 1)}
    keep = sorted((near & set(range(len(events)))) | {0, len(events) - 1})
    before = -1
    for at in keep[:MOST_LINES]:
        if at > before + 1:
            yield None
        yield events[at]
        before = at
