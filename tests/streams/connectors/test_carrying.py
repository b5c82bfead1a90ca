"""From a partition's records to results: order by customer, bounds, letting go, and what is told before what."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from aiokafka import TopicPartition

from streams.connectors.answers import Answer
from streams.connectors.carrying import Carrier
from streams.connectors.ledger import Ledger
from streams.connectors.metrics import ConnectorMetrics
from streams.connectors.orders import Order
from streams.connectors.partition import OpenPartition
from streams.connectors.settling import Settler
from streams.dead_letters import DeadLetters
from streams.sender import SendError
from tests.events import cancel, trigger
from tests.streams.connectors.test_ledger import Record
from tests.streams.fakes import FakeSender

TP = TopicPartition("triggers.email", 0)
LOG, LETTERS = "touchpoints", "dead-letters"
NOW = 1_767_607_200_000
OUTCOMES = "telltale_connector_outcomes_total"
CANCELLED = {"channel": "email", "outcome": "failed", "reason": "cancelled"}


@dataclass
class Script:
    """A destination that answers as it is told, and notes what is under way."""

    answer: Callable[[Order, int], int] = lambda _order, _tries: 200
    pause: Callable[[], float] = lambda: 0.0
    retry_after: str | None = None
    sent: list[str] = field(default_factory=list)
    under_way: int = 0
    most: int = 0

    async def send(self, order: Order) -> Answer:
        self.sent.append(order.id)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(self.pause())
        self.under_way -= 1
        return Answer(self.answer(order, self.sent.count(order.id)), retry_after=self.retry_after)


class Stage:
    """One partition with all that is behind it but Kafka and the endpoint."""

    def __init__(self, script: Script, slots: int = 4, attempts: int = 3) -> None:
        self.script = script
        self.sender = FakeSender()
        self.commits: list[tuple[int, str]] = []
        self.failures: list[BaseException] = []
        self.metrics = ConnectorMetrics("email")
        sender: Any = self.sender
        letters = DeadLetters(sender, LETTERS, 1, self.metrics)
        carrier = Carrier(script, self.metrics, lambda _order: NOW, slots=slots, attempts=attempts, draw=lambda: 0.0)
        self.settler = Settler(sender, LOG, letters, self.commit, lambda _order: NOW, self.metrics)
        self.partition = OpenPartition(
            TP, Ledger(0, [], 1_000), carrier, self.settler, self.metrics, self.failures.append
        )
        self.offset = 0

    async def commit(self, marks: Any) -> None:
        self.commits.append(marks[TP])

    def take(self, *events: dict[str, Any] | bytes) -> None:
        for event in events:
            value = event if isinstance(event, bytes) else orjson.dumps(event)
            key = b"k" if isinstance(event, bytes) else event["subject"].encode()
            self.partition.take([Record(self.offset, value, key, NOW)])
            self.offset += 1

    async def done(self) -> None:
        """Returns when all that was taken is told."""
        settling = asyncio.create_task(self.settler.run())
        try:
            await until(lambda: settling.done() or self.partition.ledger.window.head == self.offset)
        finally:
            settling.cancel()
        if settling.done():
            settling.result()

    def outcomes(self) -> dict[str, str | None]:
        """By id, the reason of each outcome that was sent into the log."""
        told = [orjson.loads(record[1]) for topic, _, records in self.sender.sent if topic == LOG for record in records]
        return {one["id"]: one["properties"].get("reason") for one in told}


async def until(look: Callable[[], object]) -> None:
    """Returns when it is so."""
    async with asyncio.timeout(20):
        while not look():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


def event(customer: str, number: int = 1, **options: Any) -> dict[str, Any]:
    return trigger(customer, number, at=NOW, **options)


@pytest.mark.parametrize("seed", range(5))
async def test_customers_go_side_by_side_each_in_order_and_never_more_at_a_time(seed: int) -> None:
    draw = random.Random(seed)
    script = Script(lambda order, tries: 503 if draw.random() < 0.3 and tries < 3 else 200, lambda: draw.random() / 500)
    stage = Stage(script, attempts=10)
    events = [event(f"c{draw.randrange(12)}", number) for number in range(150)]
    stage.take(*events)
    await stage.done()
    for customer in {one["subject"] for one in events}:
        ids = list(dict.fromkeys(one for one in script.sent if f":{customer}:" in one))
        assert ids == [one["id"] for one in events if one["subject"] == customer]
    assert script.most == 4
    assert len(stage.outcomes()) == 150
    assert stage.commits[-1] == (150, "")


async def test_an_event_that_alone_is_not_taken_fails_and_the_next_of_its_customer_goes() -> None:
    stage = Stage(Script(lambda order, _tries: 500 if order.id == "basket:ann:1" else 200))
    stage.take(event("ann", 1), event("ann", 2), *(event(f"c{number}") for number in range(20)))
    await stage.done()
    assert stage.script.sent.count("basket:ann:1") == 3
    assert stage.outcomes()["basket:ann:1:failed"] == "500, 3 times"
    assert "basket:ann:2:delivered" in stage.outcomes()


async def test_what_expired_and_what_was_called_off_is_told_and_not_sent() -> None:
    stage = Stage(Script())
    off = event("bob")
    stage.take(event("ann", expires=NOW), off, cancel(off))
    await stage.done()
    assert stage.script.sent == ["basket:bob:1:cancel"]
    assert stage.outcomes() == {"basket:ann:1:failed": "expired", "basket:bob:1:failed": "cancelled"}


@pytest.mark.parametrize("during_the_attempt", [True, False])
async def test_a_cancel_ends_the_wait_of_its_trigger_at_once(*, during_the_attempt: bool) -> None:
    script = Script(lambda _order, _tries: 503, lambda: 0.02, retry_after="50")
    stage = Stage(script)
    off = event("ann")
    stage.take(off)
    await until(lambda: script.under_way == 1 if during_the_attempt else script.sent and not script.under_way)
    stage.take(cancel(off))
    await until(lambda: stage.metrics.registry.get_sample_value(OUTCOMES, CANCELLED) == 1)
    assert script.sent == ["basket:ann:1"]
    await stage.partition.close()


async def test_attempts_while_the_endpoint_answers_nobody_are_not_counted() -> None:
    script = Script(lambda _order, _tries: 200 if len(script.sent) > 6 else 503)
    stage = Stage(script, slots=1, attempts=2)
    stage.take(*(event(f"c{number}") for number in range(5)))
    await stage.done()
    assert {one.rpartition(":")[2] for one in stage.outcomes()} == {"delivered"}
    assert len(script.sent) == 6 + 5


async def test_a_partition_that_goes_is_let_go_at_once_and_what_was_done_is_known() -> None:
    script = Script(lambda order, _tries: 503 if order.key == b"ann" else 200)
    stage = Stage(script, attempts=1_000)
    stage.take(event("ann"), event("bob"), event("cid"), event("ann", 2))
    await until(lambda: {"basket:bob:1", "basket:cid:1"} <= set(script.sent))
    await stage.partition.close()
    stage.take(event("dan"))
    assert len(stage.partition.ledger.window) == 4, "what comes once it is closed is the next owner's"
    await stage.settler.flush()
    head, metadata = stage.commits[-1]
    assert (head, metadata != "") == (0, True)
    assert stage.outcomes().keys() == {"basket:bob:1:delivered", "basket:cid:1:delivered"}


async def test_nothing_is_committed_before_its_outcome_is_in_the_log() -> None:
    stage = Stage(Script())
    stage.sender.fail = SendError("away")
    stage.take(event("ann"))
    with pytest.raises(SendError):
        await stage.done()
    assert stage.commits == []
    assert stage.partition.ledger.window.head == 0


async def test_what_is_no_event_becomes_a_dead_letter_and_a_repeat_is_passed_over() -> None:
    stage = Stage(Script())
    stage.take(b"{", event("ann"), event("ann"))
    await stage.done()
    assert stage.sender.topics().count(LETTERS) == 1
    assert stage.script.sent == ["basket:ann:1"]
    assert stage.metrics.registry.get_sample_value("telltale_connector_duplicates_total", {"channel": "email"}) == 1


async def test_an_error_in_the_connector_itself_ends_it() -> None:
    def broken(_order: Order, _tries: int) -> int:
        raise ZeroDivisionError

    stage = Stage(Script(broken))
    stage.take(event("ann"))
    await until(lambda: bool(stage.failures))
    assert isinstance(stage.failures[0], ZeroDivisionError)
    await stage.settler.flush()
    assert stage.commits == []
