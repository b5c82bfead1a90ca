"""What is to be done with each record of a channel's partition: deliver it, pass it over, or put it aside.

Ids seen are remembered in memory alone. They need no store of their own: whoever takes a partition over reads the
records before the committed offset again, only to remember their ids.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from xxhash import xxh3_128_digest

from rules import BadRecord, decode_event
from streams.connectors.orders import Order
from streams.connectors.window import Window


class Record(Protocol):
    """A record of the topic; aiokafka's ConsumerRecord is one. `timestamp`: epoch ms of its append."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class Letter:
    """A record that is no event, as the dead letters take it."""

    offset: int
    reason: str
    place: str
    detail: str
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An event whose id was seen before."""

    offset: int


@dataclass(frozen=True, slots=True)
class Deletion:
    """A record without a value: all before it of its customer is to go, for whoever keeps a table of it."""

    offset: int


Taken = Order | Duplicate | Deletion | Letter


class Memory:
    """The last so many ids."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    def add(self, identifier: str) -> bool:
        """Remembers an id; whether it was known already."""
        digest = xxh3_128_digest(identifier.encode())
        if digest in self._seen:
            return True
        self._seen[digest] = None
        if len(self._seen) > self._most:
            self._seen.popitem(last=False)
        return False


class Ledger:
    """One partition: the ids seen, the orders under way, and how far all is done."""

    def __init__(self, head: int, done: Iterable[int], remembered: int) -> None:
        """`head`, `done`: as committed; `remembered`: how many ids are kept."""
        self.window = Window(head, done)
        self._memory = Memory(remembered)
        self._open: dict[str, Order] = {}

    def take(self, record: Record) -> Taken | None:
        """What is to be done with the next record; None where it is done already."""
        done = self.window.is_done(record.offset)
        if record.offset >= self.window.head:
            self.window.read(record.offset, record.timestamp)
        if record.value is None and record.key:
            return None if done else Deletion(record.offset)
        try:
            event = decode_event(record.value)
        except BadRecord as error:
            return None if done else _letter(record, error)
        known = self._memory.add(event.id)
        if done:
            return None
        if known:
            return Duplicate(record.offset)
        order = Order(record.offset, record.timestamp, record.key or b"", record.value or b"", event)
        self._open_up(order)
        return order

    def finish(self, offset: int, order: Order | None = None) -> None:
        """A record is wholly done."""
        self.window.finish(offset)
        if order is not None:
            self._open.pop(order.id, None)

    def _open_up(self, order: Order) -> None:
        self._open[order.id] = order
        if order.cancels is not None:
            order.calls_off = self._open.get(order.cancels)
            if order.calls_off is not None:
                order.calls_off.called_off = True


def _letter(record: Record, error: BadRecord) -> Letter:
    return Letter(record.offset, error.reason, error.place, error.detail, record.key, record.value)
