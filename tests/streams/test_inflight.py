"""Only the contiguous head of what was handed out is committed."""

from __future__ import annotations

from faust.types import TP

from streams.transport.inflight import Inflight
from tests.streams.fakes import batch

P0, P1 = TP("log", 0), TP("log", 1)


def test_nothing_handed_out() -> None:
    assert Inflight().committable(P0) is None


def test_only_the_head_counts() -> None:
    inflight, first, second, third = Inflight(), batch(1, 2), batch(3), batch(7, 9)
    for one in (first, second, third):
        inflight.add(P0, one)
    third.done = second.done = True
    assert inflight.committable(P0) is None
    first.done = True
    assert inflight.committable(P0) == 10
    assert inflight.committable(P0) is None


def test_partitions_apart() -> None:
    inflight, here, there = Inflight(), batch(1), batch(5)
    inflight.add(P0, here)
    inflight.add(P1, there)
    there.done = True
    assert inflight.committable(P0) is None
    assert inflight.committable(P1) == 6
    assert set(inflight) == {P0, P1}


def test_a_late_ack_of_before_a_seek_commits_nothing() -> None:
    inflight, old, new = Inflight(), batch(1, 2), batch(1, 2)
    inflight.add(P0, old)
    inflight.forget([P0])
    inflight.add(P0, new)
    old.done = True
    assert inflight.committable(P0) is None
    assert inflight.unfinished(P0) == 1


def test_a_failed_commit_is_given_out_again_unless_a_later_one_is_there() -> None:
    inflight, first, second = Inflight(), batch(1), batch(2)
    inflight.add(P0, first)
    inflight.add(P0, second)
    first.done = True
    assert inflight.committable(P0) == 2
    inflight.not_committed(P0, 2)
    assert inflight.committable(P0) == 2
    inflight.not_committed(P0, 2)
    second.done = True
    assert inflight.committable(P0) == 3
    assert inflight.committable(P0) is None
