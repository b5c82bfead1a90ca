"""Identities: which of two is the customer, who is whose alias, and which forwards have come already.

A record that the detector forwards says in ``from`` where the record one hop before stood. Forwards of one partition
come in the order of that, some of them twice after a crash, so the highest one that came is all that need be kept.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from msgspec import Struct

LINKED: Final = "identity.linked"
UNLINKED: Final = "identity.unlinked"
MOVED: Final = "state.moved"
ERASED: Final = "customer.erased"
IDENTITY: Final = frozenset({LINKED, UNLINKED, MOVED, ERASED})
ANONYMOUS: Final = ("anon:", "cookie:", "device:")
"""How the ids begin that say nothing of who it is."""

_PLACE: Final = re.compile(r"(\d{1,9}):(\d{1,18})(?::(\d{1,18}))?", re.ASCII)


class Place(NamedTuple):
    """Where a record stands in the log, and which of the forwards that it made is meant, from 0."""

    partition: int
    offset: int
    number: int = 0

    def __str__(self) -> str:
        return f"{self.partition}:{self.offset}" + (f":{self.number}" if self.number else "")


def place_in(text: Any) -> Place | None:
    """The place that the field ``from`` says; None for all that a publisher may have written there."""
    found = _PLACE.fullmatch(text) if isinstance(text, str) else None
    return None if found is None else Place(int(found[1]), int(found[2]), int(found[3] or 0))


class Erasure(Struct, array_like=True, gc=False):
    """That a customer was erased: all that is left of one who was, so that nothing from before comes back.

    ``id``: a digest of the id of the record that asked for it. ``at``: when that came (ms); what happened by then is
    refused. ``until``: as long as that is known (ms).
    """

    id: int
    at: int
    until: int


class Links(Struct, array_like=True, gc=False):
    """What a customer has to do with other identities.

    ``alias``: the id that this one is another name of; its records go there. ``heard``: by partition, [offset, number]
    of the last forward from there. ``identities``: the other names of this customer. ``erased``: of one whose earlier
    records are refused.
    """

    alias: str | None = None
    heard: dict[int, list[int]] = {}
    identities: list[str] = []
    erased: Erasure | None = None

    def hears(self, place: Place) -> bool:
        """Notes a forward; False where it has come before."""
        now, last = [place.offset, place.number], self.heard.get(place.partition)
        if last is not None and now <= last:
            return False
        self.heard[place.partition] = now
        return True


def is_anonymous(identity: str) -> bool:
    """Whether an id says nothing of who it is."""
    return identity.startswith(ANONYMOUS)


def canonical(one: str, other: str) -> str:
    """Which of two ids is the customer once they are linked: the known before the anonymous, then the smaller."""
    return min(one, other, key=lambda identity: (is_anonymous(identity), identity))
