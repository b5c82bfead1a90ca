"""The bulk store: states by partition, recovery in bulk, holes found, revoked partitions dropped."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import faust
import pytest
from faust.types import TP

from rules import MARKER_KEY, Marker
from rules.wire import encode_marker
from streams.changelog import ChangelogHoleError
from streams.table import BulkStore, BulkTable
from streams.transport import Batch, BatchSchema
from tests.streams.fakes import LogRecord

TOPIC = "states-changelog"


def changes(partition: int, *records: LogRecord, after: int | None = None) -> Any:
    batch = Batch(records, seeks=1, fetched=0.0)
    batch.after = after
    return SimpleNamespace(message=SimpleNamespace(tp=TP(TOPIC, partition), value=batch))


def put(offset: int, key: bytes, value: bytes | None) -> LogRecord:
    return LogRecord(offset, value, key)


def end(offset: int, evaluated: int) -> LogRecord:
    """The partition record, which ends a slice."""
    return put(offset, MARKER_KEY, encode_marker(Marker("log", evaluated)))


class Stage:
    """A table in an app that never starts."""

    def __init__(self) -> None:
        self.faults: list[BaseException] = []
        app = faust.App("table-test", autodiscover=False, store="memory://")
        topic = app.topic(TOPIC, schema=BatchSchema(), acks=False)
        self.table = BulkTable(app, folder=None, fault=self.faults.append, name="states", changelog_topic=topic)

    @property
    def store(self) -> BulkStore:
        return self.table.data


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_recovery_goes_by_partition(stage: Stage) -> None:
    stage.store.states(0)
    stage.store.states(1)
    stage.table.apply_changelog_batch(
        [changes(0, put(0, b"a", b"1"), put(1, b"b", b"2"), end(2, 0)), changes(1, put(5, b"a", b"9"), end(6, 0))]
    )
    assert [stage.store.states(0).get(key) for key in (b"a", b"b")] == [b"1", b"2"]
    assert stage.store.states(1).get(b"a") == b"9"
    assert [stage.table.persisted_offset(TP(TOPIC, number)) for number in (0, 1)] == [2, 6]
    assert stage.store.sizes() == {0: 3, 1: 2}


def test_a_tombstone_takes_the_key_out(stage: Stage) -> None:
    stage.store.states(0)
    stage.table.apply_changelog_batch([changes(0, put(0, b"a", b"1"), end(1, 0), put(2, b"a", None), end(3, 1))])
    assert stage.store.states(0).get(b"a") is None


def test_a_hole_in_the_changelog_is_told_and_not_applied(stage: Stage) -> None:
    stage.store.states(0)
    stage.table.apply_changelog_batch([changes(0, put(0, b"a", b"1"), end(1, 0))])
    with pytest.raises(ChangelogHoleError, match="found 7 before 9, expected 1"):
        stage.table.apply_changelog_batch([changes(0, put(9, b"b", b"2"), after=7)])
    assert isinstance(stage.faults[0], ChangelogHoleError)
    assert stage.store.states(0).get(b"b") is None


def test_compaction_leaves_gaps_that_are_no_holes(stage: Stage) -> None:
    stage.store.states(0)
    first, second = changes(0, put(3, b"a", b"1"), end(9, 5)), changes(0, put(90, b"b", b"2"), end(91, 6), after=9)
    stage.table.apply_changelog_batch([first, second])
    assert stage.store.states(0).offset == 91


def test_an_owned_partition_takes_nothing_from_outside(stage: Stage) -> None:
    stage.store.states(0)
    stage.store.own({0})
    stage.table.apply_changelog_batch([changes(0, put(0, b"a", b"1"), end(1, 0))])
    assert len(stage.store.states(0)) == 0


async def test_partitions_that_went_away_are_dropped_others_stay_as_they_are(stage: Stage) -> None:
    kept, _dropped = stage.store.states(0), stage.store.states(1)
    assigned = {TP(TOPIC, 0), TP("touchpoints", 1)}
    await stage.table.on_rebalance(assigned, {TP(TOPIC, 1)}, set())
    assert stage.store.sizes() == {0: 0}
    assert stage.store.states(0) is kept


def test_what_comes_for_a_partition_that_went_away_is_left_out(stage: Stage) -> None:
    stage.table.apply_changelog_batch([changes(3, put(0, b"a", b"1"), end(1, 0))])
    assert stage.store.sizes() == {}


def test_no_writes_by_key(stage: Stage) -> None:
    with pytest.raises(TypeError, match="expected one in bulk"):
        stage.store[b"a"] = b"1"
