"""Times as timelines write them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from rules.problem import Problem
from rules.schema import TimelineEntry
from rules.schema_reading import Placed
from rules.source import Path
from rules.wall_time import UnclearTime, moment_of


def check_time(entry: Placed[TimelineEntry], path: Path, written: datetime, place: ZoneInfo) -> Iterator[Problem]:
    """A time without an offset is one moment in the library's zone: one in the hour that clocks skip is none."""
    try:
        moment_of(written, place)
    except UnclearTime as unclear:
        yield from entry.problem(path, unclear.found, "a time that comes once", unclear.instead)


def moments_of(entry: Placed[TimelineEntry], place: ZoneInfo) -> list[int] | None:
    """When the touchpoints of a timeline are (epoch ms); None while something is wrong with their times."""
    if entry.is_mended_below(("timeline",)):
        return None
    moments: list[int] = []
    for step in entry.model.timeline:
        if step.at is None and (step.after is None or not moments):
            return None
        try:
            moments.append(moments[-1] + (step.after or 0) if step.at is None else moment_of(step.at, place))
        except UnclearTime:
            return None
    return moments
