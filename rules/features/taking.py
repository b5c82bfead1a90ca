"""How the features that a type of touchpoint concerns take one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rules.features.holder import Add, FeaturePlan
from rules.features.values import Reading, Value

Taking = tuple[int, Add, Any, "int | None", "int | None"]
"""How one feature does: the key of its part, how it adds, what it takes of each touchpoint alike, or else where in the
values read what it takes stands, and where its per value."""


@dataclass(frozen=True, slots=True)
class Takes:
    """``values``: what the features read of a touchpoint, each value once for all that take it."""

    features: tuple[Taking, ...]
    values: tuple[Value, ...]


def takes_of(features: Sequence[FeaturePlan], name: str) -> Takes:
    """How these features take touchpoints of one type."""
    places = dict[Reading, int]()

    def place(reading: Reading) -> int:
        return places.setdefault(reading, len(places))

    def taking(feature: FeaturePlan) -> Taking:
        key, add, reading, per = feature.key, feature.accumulator.add, feature.reading_of(name), feature.per_reading
        if per is None and reading.same is not None:
            return key, add, reading.same, None, None
        return key, add, None, place(reading), None if per is None else place(per)

    return Takes(tuple(map(taking, features)), tuple(reading.value() for reading in places))
