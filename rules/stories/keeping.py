"""The last touchpoints of a story, kept with the standing before them, so that a late one is read in its place."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from rules.stories.course import Course
from rules.stories.standing import Part, Row, Seen, Standing, as_row, seen_of, standing_of

KEEP: Final = 8  # touchpoints that a late one may come before
_TIME: Final = 0


def taken(course: Course, part: Part | None, seen: Seen, edge: int) -> Part:
    """The part with one touchpoint more, read in order of time; the one given stays as it was.

    No late one will come before ``edge`` (ms): what isn't later than that needn't be kept. A late one before all that
    are kept is read as the first of them, right after what came before them.
    """
    base, kept, now = part or (None, [], None)
    in_order = not kept or kept[-1][_TIME] <= seen.time
    place = len(kept) if in_order else bisect_right([row[_TIME] for row in kept], seen.time)
    rows = [*kept[:place], as_row(seen), *kept[place:]]
    gone = max(len(rows) - KEEP, bisect_right([row[_TIME] for row in rows], edge), 0)
    folded = base if not gone else as_row(_read(course, base, rows[:gone]))
    if in_order:
        after = course.take(None if now is None else standing_of(now), seen)
        return [folded, rows[gone:], as_row(after)]
    return [folded, rows[gone:], as_row(_read(course, folded, rows[gone:]))]


def _read(course: Course, base: Row | None, rows: list[Row]) -> Standing:
    """The standing after these touchpoints, of which there is one at least."""
    standing = None if base is None else standing_of(base)
    for row in rows:
        standing = course.take(standing, seen_of(row))
    if standing is None:
        raise ValueError("no touchpoint to read")
    return standing


def refolded(course: Course, base: Row | None, rows: list[Row]) -> Part:
    """A part of these touchpoints, in order of time, on top of a standing before them."""
    gone = max(len(rows) - KEEP, 0)
    folded = base if not gone else as_row(_read(course, base, rows[:gone]))
    now = folded if not rows[gone:] else as_row(_read(course, folded, rows[gone:]))
    return [folded, rows[gone:], now]
