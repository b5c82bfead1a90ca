"""What one event of a stream carries: the records of one partition that were fetched together."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from faust import Schema
from faust.types import AppT, EventT, Message


class Record(Protocol):
    """A record of the log as aiokafka hands it out. `timestamp` is in milliseconds."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


class Batch:
    """Records of one partition in order, at least one.

    `after` is the offset of the record handed out before the first of these, None for the first batch behind a seek:
    whoever handles batches can see a hole. `fetched` is the monotonic time, in seconds, at which they were there.
    `seeks` says how often the partition had been sought when they were fetched.
    """

    __slots__ = ("after", "done", "fetched", "records", "seeks")

    def __init__(self, records: Sequence[Record], seeks: int, fetched: float) -> None:
        self.records = records
        self.seeks = seeks
        self.fetched = fetched
        self.after: int | None = None
        self.done = False

    @property
    def first(self) -> int:
        """The offset of the first record."""
        return self.records[0].offset

    @property
    def last(self) -> int:
        """The offset of the last record."""
        return self.records[-1].offset

    def __len__(self) -> int:
        return len(self.records)


class BatchSchema(Schema[None, Batch]):
    """Hands a batch on as it is: bytes become touchpoints where a bad one can become a dead letter."""

    def compile(self, app: AppT, **_options: Any) -> Callable[..., Awaitable[EventT[Batch]]]:
        """The function that makes an event of a message."""

        async def decode(message: Message, **_options: Any) -> EventT[Batch]:
            return app.create_event(None, message.value, message.headers, message)

        return decode
