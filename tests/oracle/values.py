"""The kinds of values and how they compare, are keyed and are looked up in a touchpoint."""

from __future__ import annotations

import json
import math
from typing import Any

SECOND = 1000
UNITS = {"s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND, "d": 86400 * SECOND}


class Missing:
    """The one value that is absent; falsy."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "missing"


MISSING = Missing()


def duration(text: str) -> int:
    """A duration such as `30m`, in ms."""
    return int(text[:-1]) * UNITS[text[-1]]


def kind(value: Any) -> str:
    if value is MISSING or value is None:
        return "missing"
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else "list" if isinstance(value, list) else "mapping"


def is_number(value: Any) -> bool:
    return kind(value) == "number"


def finite(value: float) -> Any:
    return value if math.isfinite(value) else MISSING


def equal(left: Any, right: Any) -> bool:
    return kind(left) != "missing" and kind(left) == kind(right) and bool(left == right)


def different(left: Any, right: Any) -> bool:
    return "missing" not in {kind(left), kind(right)} and not equal(left, right)


def contains(container: Any, item: Any) -> Any:
    """`item in container`: truth, or missing where a side is."""
    if "missing" in {kind(container), kind(item)}:
        return MISSING
    if kind(container) == "list":
        return any(equal(item, one) for one in container)
    return kind(container) == kind(item) == "text" and item in container


def key_of(value: Any) -> str:
    """What `per`, `distinct` and `top` tell values apart by: the text, or the JSON of what isn't text."""
    if isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def field(touchpoint: dict[str, Any], path: str) -> Any:
    """A field by its dotted name, of a list by the place in it; null and absent are missing."""
    value: Any = touchpoint
    for part in path.split("."):
        if isinstance(value, list):
            value = dict(enumerate(value)).get(int(part)) if part.isdecimal() else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return MISSING if value is None else value


def all_at(value: Any, path: list[str]) -> list[Any]:
    """What there is at a path; through a list, what there is in each of its items."""
    if isinstance(value, list) and path:
        return [one for item in value for one in all_at(item, path)]
    if not path:
        return [value]
    return all_at(value.get(path[0]), path[1:]) if isinstance(value, dict) else []
