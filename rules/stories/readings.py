"""How each value of a story is read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import ceil, log2
from typing import Any, Final

from rules.features.accumulator import tidy
from rules.features.score import NOTHING
from rules.stories.course import Course
from rules.stories.standing import (
    AMOUNTS,
    BEGAN,
    BRANCHES,
    COUNT,
    DONE,
    FIRST,
    LAST_TIME,
    LATEST,
    NEVER,
    OPEN_SINCE,
    ROUND,
    SHARES,
    SINCE,
    STAGE,
    TOUCHED,
    Row,
)
from rules.stories.values import Reading, ValuePath
from rules.story import Branch

WHOLE: Final = 0  # the row of shares that is the story's own; then come those of modules


def readings(course: Course) -> Iterator[tuple[ValuePath, Reading]]:
    """All values of a story; the paths are those of `story_infos`."""
    story = course.story
    names = story.stage_names
    yield ("stage", story.name), _still(lambda row, _: names[row[STAGE]], names[0])
    for at, module in enumerate(story.modules):
        yield from _of_module(course, at, ("module", story.name, module.name))
    yield from _of_story(course, ("story", story.name))


def _of_story(course: Course, path: ValuePath) -> Iterator[tuple[ValuePath, Reading]]:
    yield (*path, "began"), _still(lambda row, _: row[BEGAN], None, is_time=True)
    yield (*path, "since"), _still(lambda row, _: row[SINCE], None, is_time=True)
    yield (*path, "due"), _still(lambda row, _: due(course, row), None, is_time=True)
    yield (*path, "overdue"), Reading(partial(_overdue, course), False, partial(_dues, course), _now)
    yield (*path, "touchpoints"), _still(lambda row, _: row[COUNT], 0)
    yield (*path, "round"), _still(lambda row, _: row[ROUND], 0)
    yield (*path, "modules_done"), _still(lambda row, _: sum(one != NEVER for one in row[DONE]), 0)
    yield (*path, "first_channel"), _still(lambda row, _: row[FIRST], None)
    yield (*path, "last_channel"), _still(lambda row, _: row[LATEST], None)
    for gate in course.story.channels:
        needed = course.modules(gate.after)
        yield (*path, "unlocked", gate.channel), _still(partial(_all_done, needed), False)
    for at, branch in enumerate(course.story.branches):
        yield from _of_branch(at, branch, path)
    yield from _of_mix(course, WHOLE, path)
    if course.story.mix:
        yield (*path, "off"), _still(partial(_off, course), None)


def _of_module(course: Course, at: int, path: ValuePath) -> Iterator[tuple[ValuePath, Reading]]:
    at_first = not course.after[at] and not course.gates[at]
    yield (*path, "attention"), Reading(partial(attention, course, at), 0.0, _never, partial(_settles, course, at))
    yield (*path, "done"), _still(lambda row, _: row[DONE][at] != NEVER, False)
    yield (*path, "unlocked"), _still(lambda row, _: course.is_unlocked(at, row[DONE], row[BRANCHES]), at_first)
    yield from _of_mix(course, at + 1, path)


def _of_branch(at: int, branch: Branch, path: ValuePath) -> Iterator[tuple[ValuePath, Reading]]:
    def is_open(row: Row, now: int) -> bool:
        return is_branch_open(row, at, branch, now)

    def closes(row: Row, now: int) -> list[int]:
        moment = row[BRANCHES][at][LAST_TIME] + (branch.stays or 0)
        return [moment] if branch.stays is not None and moment > now else []

    yield (*path, "open", branch.name), Reading(is_open, False, closes, _now)
    yield (
        (*path, "open_since", branch.name),
        Reading(
            lambda row, now: row[BRANCHES][at][OPEN_SINCE] if is_open(row, now) else None, None, closes, _now, True
        ),
    )


def _of_mix(course: Course, row_of: int, path: ValuePath) -> Iterator[tuple[ValuePath, Reading]]:
    for at, portion in enumerate(course.story.mix):
        yield (*path, "share", portion.name), _still(partial(_share, course, row_of, at), None)


def due(course: Course, row: Row) -> int | None:
    """By when (ms) the stage must move; None where nothing says so."""
    following = course.next_stage(row[STAGE])
    if following is None or following.within is None:
        return None
    since: int = row[SINCE]
    return since + following.within


def attention(course: Course, at: int, row: Row, now: int) -> float:
    """The attention that a module has, 0 to 1."""
    touched = row[TOUCHED][at] if row[TOUCHED] else NEVER
    return min(1.0, tidy(course.amount(row[AMOUNTS][at], touched, now)))


def shares(course: Course, row_of: int, row: Row) -> list[float] | None:
    """The shares of a mix by portion; None where no attention has come yet."""
    width = len(course.portions)
    amounts = row[SHARES][row_of * width : (row_of + 1) * width]
    whole = sum(amounts)
    return [tidy(amount / whole) for amount in amounts] if whole > 0 else None


def is_branch_open(row: Row, at: int, branch: Branch, now: int) -> bool:
    kept = row[BRANCHES][at]
    fresh = branch.stays is None or now < kept[LAST_TIME] + branch.stays
    return bool(kept[OPEN_SINCE] != NEVER and fresh)


def _overdue(course: Course, row: Row, now: int) -> bool:
    moment = due(course, row)
    return moment is not None and now >= moment


def _dues(course: Course, row: Row, now: int) -> list[int]:
    moment = due(course, row)
    return [moment] if moment is not None and moment > now else []


def _all_done(needed: list[int], row: Row, _: int) -> bool:
    return all(row[DONE][at] != NEVER for at in needed)


def _share(course: Course, row_of: int, at: int, row: Row, _: int) -> float | None:
    each = shares(course, row_of, row)
    return None if each is None else each[at]


def _off(course: Course, row: Row, _: int) -> float | None:
    """How far the share that is furthest off is from what it is to be."""
    each = shares(course, WHOLE, row)
    if each is None:
        return None
    return max(tidy(abs(one - portion.share)) for one, portion in zip(each, course.story.mix, strict=True))


def _settles(course: Course, at: int, row: Row, now: int) -> int:
    half_life, amount = course.story.half_life, row[AMOUNTS][at]
    if half_life is None or amount <= NOTHING:
        return now
    settled: int = row[TOUCHED][at] + ceil(half_life * log2(amount / NOTHING))
    return max(now, settled)


def _still(read: Any, empty: Any, is_time: bool = False) -> Reading:
    """Of what time alone doesn't change."""
    return Reading(read, empty, _never, _now, is_time)


def _never(_: Row, __: int) -> tuple[int, ...]:
    return ()


def _now(_: Row, now: int) -> int:
    return now
