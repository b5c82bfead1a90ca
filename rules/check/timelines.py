"""Timelines: names of their own, touchpoints that can come, firings that can be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from rules.check.firings import check_firings
from rules.check.parts import Parts
from rules.check.types import check_named
from rules.check.written import check_time
from rules.problem import Problem
from rules.schema import TimelineEntry, TouchpointEntry
from rules.schema_reading import Placed
from rules.source import Path
from rules.wall_time import zone_of

_MADE: Final = ("signal.fired", "signal.addressed", "clock.tick", "library.switched")
_CONTEXT: Final = "context.updated"
_OF_CONTEXT: Final = {"at", "after", "type", "properties"}
_ONE_TIME: Final = "one of `at` and `after`"
_AT: Final = '`at: "2026-01-05 10:00"`'


def check_timelines(parts: Parts) -> Iterator[Problem]:
    """What is wrong with the timelines of a library, each of which is right or mended by itself."""
    yield from _check_names(parts)
    place = zone_of(parts.settings.time_zone if parts.settings else "UTC")
    for timeline in parts.timelines:
        yield from _check_types(timeline.entry, parts)
        for at, step in enumerate(timeline.entry.model.timeline):
            yield from _check_step(timeline.entry, at, step, place)
        yield from check_firings(timeline, parts, place)


def _check_names(parts: Parts) -> Iterator[Problem]:
    """A name is what the timelines of one signal are told apart by."""
    first: dict[tuple[str, str], Placed[TimelineEntry]] = {}
    for timeline in parts.timelines:
        entry = timeline.entry
        other = first.setdefault((entry.document.file, entry.model.name), entry)
        if other is not entry:
            found = f"the name `{entry.model.name}`, which the timeline in line {other.document.at(other.path)[0]} has"
            yield from entry.problem(("name",), found, "a name of its own", "say what this one shows")


def _check_types(entry: Placed[TimelineEntry], parts: Parts) -> Iterator[Problem]:
    made = [at for at, step in enumerate(entry.model.timeline) if step.type in _MADE]
    for at in made:
        found = f"`{entry.model.timeline[at].type}`, which the detector alone makes"
        yield from entry.problem(("timeline", at, "type"), found, "what a customer does", "leave it out")
    for at, step in enumerate(entry.model.timeline):
        if step.type == _CONTEXT:
            yield from _check_context(entry, at, step)
    others: list[Path] = [
        ("timeline", at, "type")
        for at, step in enumerate(entry.model.timeline)
        if at not in made and step.type != _CONTEXT
    ]
    yield from check_named(entry, others, parts)


def _check_context(entry: Placed[TimelineEntry], at: int, step: TouchpointEntry) -> Iterator[Problem]:
    """The context is of no customer: it has a time and properties, and nothing else."""
    said = step.model_fields_set & step.model_dump(exclude_none=True).keys() - _OF_CONTEXT
    for name in sorted(said):
        found, expected = f"`{name}` beside `{_CONTEXT}`, which is of no customer", "its time and `properties`"
        yield from entry.problem(("timeline", at, name), found, expected, "leave it out", at_key=True)
    if step.properties is None and not entry.is_mended_below(("timeline", at)):
        found, instead = (
            f"`{_CONTEXT}` without `properties`",
            "add, for example, `properties: {sales: true}`",
        )
        yield from entry.problem(("timeline", at), found, "what changes of the context", instead)


def _check_step(entry: Placed[TimelineEntry], at: int, step: TouchpointEntry, place: ZoneInfo) -> Iterator[Problem]:
    """A touchpoint has one time: of its own, or after the one before it."""
    path: Path = ("timeline", at)
    if step.at is not None:
        yield from check_time(entry, (*path, "at"), step.at, place)
    if step.at is not None and step.after is not None:
        yield from entry.problem((*path, "after"), "`after` beside `at`", _ONE_TIME, "keep one of them", at_key=True)
    elif step.at is None and step.after is None and not entry.is_mended_below(path):
        example = "`after: 20m`" if at else _AT
        found = "a touchpoint without `at` and `after`"
        yield from entry.problem(path, found, _ONE_TIME, f"add, for example, {example}")
    elif step.at is None and step.after is not None and at == 0:
        found, expected = "`after` on the first touchpoint", "`at`, as none comes before it"
        yield from entry.problem((*path, "after"), found, expected, f"write, for example, {_AT}", at_key=True)
