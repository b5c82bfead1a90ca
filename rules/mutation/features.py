"""The small changes of a feature and of a segment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rules.declaration import Feature, Segment
from rules.mutation.change import Change, Maker


def changes_of_feature(feature: Feature) -> Iterator[Change]:
    """All small changes of a feature's window, half-life and `where`."""
    maker = Maker("feature", feature.name)
    if feature.over is not None:
        yield from maker.duration(("over",), feature.over, lambda other: replace(feature, over=other))
    if feature.half_life is not None:
        yield from maker.duration(("half_life",), feature.half_life, lambda other: replace(feature, half_life=other))
    if feature.where is not None:
        yield from maker.condition(("where",), feature.where, lambda text: replace(feature, where=text))
        yield maker.change(("where",), "`where` is dropped", replace(feature, where=None))


def changes_of_segment(segment: Segment) -> Iterator[Change]:
    """All small changes of a segment's condition."""
    maker = Maker("segment", segment.name)
    yield from maker.condition((), segment.condition, lambda text: replace(segment, condition=text))
