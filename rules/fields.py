"""Touchpoint types and fields: how a pattern such as ``content.*`` matches, how a dotted field is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, Final

import orjson

from rules.links import ERASED, LINKED, MOVED, UNLINKED
from rules.touchpoint import Touchpoint

Getter = Callable[[Touchpoint], Any]

MAX_TEXT: Final = 1024  # a longer value isn't taken: state must stay small
_INTERNAL: Final = frozenset(
    {
        "signal.fired",
        "profile.updated",
        "signal.addressed",
        "context.updated",
        LINKED,
        UNLINKED,
        MOVED,
        ERASED,
        "clock.tick",
        "library.switched",
    }
)


def is_internal(name: str) -> bool:
    """Whether a type is made by the system rather than by a customer, so that ``*`` leaves it out."""
    return name in _INTERNAL or name.startswith("trigger.")


def matches(pattern: str, name: str) -> bool:
    """Whether the type ``name`` is one that ``pattern`` (a type, ``prefix.*`` or ``*``) means."""
    if pattern == "*":
        return not is_internal(name)
    if pattern.endswith(".*"):
        return name.startswith(pattern[:-1])
    return pattern == name


def matches_any(patterns: Iterable[str], name: str) -> bool:
    return any(matches(pattern, name) for pattern in patterns)


def most_specific(patterns: Iterable[str], name: str) -> str | None:
    """Of the patterns that match, the one that says most: the type itself, then the longest prefix, then ``*``."""
    fitting = [pattern for pattern in patterns if matches(pattern, name)]
    return max(fitting, key=lambda pattern: (pattern == name, len(pattern)), default=None)


def getter(field: str) -> Getter:
    """Reads a field of a touchpoint, dotted ones (``properties.size``) too; None where it is missing."""
    first, *rest = field.split(".")
    read: Getter = attrgetter(first)
    return _digging(read, rest) if rest else read


def _digging(read: Getter, path: list[str]) -> Getter:
    if len(path) == 1:
        return _looking_up(read, path[0])

    def dig(touchpoint: Touchpoint) -> Any:
        value = read(touchpoint)
        for name in path:
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return value

    return dig


def _looking_up(read: Getter, name: str) -> Getter:
    """As most dotted fields are read: what holds them is a mapping, or missing."""

    def look_up(touchpoint: Touchpoint) -> Any:
        held = read(touchpoint)
        return None if held is None else held.get(name)

    return look_up


def as_key(value: Any) -> str | None:
    """The text by which values are the same: the text itself, or the JSON of what isn't text; None if missing.

    A text or JSON of over 1,024 characters is treated as missing.
    """
    if value is None:
        return None
    text = value if isinstance(value, str) else canonical(value)
    return text if len(text) <= MAX_TEXT else None


def canonical(value: Any) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # an integer beyond 64 bits
        return repr(value)


def is_number(value: Any) -> bool:
    """Whether a value counts as a number: true and false don't, nor what is beyond 64 bits."""
    kind = type(value)
    return kind is float or (kind is int and -(2**63) <= value < 2**63)


def storable(value: Any) -> Any:
    """A value as state may keep it; None where it is too large to keep."""
    if type(value) is str:
        return value if len(value) <= MAX_TEXT else None
    if value is None or as_key(value) is None:
        return None
    return float(value) if type(value) is int and not is_number(value) else value
