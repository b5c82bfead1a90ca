"""A touchpoint: one interaction of one customer, read from its JSON and checked in one go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

MAX_BYTES: Final = 256 * 1024
FORWARD_BYTES: Final = 4 * 1024  # so many more, of a record that was forwarded: what that has added
MAX_TIME: Final = 253_402_300_799_999  # the last millisecond of the year 9999

Name = Annotated[str, Meta(min_length=1, max_length=256)]
Share = Annotated[float, Meta(ge=0, le=1)]


class BadRecord(Exception):
    """A record that can't be read as a touchpoint.

    ``reason`` is one of a small fixed set (it labels a metric), ``place`` a JSON path such as ``$.attention``
    or empty, ``detail`` what was found and what was expected.
    """

    def __init__(self, reason: str, place: str, detail: str) -> None:
        super().__init__(f"{reason}{' at ' + place if place else ''}: {detail}")
        self.reason, self.place, self.detail = reason, place, detail


class Touchpoint(Struct, gc=False):
    """One interaction. ``time`` is epoch milliseconds once decoded, ``attention`` 0..1, ``dwell`` seconds.

    A field that isn't there, or is null, is ``None``: the language calls it missing. ``forwarded``: where the record
    stood that this one was forwarded from, by the detector; anything where a publisher has written a ``from``.
    """

    id: Name
    type: Name
    if TYPE_CHECKING:
        time: int
    else:  # what the wire may say; decode_touchpoint makes milliseconds of it
        time: int | float | datetime
    customer: Name
    channel: str | None = None
    source: str | None = None
    brand: str | None = None
    product: str | None = None
    content: str | None = None
    module: str | None = None
    attention: Share | None = None
    dwell: int | float | None = None
    led_by: str | None = None
    reaction: str | None = None
    value: int | float | None = None
    identities: dict[str, str] | None = None
    properties: dict[str, Any] | None = None
    forwarded: Any = msgspec.field(default=None, name="from")


class Control(Struct, gc=False):
    """A record without a key: the passing of time, a change of the library or of the context. ``time``: as above."""

    type: str
    if TYPE_CHECKING:
        time: int | None = None
    else:
        time: int | float | datetime | None = None
    sequence: int | None = None
    digest: str | None = None
    warm_from: int | None = None
    properties: dict[str, Any] | None = None


_decode_touchpoint = msgspec.json.Decoder(Touchpoint).decode
_decode_control = msgspec.json.Decoder(Control).decode


def decode_touchpoint(raw: bytes) -> Touchpoint:
    """Reads and checks one touchpoint of the log.

    Raises:
        BadRecord: when it isn't JSON, isn't UTF-8, is too deep or too large, or a field has the wrong type.
    """
    if len(raw) > MAX_BYTES and (len(raw) > MAX_BYTES + FORWARD_BYTES or b'"from"' not in raw):
        raise BadRecord("too large", "", f"{len(raw):,} bytes; expected {MAX_BYTES:,} at most")
    try:
        touchpoint = _decode_touchpoint(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise _bad_record(error) from None
    time: Any = touchpoint.time
    if type(time) is not int:
        touchpoint.time = time = to_millis(time)
    if not 0 <= time <= MAX_TIME:
        raise BadRecord("wrong time", "$.time", f"{time}; expected epoch milliseconds between 1970 and 9999")
    return touchpoint


def decode_control(raw: bytes) -> Control:
    """Reads a record without a key; raises BadRecord as `decode_touchpoint` does."""
    try:
        control = _decode_control(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise _bad_record(error) from None
    time: Any = control.time
    if time is not None and type(time) is not int:
        control.time = to_millis(time)
    return control


def to_millis(time: float | datetime) -> int:
    """Epoch milliseconds of a time on the wire, fractions cut off; without an offset it is UTC."""
    if isinstance(time, datetime):
        aware = time if time.tzinfo else time.replace(tzinfo=UTC)
        return (aware - _EPOCH) // _MILLISECOND
    return int(time)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def _bad_record(error: Exception) -> BadRecord:
    if isinstance(error, msgspec.ValidationError):
        detail, _, path = str(error).partition(" - at `")
        return BadRecord("wrong type", path.rstrip("`") or "$", detail)
    if isinstance(error, RecursionError):
        return BadRecord("too deep", "", "nested too deeply; expected a flat object")
    if isinstance(error, UnicodeDecodeError):
        return BadRecord("not utf-8", "", str(error))
    return BadRecord("not json", "", str(error))
