"""What policy remembers of one customer: the triggers that still matter, and how the customer responds."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct

MOST_TRIGGERS: Final = 128  # of a customer; with so many that still matter nothing more is sent
MOST_WAITING: Final = 16  # deferred ones of a customer


class Held(Struct, array_like=True, gc=False):
    """What a deferred trigger takes along: the ids of the touchpoints that made it fire, and `carry`."""

    touchpoints: list[str]
    carry: dict[str, Any]


class Trigger(Struct, array_like=True, gc=False):
    """A trigger that went, or that waits. Times are ms, counted from its moment to keep them short.

    ``moment``: of its firing. ``after``: how long after it it went, or is to go. ``lasts``: until when it can be taken
    back. ``kept``: until when it matters. ``behind``: how long before it the silences were over by which it fired.
    ``values``: those of the fields that caps count by. ``late``: whether a late touchpoint made it fire. ``held``:
    while it waits. ``cancelled``, ``answered``: whether it is. ``of``: the name that its customer had, where that was
    another one. ``about`` and ``origin``: of one that another customer made for this one, whom it is about and when it
    fired there.
    """

    signal: str
    per: str | None
    moment: int
    channel: str
    after: int
    lasts: int
    kept: int
    group: str | None = None
    content: str | None = None
    behind: int | None = None
    values: dict[str, str | None] | None = None
    late: bool = False
    held: Held | None = None
    cancelled: bool = False
    answered: bool = False
    of: str | None = None
    about: str | None = None
    origin: int | None = None

    @property
    def goes(self) -> int:
        return self.moment + self.after

    @property
    def expires(self) -> int:
        return self.moment + self.lasts

    @property
    def until(self) -> int:
        return self.moment + self.kept


class Response(Struct, array_like=True, gc=False):
    """How a customer responds on a channel, to a format or in an hour of the day.

    ``sent`` and ``answered`` are counts as of ``at`` (ms), each trigger halved every 90 days. ``row``: how many went
    since the last response, the last of them at ``last`` (ms).
    """

    sent: float = 0.0
    answered: float = 0.0
    at: int = 0
    row: int = 0
    last: int = 0


class Policy(Struct, array_like=True, gc=False):
    """All of it; in the state it stands encoded, as most touchpoints have nothing to do with it.

    ``triggers`` in the order in which they were decided. ``channels``, ``formats`` and ``hours`` (of the customer's
    day): how the customer responds; kept where the library asks for it.
    """

    triggers: list[Trigger] = []
    channels: dict[str, Response] = {}
    formats: dict[str, Response] = {}
    hours: dict[int, Response] = {}


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Policy).decode


def encode_policy(policy: Policy) -> bytes:
    """What a state keeps of it: nothing where there is nothing."""
    return _encode(policy) if policy.triggers or policy.channels or policy.formats else b""


def decode_policy(raw: bytes) -> Policy:
    return _decode(raw) if raw else Policy()
