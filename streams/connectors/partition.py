"""A channel's partition that this worker has: its customers side by side, each customer's events one by one."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from aiokafka import TopicPartition

from streams.connectors.carrying import Carrier
from streams.connectors.ledger import Deletion, Duplicate, Ledger, Letter, Record
from streams.connectors.metrics import ConnectorMetrics
from streams.connectors.orders import Order
from streams.connectors.settling import Settler

Fail = Callable[[BaseException], None]


class OpenPartition:
    """Takes records over in order and has them carried. `fail` is told of what must end the process."""

    def __init__(
        self,
        tp: TopicPartition,
        ledger: Ledger,
        carrier: Carrier,
        settler: Settler,
        metrics: ConnectorMetrics,
        fail: Fail,
    ) -> None:
        self.tp = tp
        self.ledger = ledger
        self._carrier = carrier
        self._settler = settler
        self._metrics = metrics
        self._fail = fail
        self._queues: dict[bytes, deque[Order]] = {}
        self._works: set[asyncio.Task[None]] = set()
        self._closed = False

    def take(self, records: Iterable[Record]) -> None:
        """Takes over the next records; none once it is closed: they are the next owner's."""
        if self._closed:
            return
        for record in records:
            taken = self.ledger.take(record)
            if isinstance(taken, Order):
                self._queue(taken)
            elif isinstance(taken, Duplicate):
                self._metrics.duplicate()
                self._settler.passed(self, taken.offset)
            elif isinstance(taken, Deletion):
                self._settler.passed(self, taken.offset)
            elif isinstance(taken, Letter):
                self._settler.put_aside(self, taken)

    async def close(self) -> None:
        """Lets go of what isn't done; returns when the attempts under way have ended."""
        self._closed = True
        for queue in self._queues.values():
            for order in queue:
                order.let_go = True
                self._carrier.wake(order)
        await asyncio.gather(*self._works)

    def _queue(self, order: Order) -> None:
        if order.calls_off is not None:
            self._carrier.wake(order.calls_off)
        queue = self._queues.get(order.key)
        if queue is not None:
            queue.append(order)
            return
        self._queues[order.key] = deque([order])
        work = asyncio.create_task(self._work_off(order.key))
        self._works.add(work)
        work.add_done_callback(self._works.discard)

    async def _work_off(self, key: bytes) -> None:
        """One customer's events, in order."""
        queue = self._queues[key]
        try:
            while queue:
                result = await self._carrier.carry(queue[0])
                if result is None:
                    return
                self._settler.settle(self, queue.popleft(), result)
            del self._queues[key]
        except Exception as error:  # noqa: BLE001  whatever it is, the process must end: the event is not done
            self._fail(error)
