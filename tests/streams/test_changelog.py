"""Reading a changelog: whole slices only, and none that a worker wrote who had been taken for dead."""

from __future__ import annotations

import logging

import pytest

from rules import MARKER_KEY, Marker
from rules.wire import encode_marker
from streams.changelog import ChangelogHoleError, ChangelogReader
from streams.states import MemoryStates
from streams.transport import Batch
from tests.streams.fakes import LogRecord


class Changelog:
    """Records that get offsets one after the other, and a reader of them."""

    def __init__(self) -> None:
        self.states = MemoryStates()
        self.reader = ChangelogReader("changelog/0", self.states)
        self._records: list[LogRecord] = []
        self._written = 0

    def slice(self, evaluated: int, log: str = "log", **values: str | None) -> None:
        """Writes a slice, of states as of an offset of the log."""
        for key, value in values.items():
            self._write(key.encode(), value.encode() if value is not None else None)
        self._write(MARKER_KEY, encode_marker(Marker(log, evaluated)))

    def read(self, most: int = 1_000) -> None:
        """Lets the reader read what is written, so many records at a time."""
        while self._records:
            some, self._records = self._records[:most], self._records[most:]
            batch = Batch(some, seeks=1, fetched=0.0)
            batch.after = some[0].offset - 1 if some[0].offset else None
            self.reader.read(batch)

    @property
    def values(self) -> dict[str, str]:
        return {key.decode(): value.decode() for key, value in self.states.items() if key != MARKER_KEY}

    def _write(self, key: bytes, value: bytes | None) -> None:
        self._records.append(LogRecord(self._written, value, key))
        self._written += 1


@pytest.fixture
def changelog() -> Changelog:
    return Changelog()


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_slices_are_taken_whole_whatever_the_fetches(changelog: Changelog, most: int) -> None:
    changelog.slice(5, a="1", b="1")
    changelog.slice(9, b="2")
    changelog.slice(12, c="3", a=None)
    changelog.read(most)
    assert changelog.values == {"b": "2", "c": "3"}
    assert changelog.states.offset == 7


def test_an_open_slice_waits_for_its_end(changelog: Changelog) -> None:
    changelog.slice(5, a="1")
    changelog._write(b"a", b"2")
    changelog.read()
    assert changelog.values == {"a": "1"}
    assert changelog.states.offset == 1  # where it would be read again from
    changelog.slice(9)
    changelog.read()
    assert changelog.values == {"a": "2"}


@pytest.mark.parametrize("most", [1, 2, 100])
def test_older_states_that_come_later_are_left_out(
    changelog: Changelog, most: int, caplog: pytest.LogCaptureFixture
) -> None:
    changelog.slice(5, a="1", b="1")
    changelog.slice(20, b="3")
    changelog.slice(9, a="2", b="2")  # by one who froze
    changelog.slice(21, a="4")
    with caplog.at_level(logging.WARNING):
        changelog.read(most)
    assert changelog.values == {"a": "4", "b": "3"}
    assert changelog.states.offset == 9
    assert changelog.reader.overwritten == {b"b"}  # `a` was written since
    assert "found states as of offset 9 of the log before 7, expected 20 or more" in caplog.text


def test_the_same_slice_written_twice_is_taken(changelog: Changelog) -> None:
    changelog.slice(5, a="1")
    changelog.slice(5, a="1")
    changelog.read()
    assert changelog.values == {"a": "1"}
    assert not changelog.reader.overwritten


def test_it_goes_on_from_what_the_states_tell(changelog: Changelog) -> None:
    changelog.slice(20, a="3")
    changelog.read()
    changelog.reader = ChangelogReader("changelog/0", changelog.states)
    changelog.slice(9, a="2")
    changelog.read()
    assert changelog.values == {"a": "3"}


def test_offsets_of_two_logs_are_not_compared(changelog: Changelog) -> None:
    changelog.slice(20, a="1")
    changelog.slice(3, log="another", a="2")
    changelog.read()
    assert changelog.values == {"a": "2"}  # whether they may be used is not for the reader to say


def test_a_hole_is_told(changelog: Changelog) -> None:
    changelog.slice(5, a="1")
    changelog.read()
    batch = Batch([LogRecord(9, b"2", b"a")], seeks=1, fetched=0.0)
    batch.after = 7
    with pytest.raises(ChangelogHoleError, match="found 7 before 9, expected 1"):
        changelog.reader.read(batch)
