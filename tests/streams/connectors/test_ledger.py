"""What is done with each record: delivered, passed over, put aside; ids are remembered over a takeover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from streams.connectors.ledger import Deletion, Duplicate, Ledger, Letter, Memory
from streams.connectors.orders import Order, Result, undeliverable
from streams.connectors.window import decode
from tests.events import cancel, trigger


@dataclass(frozen=True)
class Record:
    offset: int
    value: bytes | None
    key: bytes | None = b"c"
    timestamp: int = 1_000


def record(offset: int, event: dict[str, Any]) -> Record:
    return Record(offset, orjson.dumps(event), event["subject"].encode())


def taken(ledger: Ledger, offset: int, event: dict[str, Any]) -> Order:
    order = ledger.take(record(offset, event))
    assert isinstance(order, Order)
    return order


def test_an_event_is_an_order_once() -> None:
    ledger = Ledger(0, [], 10)
    order = taken(ledger, 0, trigger("ann"))
    assert (order.id, order.key, order.offset) == ("basket:ann:1", b"ann", 0)
    assert ledger.take(record(1, trigger("ann"))) == Duplicate(1)
    ledger.finish(0, order)
    assert ledger.take(record(2, trigger("ann"))) == Duplicate(2)


def test_what_is_no_event_is_a_letter() -> None:
    ledger = Ledger(0, [], 10)
    assert ledger.take(Record(0, b"{", b"k")) == Letter(0, "not json", "", "Input data was truncated", b"k", b"{")
    assert isinstance(ledger.take(Record(1, b"")), Letter)


def test_a_record_without_a_value_is_passed_over() -> None:
    ledger = Ledger(0, [], 10)
    assert ledger.take(Record(0, None)) == Deletion(0)
    ledger.finish(0)
    assert ledger.take(Record(0, None)) is None
    assert isinstance(ledger.take(Record(1, None, key=None)), Letter)


def test_a_cancel_calls_its_trigger_off_while_that_is_under_way() -> None:
    ledger = Ledger(0, [], 10)
    first, second = trigger("ann", 1), trigger("ann", 2)
    order, other = taken(ledger, 0, first), taken(ledger, 1, second)
    called = taken(ledger, 2, cancel(first))
    assert called.calls_off is order
    assert (order.called_off, other.called_off) == (True, False)
    ledger.finish(1, other)
    assert taken(ledger, 3, cancel(second)).calls_off is None


def test_whoever_takes_over_remembers_ids_from_before_and_skips_what_was_done_behind_the_head() -> None:
    events = [trigger("ann", number) for number in range(6)]
    ledger = Ledger(0, [], 10)
    orders = [taken(ledger, offset, event) for offset, event in enumerate(events)]
    for done in (0, 1, 3):
        ledger.finish(done, orders[done])
    head, metadata = ledger.window.mark()
    assert head == 2

    heir = Ledger(head, [head + place for place in decode(metadata)], 10)
    again = [heir.take(record(offset, event)) for offset, event in enumerate(events)]
    assert [one.offset for one in again if isinstance(one, Order)] == [2, 4, 5]
    assert [heir.take(record(6 + number, event)) for number, event in enumerate(events)] == [
        Duplicate(offset) for offset in range(6, 12)
    ]


def test_bad_records_that_were_put_aside_before_are_passed_over() -> None:
    assert Ledger(5, [], 10).take(Record(3, b"{")) is None


def test_memory_holds_the_last_ids_only() -> None:
    memory = Memory(2)
    assert [memory.add(one) for one in ("a", "b", "a", "c", "b", "a")] == [False, False, True, False, True, False]


def test_what_is_called_off_or_has_expired_is_not_sent() -> None:
    ledger = Ledger(0, [], 10)
    order = taken(ledger, 0, trigger("ann", at=1_000, expires=5_000))
    assert undeliverable(order, 4_999) is None
    assert undeliverable(order, 5_000) == Result("failed", "expired", "expired")
    called = taken(ledger, 1, cancel(trigger("ann", at=1_000, expires=5_000)))
    assert undeliverable(order, 1_000) == Result("failed", "cancelled", "cancelled")
    assert undeliverable(called, 10**15) is None
