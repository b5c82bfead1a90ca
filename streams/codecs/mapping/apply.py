"""One source row or object, by a mapping, to a touchpoint of the log's format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rules import rfc3339
from streams.codecs.body import shown
from streams.codecs.fields import GROUPS, NUMBERS, TEXTS
from streams.codecs.mapping.model import From, Kind, SourceMapping
from streams.codecs.native import refuse_ours
from streams.codecs.record import Fields, bad
from streams.codecs.times import parse_time

Get = Callable[[str], Any]
Place = Callable[[str], str]

ORDER = tuple(dict.fromkeys(("id", "type", "time", "customer", *TEXTS, *NUMBERS, *GROUPS)))
TRUTHS: Mapping[str, bool] = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def touchpoint(mapping: SourceMapping, get: Get, place: Place, fallback_id: str) -> Fields | None:
    """The touchpoint; None where the table of ``type`` has null for it. Raises BadRecord.

    ``get`` reads a column (None or empty: nothing there), ``place`` names one in messages.
    """
    rules = mapping.fields
    kind = _value(rules["type"], get, place, mapping)
    if kind is None and not _empty(_raw(rules["type"], get)):
        return None
    fields = {name: _value(rule, get, place, mapping) for name, rule in rules.items()}
    fields["time"] = _time(mapping, get, place)
    fields["id"] = fields.get("id") or fallback_id
    _require(fields, mapping, place)
    for group in GROUPS:
        fields[group] = _group(getattr(mapping, group), get, place, mapping)
    return {name: fields[name] for name in ORDER if fields.get(name) not in (None, {})}


def _require(fields: Fields, mapping: SourceMapping, place: Place) -> None:
    for name in ("type", "customer"):
        if fields.get(name) is None:
            raise bad("missing field", place(mapping.fields[name].column or ""), "nothing", f"the {name}")
    refuse_ours(fields["type"], place(mapping.fields["type"].column or ""))


def _group(rules: Mapping[str, From], get: Get, place: Place, mapping: SourceMapping) -> Fields:
    values = ((name, _value(rule, get, place, mapping)) for name, rule in rules.items())
    return {name: value for name, value in values if value is not None}


def _time(mapping: SourceMapping, get: Get, place: Place) -> str:
    source = mapping.time
    raw = get(source.column)
    if _empty(raw):
        raise bad("missing field", place(source.column), "nothing", "the time")
    return rfc3339(parse_time(raw, source.pattern, source.zone, place(source.column)))


def _value(rule: From, get: Get, place: Place, mapping: SourceMapping) -> Any:
    if rule.column is None:
        return rule.constant
    raw = get(rule.column)
    if _empty(raw):
        return rule.default
    if rule.table is not None:
        return _translated(rule, raw, place(rule.column))
    return _converted(rule.kind, raw, place(rule.column), mapping.csv.decimal)


def _raw(rule: From, get: Get) -> Any:
    return rule.constant if rule.column is None else get(rule.column)


def _empty(raw: Any) -> bool:
    return raw is None or raw == ""


def _translated(rule: From, raw: Any, place: str) -> Any:
    table = rule.table or {}
    key = raw if isinstance(raw, str) else shown(raw)
    if key in table or rule.others == "drop":
        return table.get(key)
    if rule.others == "keep":
        return raw
    raise bad("unknown value", place, shown(raw), f"one of the mapping's table: {', '.join(table)}")


def _converted(kind: Kind, raw: Any, place: str, decimal: str) -> Any:
    convert, expected = KINDS[kind]
    try:
        return convert(raw.replace(decimal, ".") if kind == "number" and isinstance(raw, str) else raw)
    except ValueError:
        raise bad("wrong type", place, shown(raw), expected) from None


def _text(raw: Any) -> str:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool | int | float):
        return shown(raw)
    raise ValueError


def _number(raw: Any) -> int | float:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return raw
    text = raw.strip() if isinstance(raw, str) else ""
    return int(text) if text.lstrip("+-").isdigit() else _finite(float(text))


def _finite(number: float) -> float:
    if number - number != 0:  # infinite or not a number: JSON has neither
        raise ValueError
    return number


def _boolean(raw: Any) -> bool:
    truth = raw if isinstance(raw, bool) else TRUTHS.get(str(raw).strip().lower())
    if truth is None:
        raise ValueError
    return truth


def _any(raw: Any) -> Any:
    return raw


KINDS: Mapping[Kind, tuple[Callable[[Any], Any], str]] = {
    "text": (_text, "a text"),
    "number": (_number, "a number"),
    "boolean": (_boolean, "true or false"),
    "any": (_any, "a value"),
}
