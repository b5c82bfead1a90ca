"""Dead letters: what can't be read or evaluated goes to a topic of its own, with where it came from and why.

A flood of bad records must not fill the disk: beyond a rate for each topic and reason they are only counted.
"""

import time
from collections.abc import Callable, Iterable
from typing import Protocol

from prometheus_client import Counter

from streams.sender import Headers, Record, Sender

MOST_BYTES = 256 * 1024
"""What is kept of a record's value, in bytes."""

RATE = 100.0
"""Dead letters a second that are written for one topic and reason ..."""

BURST = 1_000.0
"""... and how many at once after a quiet time."""


class Letter(Protocol):
    """A record that is put aside, and why: `reason` is one of a few, `place` tells where in the record."""

    @property
    def offset(self) -> int: ...
    @property
    def reason(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


class Counts(Protocol):
    """The metrics that dead letters are counted in, by topic and reason."""

    @property
    def dead_letters(self) -> Counter: ...
    @property
    def dead_letters_left_out(self) -> Counter: ...


class Allowance:
    """How many more may pass: fills up by RATE a second, to BURST at most."""

    def __init__(self, now: float) -> None:
        self._left = BURST
        self._at = now

    def take(self, now: float) -> bool:
        """Whether one more may pass at this time (seconds)."""
        self._left = min(BURST, self._left + (now - self._at) * RATE)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class DeadLetters:
    """Writes dead letters to their topic, within the rate."""

    def __init__(
        self,
        sender: Sender,
        topic: str,
        partitions: int,
        metrics: Counts,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sender = sender
        self._topic = topic
        self._partitions = partitions
        self._metrics = metrics
        self._clock = clock
        self._allowances: dict[tuple[str, str], Allowance] = {}

    async def send(self, topic: str, partition: int, letters: Iterable[Letter]) -> None:
        """Writes letters about records of a topic's partition; returns when the broker has them.

        Raises SendError when they could not be sent.
        """
        records = [record(topic, partition, letter) for letter in letters if self._passes(topic, letter.reason)]
        if records:
            await self._sender.to_partition(self._topic, partition % self._partitions, records)

    def _passes(self, topic: str, reason: str) -> bool:
        now = self._clock()
        if not self._allowances.setdefault((topic, reason), Allowance(now)).take(now):
            self._metrics.dead_letters_left_out.labels(topic, reason).inc()
            return False
        self._metrics.dead_letters.labels(topic, reason).inc()
        return True


def record(topic: str, partition: int, letter: Letter) -> Record:
    """The record that is written: the key and value as they came, the rest as headers."""
    value = letter.value
    headers: list[tuple[str, bytes]] = [
        ("topic", topic.encode()),
        ("partition", str(partition).encode()),
        ("offset", str(letter.offset).encode()),
        ("reason", letter.reason.encode()),
        ("place", letter.place.encode("utf-8", "replace")),
        ("detail", letter.detail.encode("utf-8", "replace")),
    ]
    if value is not None and len(value) > MOST_BYTES:
        headers.append(("cut", str(len(value)).encode()))
    kept: Headers = headers
    return letter.key, value if value is None else value[:MOST_BYTES], kept
