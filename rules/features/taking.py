"""How the features that a type of touchpoint concerns take one."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rules.features.holder import Add
from rules.features.values import Value

Taking = tuple[int, Add, Any, "int | None", "int | None"]
"""How one feature does: the key of its part, how it adds, what it takes of each touchpoint alike, or else where in the
values read what it takes stands, and where its per value."""


class Reads(Hashable, Protocol):
    """What is read of touchpoints of one type: two that are equal read the same."""

    @property
    def same(self) -> Any:
        """What is read of every touchpoint of the type alike; None where it must be looked at."""

    def value(self) -> Value:
        """The function that reads it."""


class Taker(Protocol):
    """A feature, or a story."""

    @property
    def key(self) -> int: ...
    @property
    def add(self) -> Add: ...
    @property
    def per_reading(self) -> Reads | None: ...
    def reading_of(self, name: str, /) -> Reads: ...


@dataclass(frozen=True, slots=True)
class Takes:
    """``values``: what the features read of a touchpoint, each value once for all that take it."""

    features: tuple[Taking, ...]
    values: tuple[Value, ...]


def takes_of(takers: Sequence[Taker], name: str) -> Takes:
    """How these take touchpoints of one type."""
    places = dict[Reads, int]()

    def place(reading: Reads) -> int:
        return places.setdefault(reading, len(places))

    def taking(feature: Taker) -> Taking:
        key, add, reading, per = feature.key, feature.add, feature.reading_of(name), feature.per_reading
        if per is None and reading.same is not None:
            return key, add, reading.same, None, None
        return key, add, None, place(reading), None if per is None else place(per)

    return Takes(tuple(map(taking, takers)), tuple(reading.value() for reading in places))
