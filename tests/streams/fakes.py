"""Stand-ins for what the runtime's parts talk to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from faust.types import TP

from streams.sender import Record
from streams.transport import Batch


@dataclass(frozen=True)
class LogRecord:
    offset: int
    value: bytes | None = b"{}"
    key: bytes | None = b"c1"
    timestamp: int = 1_000


def batch(*offsets: int, after: int | None = None) -> Batch:
    made = Batch([LogRecord(offset) for offset in offsets], seeks=1, fetched=0.0)
    made.after = after
    return made


@dataclass
class FakeMessage:
    tp: TP
    value: Any
    acked: bool = False


class FakeEvent:
    """An event of a stream with a batch; `acks` notes the order in which such events are acked."""

    def __init__(self, tp: TP, value: Batch, acks: list[Batch]) -> None:
        self.value = value
        self.message = FakeMessage(tp, value)
        self._acks = acks

    def ack(self) -> bool:
        self._acks.append(self.value)
        return True


@dataclass
class FakeSender:
    """Notes what is sent; `fail` is raised instead, `offset` is the next one of a single batch."""

    sent: list[tuple[str, int, list[Record]]] = field(default_factory=list)
    fail: Exception | None = None
    offset: int = 0

    async def to_partition(self, topic: str, partition: int, records: Sequence[Record]) -> None:
        await asyncio.sleep(0)
        if self.fail is not None:
            raise self.fail
        self.sent.append((topic, partition, list(records)))

    async def as_one_batch(self, topic: str, partition: int, records: Sequence[Record]) -> int:
        await self.to_partition(topic, partition, records)
        first, self.offset = self.offset, self.offset + len(records)
        return first

    async def by_key(self, topic: str, records: Iterable[Record]) -> None:
        await self.to_partition(topic, -1, list(records))

    async def in_order(self, topic: str, records: Iterable[Record]) -> None:
        await self.by_key(topic, records)

    def topics(self) -> list[str]:
        return [topic for topic, _, _ in self.sent]
