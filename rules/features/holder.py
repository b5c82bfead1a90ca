"""Where a feature's accumulator lives in a customer's parts: one, or one for each value of a field."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from rules.declaration import Feature
from rules.expression import counts_days
from rules.features.accumulator import Accumulator, Reader, newest_half
from rules.features.counting import CountEver, CountOver, Distinct
from rules.features.extremes import ExtremeEver, ExtremeOver
from rules.features.latest import FirstEver, FirstOver, Last
from rules.features.ranking import TopEver, TopOver
from rules.features.score import Score
from rules.features.totals import TotalEver, TotalOver
from rules.features.trend import Trend
from rules.features.values import Reading, reading_of
from rules.fields import Getter, as_key, getter, matches_any
from rules.identity import part_key
from rules.state import Parts
from rules.touchpoint import Touchpoint

PER_LIMIT: Final = 100
_TIMES: Final = frozenset({"first", "last", "min", "max", "top"})  # of times they give a time

Add = Callable[[Any, Any, int, int], Any]
"""An accumulator's: (part, what is taken, time, now)."""
Kept = Callable[[Any, Touchpoint], Any]
"""From a part to one that still reads as it does now once the touchpoint has been taken."""


@dataclass(frozen=True, slots=True)
class FeaturePlan:
    """A feature ready to run. ``key``: its part; ``late``: whether it takes what comes beyond ``late_by``.
    ``keeps``: how many touchpoints it may keep something of when it takes one, beside what that one adds."""

    declared: Feature
    key: int
    accumulator: Accumulator
    per: Getter | None
    late: bool
    zone: str
    keeps: int = 1

    @property
    def name(self) -> str:
        return self.declared.name

    def types(self) -> tuple[str, ...]:
        return self.declared.types or tuple(weight.type for weight in self.declared.weights)

    def kept(self) -> Kept | None:
        """The function that keeps the part as it reads before a touchpoint is taken; None where it stays as it is."""
        accumulator = self.accumulator
        if self.per is not None:
            return _keep_keyed(self.per, accumulator)
        return None if accumulator.replaces else lambda part, _: accumulator.copy(part)

    @property
    def is_time(self) -> bool:
        """Whether its value is epoch milliseconds."""
        return self.declared.field == "time" and self.declared.kind in _TIMES

    @property
    def is_count(self) -> bool:
        return self.declared.kind == "count"

    @property
    def add(self) -> Add:
        return self.accumulator.add

    def concerns(self, name: str) -> bool:
        return matches_any(self.types(), name)

    @property
    def per_reading(self) -> Reading | None:
        """How the per value is read; None for one that is kept once."""
        return Reading("key", self.declared.per) if self.declared.per else None

    def reading_of(self, name: str) -> Reading:
        """What it takes of touchpoints of one type."""
        return reading_of(self.declared, name, self.zone)

    def reader(self, own: bool, literal: str | None) -> Reader:
        """Reads the value: the customer's, that of the per value asked for, or that of ``literal``."""
        if self.per is None:
            return self.accumulator.reader(self.key)
        return _read_keyed(self.key, self.accumulator, None if own else literal)

    def part(self, parts: Parts, key: str | None) -> Any:
        part = parts.get(self.key)
        return part if self.per is None or part is None else part.get(key)

    def halve(self, part: Any) -> Any:
        """The part without the older half of what it keeps; nothing where it has no halves."""
        return self.accumulator.halve(part) if self.per is None else newest_half(part)

    def changes(self, parts: Parts, now: int, key: str | None) -> Iterable[int]:
        part = self.part(parts, key)
        return () if part is None else self.accumulator.changes(part, now)

    def settles(self, parts: Parts, now: int, key: str | None) -> int:
        part = self.part(parts, key)
        return now if part is None else self.accumulator.settles(part, now)


def plan_feature(feature: Feature, zone: str) -> FeaturePlan:
    """A declared feature made ready to run; dates in its expressions are of the time zone ``zone``."""
    return FeaturePlan(
        declared=feature,
        key=_key(feature, zone),
        accumulator=_accumulator(feature),
        per=getter(feature.per) if feature.per else None,
        late=feature.over is None and feature.kind != "score",
        zone=zone,
    )


def _key(feature: Feature, zone: str) -> int:
    """What a feature keeps hangs on the time zone only where it counts days."""
    weights = (weight.amount for weight in feature.weights if isinstance(weight.amount, str))
    return part_key("feature", [feature, zone] if counts_days(feature.where, *weights) else feature)


def _accumulator(feature: Feature) -> Accumulator:
    over = feature.over
    match feature.kind:
        case "count":
            return CountEver() if over is None else CountOver(over)
        case "distinct":
            return Distinct(over)
        case "sum" | "mean":
            mean = feature.kind == "mean"
            return TotalEver(mean) if over is None else TotalOver(over, mean)
        case "min" | "max":
            smallest = feature.kind == "min"
            return ExtremeEver(smallest) if over is None else ExtremeOver(over, smallest)
        case "first":
            return FirstEver() if over is None else FirstOver(over)
        case "last":
            return Last(over)
        case "top":
            return TopEver() if over is None else TopOver(over)
        case "trend":
            return Trend(over or 1, feature.band)
        case "score":
            return Score(feature.half_life or 1)


def take_keyed(instances: dict[str, Any], at: str, add: Add, taken: Any, time: int, now: int) -> str | None:
    """Takes what is kept under a per value, as the one touched latest; gives back the one that had to go for it."""
    instances[at] = add(instances.pop(at, None), taken, time, now)
    if len(instances) <= PER_LIMIT:
        return None
    oldest: str = next(iter(instances))
    del instances[oldest]
    return oldest


def _keep_keyed(per: Getter, accumulator: Accumulator) -> Kept:
    """Only what is kept of the touchpoint's own value can change; any may have to go."""

    def keep(part: dict[str, Any], touchpoint: Touchpoint) -> dict[str, Any]:
        kept, at = part.copy(), as_key(per(touchpoint))
        if at in kept:
            kept[at] = accumulator.copy(kept[at])
        return kept

    return keep


def _read_keyed(key: int, accumulator: Accumulator, literal: str | None) -> Reader:
    read, empty = accumulator.read, accumulator.empty

    def read_keyed(parts: Parts, now: int, per: str | None) -> Any:
        instances = parts.get(key)
        part = instances.get(per if literal is None else literal) if instances else None
        return empty if part is None else read(part, now)

    return read_keyed
