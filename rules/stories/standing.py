"""Where a customer stands in a story, and what is kept of the last touchpoints so that a late one finds its place."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import astuple

NEVER: Final = -1  # in the place of a time (ms)


class Seen(Struct, array_like=True):
    """What one touchpoint means to a story, whatever the customer's standing.

    ``attention``: how much of it (0..1), ``worth``: that weighed as evidence. ``modules``, ``counts`` (stages that it
    is counted for), ``opens`` and ``answers`` (branches) are places in the story. ``anew``: it begins the story anew.
    ``type`` is kept where different types are counted.
    """

    time: int
    channel: str | None
    attention: float
    worth: float
    modules: list[int]
    counts: list[int]
    opens: list[int]
    answers: list[int]
    anew: bool
    type: str | None


class Standing(Struct, array_like=True):
    """A customer's standing. Times are ms, NEVER where there is none.

    ``round``: how often the story has begun, ``began`` when it last did. ``since``: when the stage began, ``last``: the
    last touchpoint. ``count``: touchpoints in the round, ``first`` and ``latest``: the channels of the first and the
    last that has one. ``tally`` and ``kinds``: how many
    touchpoints, of which types, the next stage has had. By module: ``amounts`` taken in as of ``touched``, ``done``
    when. ``shares``: attention by portion of the mix, of the story, then of each module. ``branches``: of each how many
    touchpoints, when the last, since when it is open, when it first was.
    """

    round: int
    began: int
    stage: int
    since: int
    last: int
    count: int
    first: str | None
    latest: str | None
    tally: int
    kinds: list[str]
    amounts: list[float]
    touched: list[int]
    done: list[int]
    shares: list[float]
    branches: list[list[int]]


Row = list[Any]
"""A standing, or what was seen, as state keeps it."""
Part = list[Any]
"""What state keeps of a story: [the standing before the touchpoints kept, or None; those; the standing after them]."""

_PLACES: Final = {name: at for at, name in enumerate(Standing.__struct_fields__)}
BEGAN: Final = _PLACES["began"]
STAGE, SINCE, DONE, AMOUNTS = _PLACES["stage"], _PLACES["since"], _PLACES["done"], _PLACES["amounts"]
TOUCHED, SHARES, BRANCHES, ROUND = _PLACES["touched"], _PLACES["shares"], _PLACES["branches"], _PLACES["round"]
COUNT, FIRST, LATEST, TALLY = _PLACES["count"], _PLACES["first"], _PLACES["latest"], _PLACES["tally"]
KINDS: Final = _PLACES["kinds"]

TIMES, LAST_TIME, OPEN_SINCE, OPENED = range(4)
"""What a branch's row holds."""


def as_row(value: Struct) -> Row:
    """As state keeps it: what is in it is shared."""
    return list(astuple(value))


def standing_of(row: Row) -> Standing:
    """A standing of its own, made of a row."""
    return msgspec.convert(row, Standing)


def seen_of(row: Row) -> Seen:
    return msgspec.convert(row, Seen)
