"""Lines of JSON as records of a log, read as cheaply as can be: each is decoded once, for its place and its meaning.

A line of a dumped log has ``_log``: its partition, offset and append time there. Lines without it are a plain file: one
partition, the log's own time, and before each line a tick at the largest time so far less ``settle``.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec
import orjson

from rules.context import UPDATED as CONTEXT
from rules.touchpoint import (
    MAX_BYTES,
    MAX_TIME,
    BadRecord,
    Touchpoint,
    decode_control,
    decode_touchpoint,
    to_millis,
)

Until = Callable[[int], int]
"""From the last touchpoint's time to that at which the replay ends, both in epoch milliseconds."""

SPACE: Final = 1 << 32
"""Between the offsets of a plain file's records: there is the tick before each, and what is forwarded by either."""

CONTROLS: Final = frozenset({"clock.tick", "library.switched", CONTEXT})


class Record(msgspec.Struct, gc=False):
    """A record of the log as `Partition` takes it. ``line`` is where it was read, None for a tick put in.

    ``tick``: the time (ms) of the tick that stands before it, half a SPACE before it; None without one.
    ``touchpoint``: its value, where that has been read already. ``passed_over``: whether only its tick counts, as its
    customer belongs to another share.
    """

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    partition: int = 0
    line: int | None = None
    tick: int | None = None
    touchpoint: Touchpoint | None = None
    passed_over: bool = False


def tick(partition: int, offset: int, time: int) -> Record:
    """The record that makes time (ms) pass."""
    return Record(offset, time, None, orjson.dumps({"type": "clock.tick", "time": time}), partition)


class MixedLinesError(Exception):
    """A plain line behind dumped ones or the other way round; ``line`` counts from 1."""

    def __init__(self, line: int, found: str, expected: str) -> None:
        super().__init__(f"found {found}; expected {expected}, as the lines before it; replay the two one by one")
        self.line = line


class _Place(msgspec.Struct, gc=False):
    """``_log``. ``key`` and ``value``, in base64, are there where they don't follow from the line itself."""

    partition: int
    offset: int
    time: int
    key: str | msgspec.UnsetType | None = msgspec.UNSET
    value: str | msgspec.UnsetType | None = msgspec.UNSET


class _Head(msgspec.Struct, gc=False):
    """As much of a line as says where it belongs."""

    type: str | None = None
    customer: str | None = None
    log: _Place | None = msgspec.field(name="_log", default=None)


class _Placed(Touchpoint, gc=False):
    """A touchpoint and where it belongs, in one go."""

    log: _Place | None = msgspec.field(name="_log", default=None)


_decode_head = msgspec.json.Decoder(_Head).decode
_decode_placed = msgspec.json.Decoder(_Placed).decode


class LineReader:
    """Makes records of lines. ``plain`` is known from the first one on; ``latest``: the largest time so far (ms)."""

    def __init__(self, settle: int) -> None:
        self._settle = settle
        self.plain = True
        self.latest = 0
        self._ends: dict[int, int] = {}

    def records(self, lines: Iterable[bytes]) -> Iterator[Record]:
        """The records in order.

        Raises:
            MixedLinesError: when plain and dumped lines are mixed.
        """
        known = False
        for number, line in enumerate(lines, 1):
            found = _placed(line)
            if found is not None:
                place, head = found.log, None
            elif line.strip():
                head = _head(line)
                place = None if head is None else head.log
            else:
                continue
            if self.plain is not (place is None):
                if known:
                    raise MixedLinesError(number, *(_KINDS if place is None else reversed(_KINDS)))
                self.plain = False
            known = True
            if place is None:
                yield self._plain(line, number, found, head)
            else:
                yield self._dumped(line, number, place, found, head)

    def _plain(self, line: bytes, number: int, found: _Placed | None, head: _Head | None) -> Record:
        key = _key(head) if found is None else found.customer.encode()
        if key is None:
            self.latest = max(self.latest, _time_of_context(line))
        before = max(self.latest - self._settle, 0)
        if key is not None:
            self._let_pass(line, found)
        offset = self._ends[0] = self._ends.get(0, -SPACE // 2) + SPACE
        return Record(offset, self.latest, key, line, 0, number, before, found)

    def _dumped(self, line: bytes, number: int, place: _Place, found: _Placed | None, head: _Head | None) -> Record:
        self._ends[place.partition] = place.offset
        if place.key is not msgspec.UNSET:
            key = _unpacked(place.key)
        else:
            key = _key(head) if found is None else found.customer.encode()
        if key is not None:
            self._let_pass(line, found)
        if place.value is not msgspec.UNSET:
            line, found = _unpacked(place.value), None  # type: ignore[assignment]
        return Record(place.offset, place.time, key, line, place.partition, number, None, found)

    def _let_pass(self, line: bytes, found: _Placed | None) -> None:
        time = _time(line) if found is None else found.time
        self.latest = max(self.latest, time)

    def ending(self, until: Until | None) -> list[Record]:
        """The ticks that let time run on to the end."""
        if not self._ends or (until is None and not self.plain):
            return []
        end = max(self.latest if until is None else until(self.latest), 0)
        space = SPACE // 2 if self.plain else 1
        return [tick(partition, offset + space, end) for partition, offset in sorted(self._ends.items())]


_KINDS: Final = ("a plain line", "a line of a dumped log")


def _placed(line: bytes) -> _Placed | None:
    """A line's touchpoint, exactly where `decode_touchpoint` gives one; else None, as where its place can't be read."""
    if len(line) > MAX_BYTES:
        return None
    try:
        placed = _decode_placed(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return None
    if type(placed.time) is not int:
        placed.time = to_millis(placed.time)
    return placed if 0 <= placed.time <= MAX_TIME else None


def _head(line: bytes) -> _Head | None:
    try:
        return _decode_head(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return None


def _time(line: bytes) -> int:
    """A touchpoint's time; 0 for what is none: a line that can't be used doesn't make time pass."""
    try:
        return to_millis(decode_touchpoint(line).time)
    except BadRecord:
        return 0


def _time_of_context(line: bytes) -> int:
    """When the context changes by a line: what is due before that comes before; 0 for other lines."""
    try:
        control = decode_control(line)
    except BadRecord:
        return 0
    return control.time or 0 if control.type == CONTEXT else 0


def _key(head: _Head | None) -> bytes | None:
    """The key that a line of this head has in the log. What can't be read gets one: its reason is its own."""
    if head is None:
        return b"?"
    return None if head.type in CONTROLS and head.customer is None else (head.customer or "?").encode()


def _unpacked(text: str | msgspec.UnsetType | None) -> bytes | None:
    return b64decode(text) if isinstance(text, str) else None
