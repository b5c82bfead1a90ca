"""What is kept of one customer: one compact value, encoded as MessagePack with the next due time first."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct

from rules.links import Links

NEVER: Final = 1 << 62
UNBORN: Final = -1  # the clock of a customer without a record
RECENT_IDS: Final = 64
_DIGEST: Final = 8
_OLDEST_KEPT: Final = -_DIGEST * (RECENT_IDS - 1)  # where they begin beside which a new one is noted
_UINT64: Final = 0xCF  # MessagePack's mark of an eight-byte unsigned integer

Parts = dict[int, Any]
Profile = dict[str, list[Any]]


class State(Struct, array_like=True, gc=False):
    """One customer.

    ``due``: when the earliest timer is due (ms; NEVER without one). ``clock``: the customer's time (ms).
    ``ids``: xxh3 digests of the last 64 touchpoint ids, eight bytes each. ``parts``: what features and patterns keep,
    by the key of their definition. ``timers``: due time by part key. ``profile``: name to [value, time].
    ``fired``: [moment, again key, per value, ...] of the firings in the latest such millisecond.
    ``library``: the short digest of the plan that wrote it. ``weight``: what the encoded state may weigh at most, in
    bytes, by a generous guess since it was last weighed. ``policy``: what is remembered of triggers, as
    `rules.remembered` encodes it. ``links``: what it has to do with other identities.
    """

    due: int = NEVER
    clock: int = UNBORN
    ids: bytes = b""
    parts: dict[int, Any] = {}
    timers: dict[int, int] = {}
    profile: dict[str, list[Any]] = {}
    fired: list[Any] = []
    library: int = 0
    weight: int = 0
    policy: bytes = b""
    links: Links | None = None

    def set_timer(self, key: int, due: int | None) -> None:
        """Puts the timer of a part at ``due``, or takes it away."""
        timers = self.timers
        was = timers.get(key)
        if due == was:
            return
        if due is None:
            del timers[key]
        else:
            timers[key] = due
            if due <= self.due:
                self.due = due
                return
        if was == self.due:  # the earliest was this one, and any of them may be now
            self.due = self.next_due()

    def next_due(self) -> int:
        return min(self.timers.values(), default=NEVER)

    def drop_timers(self, until: int) -> None:
        """Takes away the timers due at or before ``until``."""
        self.timers = {key: due for key, due in self.timers.items() if due > until}
        self.due = self.next_due()

    def empty(self) -> None:
        """Lets everything go but the library, and what other identities there are: their records still come here."""
        new = State(library=self.library, links=self.links)
        for name in self.__struct_fields__:
            setattr(self, name, getattr(new, name))

    def note(self, digest: bytes) -> bool:
        """Remembers a touchpoint by the digest of its id; False where it is among the last 64 already."""
        ids = self.ids
        if ids.find(digest) >= 0 and _stands_in(ids, digest):  # `in` would first take the digest for a number
            return False
        self.ids = ids[_OLDEST_KEPT:] + digest
        return True


def _stands_in(ids: bytes, digest: bytes) -> bool:
    """Whether it is one of the digests, and not parts of two."""
    return any(ids[at : at + _DIGEST] == digest for at in range(0, len(ids), _DIGEST))


encode_state = msgspec.msgpack.Encoder().encode
decode_state = msgspec.msgpack.Decoder(State).decode


def alias_of(raw: bytes) -> str | None:
    """Of whom an encoded state's id is another name; None where it is the customer's own."""
    links = decode_state(raw).links
    return None if links is None else links.alias


def identities_of(raw: bytes) -> list[str]:
    """The other ids that an encoded state names as the same customer's: whose alias it is, or its own aliases."""
    links = decode_state(raw).links
    if links is None:
        return []
    return [*links.identities, *([] if links.alias is None else [links.alias])]


def due_of(raw: bytes) -> int:
    """The next due time of an encoded state, read from its fixed prefix without decoding the rest."""
    if raw[1] == _UINT64:
        return int.from_bytes(raw[2:10], "big")
    return decode_state(raw).due
