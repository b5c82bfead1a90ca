"""Brings the consumer of batches into a Faust app."""

from typing import Any

from faust.transport.drivers.aiokafka import Transport
from faust.types import AppT
from faust.types.transports import ConsumerCallback, ConsumerT
from mode.utils.queues import FlowControlEvent

from streams.transport.consumer import BatchConsumer, Positions


class FlowControl(FlowControlEvent):
    """Faust's flow control, which clears every queue at each `resume`, also at those when nothing was suspended.

    Recovery calls it four times in a row; the later ones throw away what standbys have read meanwhile.
    """

    def resume(self) -> None:
        """Lets the queues go on; they start empty."""
        if not self.is_active():
            super().resume()


class BatchTransport(Transport):
    """Makes batch consumers. `fetch_wait` in milliseconds.

    The producer stays Faust's, which nothing is sent by: outputs leave through `streams.sender`.
    """

    def __init__(self, url: Any, app: AppT, *, fetch_wait: int, positions: Positions) -> None:
        super().__init__(url, app)
        self._fetch_wait = fetch_wait
        self._positions = positions

    def create_consumer(self, callback: ConsumerCallback, **kwargs: Any) -> ConsumerT:
        """The consumer of the app."""
        kwargs |= {"fetch_wait": self._fetch_wait, "positions": self._positions}
        return BatchConsumer(self, callback=callback, loop=self.loop, **kwargs)
