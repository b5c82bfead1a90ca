"""`library.switched`: the record at which a partition of the log goes over to another version of the library."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

import orjson

from rules.touchpoint import BadRecord, Control, decode_control

SWITCHED: Final = "library.switched"
NO_LIBRARY: Final = -1
"""The sequence where the log has named no library yet: every switch is newer."""
ANY_LIBRARY: Final = 1 << 62
"""The sequence of a library that no switch is newer than: all of them are passed over."""

_DIGITS: Final = frozenset("0123456789abcdef")


class Switch(NamedTuple):
    """A switch to the library of ``sequence``, its offset in the topic `libraries`.

    ``digest`` is that library's (hex). ``time``: as a tick's (ms). ``warm_from``: from which append time (ms) on its
    new and changed parts have read the log; None where they begin empty. ``offset``: the record's own.
    """

    sequence: int
    digest: str
    time: int
    warm_from: int | None
    offset: int


def encode_switch(sequence: int, digest: str, time: int, warm_from: int | None) -> bytes:
    """The record's value; its key is None."""
    said = {"type": SWITCHED, "sequence": sequence, "digest": digest, "time": time, "warm_from": warm_from}
    return orjson.dumps(said)


def read_switch(control: Control, offset: int) -> Switch:
    """The switch that a record without a key says.

    Raises:
        BadRecord: when something of it is missing, or can't be.
    """
    sequence, digest, time = control.sequence, control.digest, control.time
    if sequence is None or sequence < 0:
        raise BadRecord("wrong type", "$.sequence", f"{sequence}; expected the library's offset, from 0 on")
    if not digest or not _DIGITS.issuperset(digest):
        raise BadRecord("wrong type", "$.digest", f"{digest!r}; expected a library's digest in hexadecimal")
    if time is None:
        raise BadRecord("wrong type", "$.time", "a switch without a time; expected epoch milliseconds")
    return Switch(sequence, digest, time, control.warm_from, offset)


class KeyedRecord(Protocol):
    """A record of the log, as far as a switch is found by it."""

    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


def switch_in(record: KeyedRecord) -> Switch | None:
    """The switch that a record of the log is; None for all others."""
    if record.key or record.value is None or SWITCHED.encode() not in record.value:
        return None
    try:
        control = decode_control(record.value)
        return read_switch(control, record.offset) if control.type == SWITCHED else None
    except BadRecord:
        return None
