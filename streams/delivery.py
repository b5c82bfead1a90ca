"""How a slice leaves: the seam where transactions take the place of at least once.

Triggers, decisions, dead letters and what is forwarded to other customers go first, then the changed states with the
partition record as one record batch. A crash before the states are written makes all that go out again: triggers with
the same ids, forwards with the same place that they come from, by which they are skipped. None is lost.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from rules import Outgoing, Slice
from streams.dead_letters import DeadLetters
from streams.sender import Record, Sender

FENCED = 70
"""The exit code when another writer was found."""


class FencedError(Exception):
    """Another process writes this partition's changelog: this one was taken for dead and must end."""


Next = Callable[[int], Awaitable[int]]
"""Asks the broker for the offset that the next record of a partition's changelog gets."""


class Delivered(NamedTuple):
    """`end`: the offset of the changelog's last record. `sent`: when the triggers were durable (epoch ms)."""

    end: int | None
    sent: float


class Delivery(Protocol):
    """Makes a slice durable."""

    async def deliver(self, partition: int, done: Slice, end: int | None, proved: float) -> Delivered:
        """Returns when all of the slice is durable.

        `end` is the offset of the changelog's last record before, None when there is none yet; `proved` the monotonic
        time, in seconds, at which this process was last known to own the partition. Raises FencedError when another
        process writes the partition's changelog, SendError when something could not be sent.
        """


@dataclass(frozen=True, slots=True)
class Routes:
    """Where a slice goes: full names of topics, those of triggers by channel; partitions of each output topic."""

    log: str
    changelog: str
    decisions: str
    triggers: Mapping[str, str]
    partitions: Mapping[str, int]


class AtLeastOnce:
    """Triggers and decisions first, each by one send a topic and partition; then the changelog.

    Another writer is seen when our records don't follow the last ones we know of. By then they are written, so a
    process that may have been frozen (`proved` is older than `doubt` seconds) asks before it writes anything.
    """

    def __init__(self, sender: Sender, letters: DeadLetters, routes: Routes, following: Next, doubt: float) -> None:
        self._sender = sender
        self._letters = letters
        self._routes = routes
        self._following = following
        self._doubt = doubt

    async def deliver(self, partition: int, done: Slice, end: int | None, proved: float) -> Delivered:
        """As Delivery says."""
        expected = 0 if end is None else end + 1
        proved = await self._prove(partition, expected, proved)
        await self._send_outputs(partition, done)
        sent = time.time() * 1000
        if not done.changes:
            return Delivered(end, sent)
        await self._prove(partition, expected, proved)
        first = await self._sender.as_one_batch(self._routes.changelog, partition, done.changes)
        self._follows(partition, first, expected)
        return Delivered(first + len(done.changes) - 1, sent)

    async def _prove(self, partition: int, expected: int, proved: float) -> float:
        """Asks the broker when the last proof is too old; the time of the last proof."""
        now = time.monotonic()
        if now - proved < self._doubt:
            return proved
        # A broker may tell too little (Tansu tells the begin of the last batch), but never too much.
        self._follows(partition, max(await self._following(partition), expected), expected)
        return now

    def _follows(self, partition: int, found: int, expected: int) -> None:
        if found != expected:
            raise FencedError(
                f"{self._routes.changelog}/{partition}: found offset {found} for our records, expected {expected}: "
                "another worker writes here; this one ends, start it again"
            )

    async def _send_outputs(self, partition: int, done: Slice) -> None:
        sends = [
            self._sender.to_partition(topic, partition % self._routes.partitions[topic], records)
            for topic, records in self._outputs(done).items()
        ]
        if done.dead_letters:
            sends.append(self._letters.send(self._routes.log, partition, done.dead_letters))
        if done.forwards:
            sends.append(self._sender.in_order(self._routes.log, [(one.key, one.value) for one in done.forwards]))
        results = await asyncio.gather(*sends, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def _outputs(self, done: Slice) -> dict[str, list[Record]]:
        outputs: dict[str, list[Record]] = {}
        for one in done.triggers:
            outputs.setdefault(self._routes.triggers[one.channel], []).append(_record(one))
        if done.decisions:
            outputs[self._routes.decisions] = [_record(one) for one in done.decisions]
        return outputs


def _record(one: Outgoing) -> Record:
    return one.key, one.value
