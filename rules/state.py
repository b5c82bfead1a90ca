"""What is kept of one customer: one compact value, encoded as MessagePack with the next due time first."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct

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
    bytes, by a generous guess since it was last weighed.
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

    def set_timer(self, key: int, due: int | None) -> None:
        """Puts the timer of a part at ``due``, or takes it away."""
        if due is None:
            if self.timers.pop(key, None) is not None:
                self.due = self.next_due()
        elif self.timers.get(key) != due:
            self.timers[key] = due
            self.due = self.next_due()

    def next_due(self) -> int:
        return min(self.timers.values(), default=NEVER)

    def drop_timers(self, until: int) -> None:
        """Takes away the timers due at or before ``until``."""
        self.timers = {key: due for key, due in self.timers.items() if due > until}
        self.due = self.next_due()

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


def due_of(raw: bytes) -> int:
    """The next due time of an encoded state, read from its fixed prefix without decoding the rest."""
    if raw[1] == _UINT64:
        return int.from_bytes(raw[2:10], "big")
    return decode_state(raw).due
