"""What a feature reads as at a moment, computed from everything that the customer ever did."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.expression import NOW, ZONE, Lookup, truth_of, value_of
from tests.oracle.types import matches, weight_of
from tests.oracle.values import MISSING, duration, field, is_number, key_of, kind

KINDS = ("count", "sum", "mean", "min", "max", "distinct", "first", "last", "top", "score", "trend")
KEPT_VALUES = 100
KEPT_TOUCHPOINTS = 1024
ROUNDED = 9


@dataclass(frozen=True)
class Record:
    """A record as it was applied. `order` is its place in the log, `time` ms; `too_late` is beyond late_by."""

    order: int
    time: int
    touchpoint: dict[str, Any]
    too_late: bool


@dataclass(frozen=True)
class Feature:
    """A feature as declared. `subject` is its field (sum, last, ...), its types (count, trend) or its weights (score).

    `zone` is the library's.
    """

    name: str
    kind: str
    subject: Any
    types: Any
    by: str | None
    where: Any
    per: str | None
    over: int | None
    half_life: int | None
    band: Fraction
    zone: ZoneInfo


def declared(name: str, body: dict[str, Any], zone: ZoneInfo) -> Feature:
    kind_of = next(one for one in KINDS if one in body)
    return Feature(
        name=name,
        kind=kind_of,
        subject=body[kind_of],
        types=body[kind_of] if kind_of in {"count", "trend"} else body.get("of"),
        by=body.get("by"),
        where=body.get("where", True),
        per=body.get("per"),
        over=duration(body["over"]) if "over" in body else None,
        half_life=duration(body["half_life"]) if "half_life" in body else None,
        band=Fraction(Decimal(str(body.get("band", 0)))),
        zone=zone,
    )


def of_touchpoint(touchpoint: dict[str, Any], zone: ZoneInfo) -> Lookup:
    """The names of `where` and of weights: the touchpoint's own fields; now is its own time, in the library's zone."""
    own = {NOW: touchpoint["time"], ZONE: zone}
    return lambda name, _key: own[name] if name in own else field(touchpoint, name)


def weight(feature: Feature, touchpoint: dict[str, Any]) -> Any:
    return value_of(weight_of(feature.subject, touchpoint["type"]), of_touchpoint(touchpoint, feature.zone))


def takes(feature: Feature, record: Record) -> bool:
    """Whether a feature takes a record at all."""
    if record.too_late and (feature.over is not None or feature.kind == "score"):
        return False
    return concerns(feature, record.touchpoint) and has_what_is_read(feature, record.touchpoint)


def concerns(feature: Feature, touchpoint: dict[str, Any]) -> bool:
    if feature.kind != "score" and not matches(feature.types, touchpoint["type"]):
        return False
    if feature.per is not None and field(touchpoint, feature.per) is MISSING:
        return False
    return truth_of(feature.where, of_touchpoint(touchpoint, feature.zone))


def has_what_is_read(feature: Feature, touchpoint: dict[str, Any]) -> bool:
    if feature.kind in {"count", "trend"}:
        return True
    if feature.kind == "score":
        return is_number(weight(feature, touchpoint))
    value = field(touchpoint, feature.subject)
    if feature.kind in {"sum", "mean", "min", "max"}:
        return is_number(value)
    return kind(value) != "missing" and (feature.by is None or is_number(field(touchpoint, feature.by)))


def kept(feature: Feature, history: list[Record]) -> dict[str | None, list[Record]]:
    """What is kept of a history, by value of `per` (None without): the 100 values touched last."""
    values: OrderedDict[str | None, list[Record]] = OrderedDict()
    for record in history:
        if takes(feature, record):
            value = None if feature.per is None else key_of(field(record.touchpoint, feature.per))
            values.setdefault(value, []).append(record)
            values.move_to_end(value)
            if len(values) > KEPT_VALUES:
                values.popitem(last=False)
    return values


def in_window(feature: Feature, records: list[Record], now: int) -> list[Record]:
    """Those of (now - over, now], by time, then log order."""
    sorted_records = sorted(records, key=lambda record: (record.time, record.order))
    if feature.over is None:
        return sorted_records
    return [one for one in sorted_records if now - feature.over < one.time <= now][-KEPT_TOUCHPOINTS:]


def read(feature: Feature, records: list[Record], now: int) -> Any:
    """The value at `now` (ms) of a feature that has taken `records`."""
    if feature.kind == "score":
        return score(feature, records, now)
    if feature.kind == "trend":
        return trend(feature, records, now)
    held = in_window(feature, records, now)
    if feature.kind == "count":
        return len(held)
    if feature.kind == "top":
        return top(feature, held)
    return READERS[feature.kind]([field(one.touchpoint, feature.subject) for one in held])


def score(feature: Feature, records: list[Record], now: int) -> float:
    assert feature.half_life is not None
    parts = [weight(feature, one.touchpoint) * math.exp2((one.time - now) / feature.half_life) for one in records]
    return round(math.fsum(parts), ROUNDED)


def trend(feature: Feature, records: list[Record], now: int) -> str:
    assert feature.over is not None
    latest = len([one for one in records if now - feature.over < one.time <= now])
    before = len([one for one in records if now - 2 * feature.over < one.time <= now - feature.over])
    if latest - before > feature.band * before:
        return "rising"
    return "falling" if before - latest > feature.band * before else "steady"


def top(feature: Feature, held: list[Record]) -> Any:
    amounts: dict[str, list[float]] = {}
    values: dict[str, Any] = {}
    for touchpoint in (one.touchpoint for one in held):
        value = field(touchpoint, feature.subject)
        key = key_of(value)
        amounts.setdefault(key, []).append(1 if feature.by is None else field(touchpoint, feature.by))
        values.pop(key, None)
        values[key] = value  # the one touched last stands last
    totals = {key: round(math.fsum(amounts[key]), ROUNDED) for key in values}
    best = max(totals.values(), default=0)
    return next((values[key] for key in reversed(values) if totals[key] == best), MISSING)


READERS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": lambda values: round(math.fsum(values), ROUNDED),
    "mean": lambda values: round(math.fsum(values) / len(values), ROUNDED) if values else MISSING,
    "min": lambda values: min(values, default=MISSING),
    "max": lambda values: max(values, default=MISSING),
    "distinct": lambda values: len({key_of(value) for value in values}),
    "first": lambda values: values[0] if values else MISSING,
    "last": lambda values: values[-1] if values else MISSING,
}
