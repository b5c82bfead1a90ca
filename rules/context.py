"""The context: what is so for everybody, such as the weather or an event in a town, by `context.updated`.

Each partition keeps it for itself, and expressions read it as of their place in the log. A name holds a value, or a
mapping whose entries each go by their own time: so one town's weather changes without the others'.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from rules.fields import as_key, storable
from rules.touchpoint import MAX_TIME, BadRecord, Control

CONTEXT_KEY: Final = b"\0context"
"""Where a partition keeps it, beside the customers' states."""
UPDATED: Final = "context.updated"
MOST_ENTRIES: Final = 1_000
MAX_CONTEXT: Final = 64 * 1024  # bytes, encoded
_SPLIT: Final = "\0"  # between a name and the entry of its mapping

Entries = dict[str, list[Any]]
"""[value, time (ms)] by name, or by name and entry; the one changed longest ago first. A value of None was removed."""

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Entries).decode


class Context:
    """The context of a partition at one place of its log. ``values``: what expressions read."""

    __slots__ = ("_entries", "values")

    def __init__(self, entries: Entries | None = None) -> None:
        self._entries: Entries = entries or {}
        self.values = _values(self._entries)

    @classmethod
    def decoded(cls, raw: bytes | None) -> Context:
        """As it was kept; empty where it wasn't."""
        return cls(None if raw is None else _decode(raw))

    def encoded(self) -> bytes:
        """As it is kept."""
        return _encode(self._entries)

    def updated(self, properties: Mapping[str, Any], time: int) -> tuple[Context, int]:
        """The context with what changes at ``time`` (ms), and how many entries had to go for that.

        Of each name, or entry, what is newest by time stands, of one time what is later in the log.
        """
        entries = dict(self._entries)
        for name, value in properties.items():
            if isinstance(value, dict):
                _merge(entries, name, value, time)
            else:
                _set(entries, name, value, time)
        gone = _bound(entries)
        return Context(entries), gone


class Change(NamedTuple):
    """What a `context.updated` says, from ``time`` (ms) on. ``too_large``: how many values can't be kept."""

    properties: Mapping[str, Any]
    time: int
    too_large: int


def read_context(control: Control) -> Change:
    """The change that a record without a key says.

    Raises:
        BadRecord: when it has no time, or no names with values.
    """
    if control.time is None or not 0 <= control.time <= MAX_TIME:
        raise BadRecord("wrong time", "$.time", f"{control.time}; expected epoch milliseconds between 1970 and 9999")
    if control.properties is None:
        raise BadRecord("wrong type", "$.properties", "nothing; expected names with values")
    return Change(control.properties, control.time, _checked(control.properties))


def encode_context(properties: Mapping[str, Any], time: int) -> bytes:
    """The record's value; its key is None, and each partition of the log gets one."""
    return orjson.dumps({"type": UPDATED, "time": time, "properties": properties})


def _checked(properties: Mapping[str, Any]) -> int:
    """How many of the values are too large."""
    count = 0
    for name, value in properties.items():
        inside = value if isinstance(value, dict) else {name: value}
        for key in (name, *inside):
            if _SPLIT in key:
                raise BadRecord("wrong type", "$.properties", f"the name {key!r}; expected one without U+0000")
        count += sum(one is not None and as_key(one) is None for one in inside.values())
    return count


def _merge(entries: Entries, name: str, values: Mapping[str, Any], time: int) -> None:
    whole = entries.get(name)
    if whole is not None and whole[1] > time:
        return
    for key, value in values.items():
        _newest(entries, f"{name}{_SPLIT}{key}", value, time)


def _set(entries: Entries, name: str, value: Any, time: int) -> None:
    """A value takes the place of what older entries the name has."""
    if not _newest(entries, name, value, time):
        return
    below = f"{name}{_SPLIT}"
    for key in [key for key, (_, known) in entries.items() if known <= time and key.startswith(below)]:
        del entries[key]


def _newest(entries: Entries, key: str, value: Any, time: int) -> bool:
    known = entries.get(key)
    if known is not None and known[1] > time:
        return False
    entries.pop(key, None)
    entries[key] = [storable(value), time]
    return True


def _bound(entries: Entries) -> int:
    """Lets what was changed longest ago go until all of it is small enough; how many went."""
    before = len(entries)
    while len(entries) > MOST_ENTRIES:
        del entries[next(iter(entries))]
    while len(_encode(entries)) > MAX_CONTEXT:
        for key in list(entries)[: max(len(entries) // 16, 1)]:
            del entries[key]
    return before - len(entries)


def _values(entries: Entries) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, (value, _) in entries.items():
        if value is None:
            continue
        name, split, entry = key.partition(_SPLIT)
        if not split:
            values.setdefault(name, value)
        elif isinstance(values.get(name), dict):
            values[name][entry] = value
        else:
            values[name] = {entry: value}
    return values


class Surroundings:
    """Where compiled expressions find the values of the context: those of the partition that is being evaluated."""

    __slots__ = ("values",)

    def __init__(self) -> None:
        self.values: Mapping[str, Any] = {}
