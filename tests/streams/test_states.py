"""Both stores of states behave alike; the one on disk keeps what was persisted and nothing else."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.states import IDLE_LIMIT, MemoryStates, RocksStates, States


@pytest.fixture(params=["memory", "rocksdb"])
def states(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[States]:
    made: States = MemoryStates() if request.param == "memory" else RocksStates(tmp_path / "states")
    yield made
    made.close()


def test_starts_empty(states: States) -> None:
    assert (len(states), states.offset, states.get(b"a"), list(states.items())) == (0, None, None, [])


def test_updates_are_read_at_once_and_stand_after_persist(states: States) -> None:
    states.update([(b"a", b"1"), (b"b", b"2")])
    assert states.get(b"a") == b"1"
    states.persist(7)
    assert (len(states), states.offset) == (2, 7)
    states.update([(b"a", b"3")])
    states.persist(8)
    assert dict(states.items()) == {b"a": b"3", b"b": b"2"}
    assert len(states) == 2


def test_what_is_taken_out_is_gone_at_once_and_after_persist(states: States) -> None:
    states.apply([(b"a", b"1"), (b"b", b"2")], 4)
    states.pop(b"a", None)
    assert states.get(b"a") is None
    states.persist(5)
    assert (dict(states.items()), len(states)) == ({b"b": b"2"}, 1)


def test_what_the_changelog_says_is_applied_deletions_too(states: States) -> None:
    states.apply([(b"a", b"1"), (b"b", b"2"), (b"\0", b"m")], 4)
    states.apply([(b"a", None), (b"gone", None)], 9)
    assert (dict(states.items()), len(states), states.offset) == ({b"b": b"2", b"\0": b"m"}, 2, 9)


def test_on_disk_only_what_was_persisted_comes_back(tmp_path: Path) -> None:
    states = RocksStates(tmp_path)
    states.update([(b"a", b"1")])
    states.persist(3)
    states.update([(b"b", b"2")])
    states.close()
    again = RocksStates(tmp_path)
    assert (dict(again.items()), again.offset, len(again)) == ({b"a": b"1"}, 3, 1)
    again.close()


def test_a_folder_that_was_idle_too_long_is_emptied(tmp_path: Path) -> None:
    states = RocksStates(tmp_path)
    states.apply([(b"erased", b"1")], 3)
    states.close()
    old = time.time() - IDLE_LIMIT - 60
    for file in tmp_path.iterdir():
        os.utime(file, (old, old))
    again = RocksStates(tmp_path)
    assert (again.get(b"erased"), again.offset) == (None, None)
    again.close()
