"""What policy remembers of one customer: the triggers that still matter, and how the customer responds."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

MOST_TRIGGERS: Final = 128  # of a customer; with so many that still matter nothing more is sent
MOST_WAITING: Final = 16  # deferred ones of a customer
FOREVER: Final = 1 << 62


class Held(Struct, array_like=True, gc=False):
    """What a deferred trigger takes along: the ids of the touchpoints that made it fire, and `carry`."""

    touchpoints: list[str]
    carry: dict[str, Any]


class Trigger(Struct, array_like=True, gc=False):
    """A trigger that went, or that waits. All times in ms.

    ``moment``: of its firing. ``goes``: when it went, or is to go. ``expires``: until when it can be taken back.
    ``until``: until when it matters. ``ended``: when the silences were over by which it fired. ``values``: those of
    the fields that caps count by. ``late``: whether a late touchpoint made it fire. ``held``: while it waits.
    ``cancelled``, ``answered``: whether it is. ``customer``: in whose name it was decided, where that one has become part of
    this customer since.
    """

    signal: str
    per: str | None
    moment: int
    channel: str
    goes: int
    expires: int
    until: int
    group: str | None = None
    content: str | None = None
    ended: int | None = None
    values: dict[str, str | None] | None = None
    late: bool = False
    held: Held | None = None
    cancelled: bool = False
    answered: bool = False
    customer: str | None = None


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
    """``until``: when the last of the triggers no longer matters. ``triggers`` in the order in which they were decided.

    ``channels``, ``formats`` and ``hours`` (of the customer's day): how the customer responds; kept where the library
    asks for it.
    """

    until: int = 0
    triggers: list[Trigger] = []
    channels: dict[str, Response] = {}
    formats: dict[str, Response] = {}
    hours: dict[int, Response] = {}
