"""How a slice leaves: the seam where transactions take the place of at least once.

Triggers, decisions and dead letters go first, then the changed states with the partition record as one record batch.
A crash before the states are written makes the triggers go out again, with the same ids; none is lost.
"""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from rules import Outgoing, Slice
from streams.dead_letters import DeadLetters
from streams.sender import Record, Sender

FENCED = 70
"""The exit code when another writer was found."""


class FencedError(Exception):
    """Another process writes this partition's changelog: this one was taken for dead and must end."""


class Delivery(Protocol):
    """Makes a slice durable."""

    async def deliver(self, partition: int, done: Slice, end: int | None) -> int | None:
        """Returns when all of the slice is durable: the offset of its last changelog record, None without changes.

        `end` is the offset of the changelog's last record, None when it has none yet. Raises FencedError when another
        process writes the partition's changelog, KafkaError when something could not be sent.
        """


class AtLeastOnce:
    """Triggers and decisions first, each by one send a topic and partition; then the changelog."""

    def __init__(
        self,
        sender: Sender,
        letters: DeadLetters,
        *,
        log: str,
        changelog: str,
        decisions: str,
        triggers: Mapping[str, str],
        partitions: Mapping[str, int],
    ) -> None:
        """`triggers` has the topic of each channel, `partitions` the number of partitions of each output topic."""
        self._sender = sender
        self._letters = letters
        self._log = log
        self._changelog = changelog
        self._decisions = decisions
        self._triggers = triggers
        self._partitions = partitions

    async def deliver(self, partition: int, done: Slice, end: int | None) -> int | None:
        """As Delivery says."""
        await self._send_outputs(partition, done)
        if not done.changes:
            return end
        first = await self._sender.as_one_batch(self._changelog, partition, done.changes)
        if first != (-1 if end is None else end) + 1:
            raise FencedError(
                f"{self._changelog}/{partition}: found our records at offset {first}, expected "
                f"{(-1 if end is None else end) + 1}: another worker writes here; this one ends, start it again"
            )
        return first + len(done.changes) - 1

    async def _send_outputs(self, partition: int, done: Slice) -> None:
        sends = [
            self._sender.to_partition(topic, partition % self._partitions[topic], records)
            for topic, records in self._outputs(done).items()
        ]
        if done.dead_letters:
            sends.append(self._letters.send(self._log, partition, done.dead_letters))
        results = await asyncio.gather(*sends, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def _outputs(self, done: Slice) -> dict[str, list[Record]]:
        outputs: dict[str, list[Record]] = {}
        for one in done.triggers:
            outputs.setdefault(self._triggers[one.channel], []).append(_record(one))
        if done.decisions:
            outputs[self._decisions] = [_record(one) for one in done.decisions]
        return outputs


def _record(one: Outgoing) -> Record:
    return one.key, one.value
