"""What features take of a touchpoint: read once for all that take the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

import xxhash

from rules.declaration import Feature
from rules.expression import Scope, compile_touchpoint, parse
from rules.fields import MAX_TEXT, as_key, getter, is_number, most_specific, storable
from rules.touchpoint import Touchpoint

Value = Callable[[Touchpoint], Any]
"""What is taken of a touchpoint; None where it isn't taken."""

Sort = Literal["touch", "weight", "number", "ranked", "digest", "value", "key"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of touchpoints of one type: two that are equal read the same.

    ``sort``: that it came, a weight, a number, a value with what it adds, a value's digest, the value itself, or the
    text by which values are the same. ``zone``: of the dates in its expressions.
    """

    sort: Sort
    field: str = ""
    by: str | None = None
    amount: float | str = 0.0
    where: str | None = None
    zone: str = "UTC"

    @property
    def same(self) -> Any:
        """What is read of every touchpoint of the type alike; None where it must be looked at."""
        if self.where is not None or isinstance(self.amount, str):
            return None
        return {"touch": True, "weight": self.amount}.get(self.sort)

    def value(self) -> Value:
        """The function that reads it."""
        value = self._bare()
        if self.where is None:
            return value
        where = compile_touchpoint(parse(self.where, Scope(kind="touchpoint")), self.zone)
        return lambda touchpoint: value(touchpoint) if where(touchpoint) else None

    def _bare(self) -> Value:
        match self.sort:
            case "touch":
                return lambda _: True
            case "weight":
                return _weight(self.amount, self.zone)
            case "ranked":
                return _ranked(self.field, self.by)
        return _of_field(self.field, _OF_FIELD[self.sort])


def reading_of(feature: Feature, name: str, zone: str) -> Reading:
    """What a feature takes of touchpoints of one type."""
    amount: float | str = 0.0
    if feature.kind == "score":
        amounts = {weight.type: weight.amount for weight in feature.weights}
        amount = amounts[most_specific(amounts, name) or ""]
    return Reading(
        sort=_sort(feature),
        field=feature.field or "",
        by=feature.by,
        amount=amount if isinstance(amount, str) else float(amount),
        where=feature.where,
        zone=zone,
    )


def _sort(feature: Feature) -> Sort:
    match feature.kind:
        case "count" | "trend":
            return "touch"
        case "score":
            return "weight"
        case "sum" | "mean" | "min" | "max":
            return "number"
        case "top":
            return "ranked"
        case "distinct":
            return "digest"
        case "first" | "last":
            return "value"


def digest(value: Any) -> int | None:
    """By which `distinct` tells values apart; None where the value is missing or too large to keep."""
    key = value if type(value) is str else as_key(storable(value))
    return None if key is None or len(key) > MAX_TEXT else xxhash.xxh3_64_intdigest(key.encode())


def _number(value: Any) -> Any:
    return value if is_number(value) else None


_OF_FIELD: Final[dict[Sort, Callable[[Any], Any]]] = {
    "number": _number,
    "digest": digest,
    "value": storable,
    "key": as_key,
}


def _of_field(field: str, what: Callable[[Any], Any]) -> Value:
    read = getter(field)
    return lambda touchpoint: what(read(touchpoint))


def _ranked(field: str, by: str | None) -> Value:
    read = getter(field)
    if by is None:
        return lambda touchpoint: None if (value := storable(read(touchpoint))) is None else (value, 1.0)
    amount = _of_field(by, _number)

    def ranked(touchpoint: Touchpoint) -> Any:
        value, number = storable(read(touchpoint)), amount(touchpoint)
        return None if value is None or number is None else (value, float(number))

    return ranked


def _weight(amount: float | str, zone: str) -> Value:
    if not isinstance(amount, str):
        return lambda _: amount
    weigh = compile_touchpoint(parse(amount, Scope(kind="touchpoint")), zone)

    def weight(touchpoint: Touchpoint) -> Any:
        value = weigh(touchpoint)
        return float(value) if is_number(value) else None

    return weight
