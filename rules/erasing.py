"""Erasing a customer: the state goes at once, and what is still to come of the time before is refused.

What is left is that, and when, the identity was erased. It is kept under the identity itself, among its links, so that
customers who weren't erased pay nothing for it, and goes by the timer for forgetting.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import orjson
from xxhash import xxh3_64_intdigest

from rules.forgetting import FORGET
from rules.links import ERASED, Erasure, Links
from rules.slice import LogRecord
from rules.state import State, decode_state
from rules.touchpoint import BadRecord, Touchpoint, decode_touchpoint

DAY: Final = 86_400_000  # ms
KEPT: Final = 30 * DAY  # ms, where the record doesn't say
MOST_KEPT: Final = 3_660 * DAY  # ms


def encode_erasure(identity: str, request: str, time: int, keep: int) -> bytes:
    """The record of the log that erases an identity, keyed by it.

    Args:
        identity: the customer, or another id of theirs.
        request: names the erasure: records of one have the same.
        time: of it (epoch ms).
        keep: for how long (ms) records from before are to be refused; at least as long as the log keeps its own.
    """
    said = {"id": request, "type": ERASED, "time": time, "customer": identity, "properties": {"keep": keep}}
    return orjson.dumps(said)


def kept_for(touchpoint: Touchpoint) -> int:
    """For how long (ms) it is known that a customer was erased: ``properties.keep``.

    Raises:
        BadRecord: when that is no number of milliseconds from a day to ten years.
    """
    keep: Any = (touchpoint.properties or {}).get("keep", KEPT)
    if type(keep) is not int or not DAY <= keep <= MOST_KEPT:
        detail = f"{keep!r:.80}; expected milliseconds, {DAY} to {MOST_KEPT}"
        raise BadRecord("wrong type", "$.properties.keep", detail)
    return keep


def digest_of(request: str) -> int:
    """How states know an erasure by its id."""
    return xxh3_64_intdigest(request.encode())


def has_had(state: State, touchpoint: Touchpoint) -> bool:
    """Whether an erasure has come to this identity before, by another way."""
    erased = None if state.links is None else state.links.erased
    return erased is not None and erased.id == digest_of(touchpoint.id)


def erase(state: State, touchpoint: Touchpoint, at: int, keep: int) -> list[str]:
    """Lets all go at ``at`` (ms); the customer's other identities, of whom the same is to be done."""
    links = state.links or Links()
    others = [*links.identities] if links.alias is None else [links.alias]
    erasure = Erasure(digest_of(touchpoint.id), at, at + keep)
    state.links = Links(heard=links.heard, erased=erasure)
    state.empty()
    state.set_timer(FORGET, erasure.until)
    return others


def refuses(state: State, touchpoint: Touchpoint) -> bool:
    """Whether a record is of a time that was erased. When nobody need know of that any more it is let go."""
    links = state.links
    if links is None or links.erased is None:
        return False
    if touchpoint.time > links.erased.until:
        links.erased = None
        return False
    return touchpoint.time <= links.erased.at or _tells_of_before(touchpoint, links.erased.at)


def _tells_of_before(touchpoint: Touchpoint, at: int) -> bool:
    """Whether it is what became of a trigger that fired by then: the moment ends a trigger's id."""
    if not touchpoint.type.startswith("trigger."):
        return False
    trigger = str((touchpoint.properties or {}).get("trigger", ""))
    moment = trigger.rpartition(":")[2]
    return moment.isdecimal() and int(moment) <= at


def erasure_id(raw: bytes) -> int | None:
    """The digest of the id of the erasure that an encoded state knows of."""
    links = decode_state(raw).links
    return None if links is None or links.erased is None else links.erased.id


class Passed(NamedTuple):
    """What stands in the place of a record that is passed over: time, but no time passes."""

    offset: int
    timestamp: int
    key: bytes | None = None
    value: bytes | None = b'{"type":"clock.tick","time":0}'


class Erasures:
    """Where a partition of the log erases whom, for those who read it again from further back.

    What stands before the last erasure of its customer is passed over, so that it comes back nowhere. `read` goes first
    through all records in order.
    """

    def __init__(self) -> None:
        self._last: dict[bytes, int] = {}
        self._known: set[tuple[bytes, str]] = set()

    def read(self, records: Iterable[LogRecord]) -> None:
        """Notes the erasures among records."""
        for record in records:
            if record.value is not None and _ERASED in record.value and record.key:
                self._note(record, record.key, record.value)

    def covers(self, record: LogRecord) -> bool:
        """Whether a record is to be passed over."""
        return bool(record.key) and record.offset < self._last.get(record.key or b"", -1)

    def without(self, records: Sequence[LogRecord]) -> Sequence[LogRecord]:
        """The records, others in the place of those that are passed over."""
        if not self._last:
            return records
        return [Passed(one.offset, one.timestamp) if self.covers(one) else one for one in records]

    @property
    def last(self) -> int:
        """The offset behind which there is none."""
        return max(self._last.values(), default=-1)

    def __len__(self) -> int:
        return len(self._last)

    def _note(self, record: LogRecord, key: bytes, value: bytes) -> None:
        """The same may come by two ways, and does nothing the second time."""
        try:
            touchpoint = decode_touchpoint(value)
            kept_for(touchpoint)
        except BadRecord:
            return
        known = key, touchpoint.id
        if touchpoint.type == ERASED and touchpoint.customer.encode() == key and known not in self._known:
            self._known.add(known)
            self._last[key] = record.offset


_ERASED: Final = ERASED.encode()


def is_erased(raw: bytes | None) -> bool:
    """Whether nothing of a customer is in an encoded state but, at most, that they were erased."""
    if raw is None:
        return True
    state = decode_state(raw)
    links = state.links
    bare = State(due=state.due, timers=state.timers, library=state.library, links=links)
    nobody = links is None or (links.alias is None and not links.identities)
    return nobody and state.timers.keys() <= {FORGET} and state == bare
