"""At least once: outputs before states, one send a topic, one batch of states, another writer found."""

from __future__ import annotations

import time
from typing import Any

import pytest

from rules import DeadLetter, Forward, Outgoing, Slice
from streams.dead_letters import DeadLetters
from streams.delivery import AtLeastOnce, FencedError, Routes
from streams.metrics import Metrics
from streams.sender import SendError
from tests.streams.fakes import FakeSender

PARTITIONS = {"triggers.email": 2, "triggers.push": 8, "decisions": 4}


def delivery(sender: FakeSender) -> AtLeastOnce:
    faked: Any = sender

    async def following(_partition: int) -> int:
        return sender.offset

    routes = Routes(
        log="touchpoints",
        changelog="states",
        decisions="decisions",
        triggers={"email": "triggers.email", "push": "triggers.push"},
        partitions=PARTITIONS,
    )
    letters = DeadLetters(faked, "dead-letters", 1, Metrics())
    return AtLeastOnce(faked, letters, routes, following, doubt=5.0)


def now() -> float:
    return time.monotonic()


def long_ago() -> float:
    return time.monotonic() - 60


def full() -> Slice:
    return Slice(
        consumed=3,
        triggers=[Outgoing("email", b"c1", b"t1"), Outgoing("push", b"c1", b"t2"), Outgoing("email", b"c2", b"t3")],
        decisions=[Outgoing("", b"c1", b"d1")],
        dead_letters=[DeadLetter(5, "not json", "", "", None, b"x")],
        changes=[(b"c1", b"s1"), (b"c2", b"s2"), (b"\0", b"m")],
        offset=6,
    )


async def test_one_send_a_topic_and_the_states_last() -> None:
    sender = FakeSender(offset=10)
    assert (await delivery(sender).deliver(3, full(), 9, now())).end == 12
    assert sender.sent[-1] == ("states", 3, full().changes)
    assert sorted(sender.sent[:-1])[1:] == [
        ("decisions", 3, [(b"c1", b"d1")]),
        ("triggers.email", 1, [(b"c1", b"t1"), (b"c2", b"t3")]),
        ("triggers.push", 3, [(b"c1", b"t2")]),
    ]
    assert min(sender.topics()) == "dead-letters"


async def test_the_first_changes_of_a_partition() -> None:
    assert (await delivery(FakeSender(offset=0)).deliver(0, full(), None, now())).end == 2


async def test_without_changes_the_changelog_stays() -> None:
    sender = FakeSender()
    assert (await delivery(sender).deliver(0, Slice(consumed=1, offset=4), 7, now())).end == 7
    assert sender.sent == []


async def test_states_are_not_written_when_an_output_fails() -> None:
    sender = FakeSender(fail=SendError("broker gone"))
    with pytest.raises(SendError):
        await delivery(sender).deliver(0, full(), None, now())
    assert sender.sent == []


@pytest.mark.parametrize(("end", "ours"), [(9, 11), (9, 9), (None, 4)])
async def test_another_writer_is_found(end: int | None, ours: int) -> None:
    with pytest.raises(FencedError, match=f"found offset {ours} for our records, expected"):
        await delivery(FakeSender(offset=ours)).deliver(0, full(), end, now())


async def test_who_may_have_been_frozen_asks_before_it_sends_anything() -> None:
    sender = FakeSender(offset=12)
    with pytest.raises(FencedError, match="found offset 12 for our records, expected 10"):
        await delivery(sender).deliver(0, full(), 9, long_ago())
    assert sender.sent == []


async def test_who_was_only_slow_goes_on() -> None:
    assert (await delivery(FakeSender(offset=10)).deliver(0, full(), 9, long_ago())).end == 12


async def test_what_goes_to_other_customers_is_in_the_log_before_the_states() -> None:
    sender, done = FakeSender(offset=10), full()
    done.forwards = [Forward(b"ann", b"one", 5), Forward(b"bob", b"two", 6)]
    await delivery(sender).deliver(3, done, 9, now())
    assert ("touchpoints", -1, [(b"ann", b"one"), (b"bob", b"two")]) in sender.sent[:-1]
    assert sender.sent[-1][0] == "states"
