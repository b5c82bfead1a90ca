"""The detector, struck down at a chosen point of its work, as a crash or a hanging machine there would. For tests only.

    python -m tests.end_to_end.crashing SIGKILL "before the changelog" 2 run --broker ...

strikes when that point is reached with triggers for the second time.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

import streams.app
import streams.run
import streams.transport.transport
from rules import Slice
from streams.cli import main
from streams.delivery import AtLeastOnce
from streams.ingest import Ingest
from streams.sender import Sender
from streams.transport import BatchConsumer

POINTS = ("before the triggers", "before the changelog", "before the ack", "after the ack")
FORWARDED = "between a forward and its ack"
LINKED = "between what goes to other customers and the changelog"


class Fuse:
    """Strikes this process with a signal when the point is reached for the nth time."""

    def __init__(self, strike: signal.Signals, point: str, nth: int) -> None:
        if point not in {*POINTS, FORWARDED, LINKED}:
            raise ValueError(f"found {point!r}, expected one of {POINTS}, {FORWARDED!r} or {LINKED!r}")
        self._strike, self._point, self._left = strike, point, nth

    def reached(self, point: str, counts: bool = True) -> None:
        """Notes that the work has come to a point."""
        if point == self._point and counts:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), self._strike)


def arm(fuse: Fuse) -> None:
    """Puts the points into the detector's work. Slices without triggers don't count: nothing could go wrong there."""

    fired: set[int] = set()
    forwarded: set[int] = set()

    class Delivery(AtLeastOnce):
        async def deliver(self, partition: int, done: Slice, *known: Any, **more: Any) -> int | None:
            last = await super().deliver(partition, done, *known, **more)
            fuse.reached("before the ack", bool(done.triggers))
            return last

        async def _send_outputs(self, partition: int, done: Slice) -> None:
            fuse.reached("before the triggers", bool(done.triggers))
            await super()._send_outputs(partition, done)
            fired.difference_update({partition})
            fired.update({partition} if done.triggers else ())
            forwarded.difference_update({partition})
            forwarded.update({partition} if done.forwards else ())

    class Sending(Sender):
        async def as_one_batch(self, topic: str, partition: int, records: Sequence[Any]) -> int:
            # Here, and not at the end of the triggers: what looks for another writer lies in between.
            fuse.reached("before the changelog", topic.endswith("-changelog") and partition in fired)
            fuse.reached(LINKED, topic.endswith("-changelog") and partition in forwarded)
            return await super().as_one_batch(topic, partition, records)

    class Forwarding(Ingest):
        async def forward(self, partition: int, records: Sequence[Any]) -> None:
            await super().forward(partition, records)
            fuse.reached(FORWARDED)

    class Consumer(BatchConsumer):
        def ack(self, message: Any) -> bool:
            done = super().ack(message)
            fuse.reached("after the ack")
            return done

    vars(streams.app)["AtLeastOnce"] = Delivery
    vars(streams.app)["Ingest"] = Forwarding
    vars(streams.run)["Sender"] = Sending
    vars(streams.transport.transport)["BatchConsumer"] = Consumer


if __name__ == "__main__":
    strike, point, nth = sys.argv[1:4]
    arm(Fuse(signal.Signals[strike], point, int(nth)))
    sys.argv[1:4] = []
    main()
