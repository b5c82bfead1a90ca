"""Two customers who prove to be one: what both have seen of a story is united."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from rules.state import Parts
from rules.stories.course import Course
from rules.stories.keeping import refolded
from rules.stories.plan_story import StoryPlan
from rules.stories.standing import (
    LAST_TIME,
    NEVER,
    OPEN_SINCE,
    OPENED,
    TIMES,
    Part,
    Row,
    Standing,
    as_row,
    standing_of,
)
from rules.story import Branch

_BASE, _KEPT, _NOW = range(3)
_bytes: Final = msgspec.msgpack.Encoder().encode


def merged(course: Course, one: Part | None, other: Part | None) -> Part | None:
    """The part of a customer whose touchpoints were kept under two names; it doesn't matter which comes first.

    The touchpoints that are kept are read in order of time, as though they had been one customer's, on top of what
    both had before: there evidence is added up, what was done or opened stays so, and the further stage stays, with the
    time at which it began (the earlier, where both are as far). Of two rounds the later counts. Where that doesn't come
    as far as one of the two was, they are united as they stand, and no touchpoint is kept.
    """
    if one is None or other is None:
        return one or other
    base = _united(course, [standing_of(part[_BASE]) for part in (one, other) if part[_BASE] is not None])
    rows: list[Row] = sorted([*one[_KEPT], *other[_KEPT]], key=lambda row: (row[0], _bytes(row)))
    part = refolded(course, None if base is None else as_row(base), rows)
    ends = [standing_of(end[_NOW]) for end in (one, other)]
    if _progress(standing_of(part[_NOW])) >= max(map(_progress, ends)):
        return part
    united = _united(course, ends)
    row = None if united is None else as_row(united)
    return [row, [], row]


def unite_stories(stories: Iterable[StoryPlan], parts: Parts, moved: Parts) -> None:
    """Unites what a customer keeps of stories, in ``parts``, with what was kept of them under another name."""
    for story in stories:
        part = merged(story.course, parts.get(story.key), moved.get(story.key))
        if part is not None:
            parts[story.key] = part


def _progress(standing: Standing) -> tuple[int, int]:
    return standing.round, standing.stage


def _united(course: Course, standings: list[Standing]) -> Standing | None:
    if len(standings) < 2:
        return standings[0] if standings else None
    other, further = sorted(standings, key=lambda one: (_progress(one), -one.since, _bytes(one)))
    return further if further.round != other.round else _added(course, further, other)


def _added(course: Course, further: Standing, other: Standing) -> Standing:
    """Two standings of the same round as one; ``further`` is that whose stage stays."""
    last, at_par = max(further.last, other.last), further.stage == other.stage
    earlier, later = sorted((further, other), key=lambda one: (one.began, _bytes(one)))
    former, latter = sorted((further, other), key=lambda one: (one.last, _bytes(one)))
    return Standing(
        round=further.round,
        began=earlier.began,
        stage=further.stage,
        since=further.since,
        last=last,
        count=further.count + other.count,
        first=later.first if earlier.first is None else earlier.first,
        latest=former.latest if latter.latest is None else latter.latest,
        tally=further.tally + (other.tally if at_par else 0),
        kinds=sorted({*further.kinds, *(other.kinds if at_par else ())}),
        amounts=[_at(course, further, at, last) + _at(course, other, at, last) for at in range(len(further.amounts))],
        touched=[NEVER if max(pair) == NEVER else last for pair in zip(further.touched, other.touched, strict=True)],
        done=[_first(*pair) for pair in zip(further.done, other.done, strict=True)],
        shares=[mine + theirs for mine, theirs in zip(further.shares, other.shares, strict=True)],
        branches=[
            _branch(*branch) for branch in zip(course.story.branches, further.branches, other.branches, strict=True)
        ],
    )


def _at(course: Course, standing: Standing, at: int, now: int) -> float:
    """What is left by then of what was taken in of a module."""
    touched = standing.touched[at] if standing.touched else NEVER
    return course.amount(standing.amounts[at], touched, now)


def _first(one: int, other: int) -> int:
    """The earlier of two times, of which either may be NEVER."""
    return max(one, other) if NEVER in (one, other) else min(one, other)


def _branch(branch: Branch, one: list[int], other: list[int]) -> list[int]:
    row = [0, NEVER, NEVER, NEVER]
    row[TIMES] = min(branch.times, one[TIMES] + other[TIMES])
    row[LAST_TIME] = max(one[LAST_TIME], other[LAST_TIME])
    row[OPEN_SINCE] = _first(one[OPEN_SINCE], other[OPEN_SINCE])
    row[OPENED] = _first(one[OPENED], other[OPENED])
    return row
