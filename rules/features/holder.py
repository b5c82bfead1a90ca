"""Where a feature's accumulator lives in a customer's parts: one, or one for each value of a field."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from rules.declaration import Feature
from rules.expression import Scope, compile_touchpoint, counts_days, parse
from rules.features.accumulator import Accumulator, Reader, newest_half
from rules.features.counting import CountEver, CountOver, Distinct
from rules.features.extremes import ExtremeEver, ExtremeOver
from rules.features.latest import FirstEver, FirstOver, Last
from rules.features.ranking import TopEver, TopOver
from rules.features.score import Score
from rules.features.totals import TotalEver, TotalOver
from rules.features.trend import Trend
from rules.fields import Getter, as_key, getter, is_number, matches_any, most_specific, storable
from rules.identity import part_key
from rules.state import Parts
from rules.touchpoint import Touchpoint

PER_LIMIT: Final = 100

Value = Callable[[Touchpoint], Any]
"""What a feature takes of a touchpoint; None where it doesn't take it."""
Taken = str | Literal[True] | None
"""What came of a touchpoint in a feature kept per a field: the per value that had to go for it, True where it was taken
and none had to go, None where it wasn't taken. A feature without `per` gives None."""
Kept = Callable[[Any, Touchpoint], Any]
"""From a part to one that still reads as it does now once the touchpoint has been taken."""
Take = Callable[[Parts, Touchpoint, int, int], Taken]
"""Takes a touchpoint at (time, now)."""


@dataclass(frozen=True, slots=True)
class FeaturePlan:
    """A feature ready to run. ``key``: its part; ``late``: whether it takes what comes beyond ``late_by``."""

    declared: Feature
    key: int
    accumulator: Accumulator
    per: Getter | None
    late: bool
    zone: str

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

    def concerns(self, name: str) -> bool:
        return matches_any(self.types(), name)

    def take_of(self, name: str) -> Take:
        """The function that takes touchpoints of one type."""
        constant = _constant_of(self.declared, name)
        if self.per is None and constant is not None:
            return _take_constant(self, constant)
        value = _value_of(self.declared, name, self.zone)
        return _take_one(self, value) if self.per is None else _take_keyed(self, self.per, value)

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


def _constant_of(feature: Feature, name: str) -> Any:
    """What the feature takes of every touchpoint of a type alike; None where it has to look."""
    if feature.where is not None or feature.kind not in ("count", "trend", "score"):
        return None
    if feature.kind != "score":
        return True
    amount = _amount(feature, name)
    return None if isinstance(amount, str) else float(amount)


def _amount(feature: Feature, name: str) -> float | str:
    amounts = {weight.type: weight.amount for weight in feature.weights}
    return amounts[most_specific(amounts, name) or ""]


def _value_of(feature: Feature, name: str, zone: str) -> Value:
    value = _bare_value(feature, name, zone)
    if feature.where is None:
        return value
    where = compile_touchpoint(parse(feature.where, Scope(kind="touchpoint")), zone)
    return lambda touchpoint: value(touchpoint) if where(touchpoint) else None


def _bare_value(feature: Feature, name: str, zone: str) -> Value:
    match feature.kind:
        case "count" | "trend":
            return lambda _: True
        case "score":
            return _weight(feature, name, zone)
        case "sum" | "mean" | "min" | "max":
            return _number(getter(feature.field or ""))
        case "top":
            return _ranked(getter(feature.field or ""), feature.by)
        case _:
            read = getter(feature.field or "")
            return lambda touchpoint: storable(read(touchpoint))


def _number(read: Getter) -> Value:
    def number(touchpoint: Touchpoint) -> Any:
        value = read(touchpoint)
        return value if is_number(value) else None

    return number


def _ranked(read: Getter, by: str | None) -> Value:
    amount = _number(getter(by)) if by else lambda _: 1.0

    def ranked(touchpoint: Touchpoint) -> Any:
        value, number = storable(read(touchpoint)), amount(touchpoint)
        return None if value is None or number is None else (value, float(number))

    return ranked


def _weight(feature: Feature, name: str, zone: str) -> Value:
    amount = _amount(feature, name)
    if not isinstance(amount, str):
        number = float(amount)
        return lambda _: number
    weigh = compile_touchpoint(parse(amount, Scope(kind="touchpoint")), zone)

    def weight(touchpoint: Touchpoint) -> Any:
        value = weigh(touchpoint)
        return float(value) if is_number(value) else None

    return weight


def _take_one(plan: FeaturePlan, value: Value) -> Take:
    key, add = plan.key, plan.accumulator.add

    def take(parts: Parts, touchpoint: Touchpoint, time: int, now: int) -> None:
        taken = value(touchpoint)
        if taken is not None:
            parts[key] = add(parts.get(key), taken, time, now)

    return take


def _take_constant(plan: FeaturePlan, value: Any) -> Take:
    key, add = plan.key, plan.accumulator.add

    def take_constant(parts: Parts, touchpoint: Touchpoint, time: int, now: int) -> None:
        parts[key] = add(parts.get(key), value, time, now)

    return take_constant


def _take_keyed(plan: FeaturePlan, per: Getter, value: Value) -> Take:
    key, add = plan.key, plan.accumulator.add

    def take(parts: Parts, touchpoint: Touchpoint, time: int, now: int) -> Taken:
        taken, at = value(touchpoint), as_key(per(touchpoint))
        if taken is None or at is None:
            return None
        instances = parts.setdefault(key, {})
        instances[at] = add(instances.pop(at, None), taken, time, now)
        if len(instances) <= PER_LIMIT:
            return True
        oldest: str = next(iter(instances))
        del instances[oldest]
        return oldest

    return take


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
