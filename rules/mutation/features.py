"""The small changes of a feature and of a segment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from rules.declaration import Feature, FeatureKind, Segment, Types
from rules.mutation.change import Change, Maker
from rules.mutation.expression import neighbours
from rules.mutation.weights import changes_of_weights

_MISTAKEN: Final[dict[FeatureKind, FeatureKind]] = {"first": "last", "last": "first", "min": "max", "max": "min"}
_NAMED_BY_KIND: Final = ("count", "trend")  # the key of the kind holds the types


def changes_of_feature(feature: Feature, valued: bool = True) -> Iterator[Change]:
    """All small changes of what a feature takes, and of how it keeps it.

    ``valued``: whether its value is asked for, rather than only whether there is one.
    """
    maker = Maker("feature", feature.name)
    yield from _of_kind(maker, feature) if valued else ()
    yield from maker.types(_path_of_types(feature), feature.types, lambda types: _taking(feature, types))
    yield from changes_of_weights(maker, feature)
    if feature.by is not None:
        yield maker.dropped("by", replace(feature, by=None))
    if feature.over is not None:
        yield from maker.duration(("over",), feature.over, lambda other: replace(feature, over=other))
    if feature.half_life is not None:
        yield from maker.duration(("half_life",), feature.half_life, lambda other: replace(feature, half_life=other))
    for band in neighbours(f"{feature.band:g}") if feature.band else ():
        yield maker.change(("band",), f"`band: {feature.band:g}` becomes `{band}`", replace(feature, band=float(band)))
    if feature.where is not None:
        yield from maker.condition(("where",), feature.where, lambda text: replace(feature, where=text))
        yield maker.dropped("where", replace(feature, where=None))
    if feature.per is not None:
        yield maker.dropped("per", replace(feature, per=None))


def changes_of_segment(segment: Segment) -> Iterator[Change]:
    """All small changes of a segment's condition."""
    maker = Maker("segment", segment.name)
    yield from maker.condition((), segment.condition, lambda text: replace(segment, condition=text))


def _of_kind(maker: Maker, feature: Feature) -> Iterator[Change]:
    other = _MISTAKEN.get(feature.kind)
    if other is not None:
        yield maker.change((feature.kind,), f"`{feature.kind}` becomes `{other}`", replace(feature, kind=other))


def _path_of_types(feature: Feature) -> tuple[str]:
    return (feature.kind if feature.kind in _NAMED_BY_KIND else "of",)


def _taking(feature: Feature, types: Types) -> Feature:
    return replace(feature, types=types)
