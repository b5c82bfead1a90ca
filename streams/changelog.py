"""A partition's changelog, read slice by slice.

A slice ends with the partition record, which tells up to where the log is evaluated. A worker that was taken for dead,
froze with a slice at hand and came back, may have written that slice behind the ones of its heir: its partition record
then tells less than was told before, its states are older than those that stand, and it is left out.
"""

import logging
from typing import NamedTuple

from rules import MARKER_KEY, decode_marker
from streams.states import Change, States
from streams.transport import Batch

log = logging.getLogger(__name__)


class ChangelogHoleError(Exception):
    """Records of the changelog were lost on their way here; states read from then on would be wrong."""


class Told(NamedTuple):
    """What a partition record tells: which log, up to which offset it is evaluated."""

    log: str
    offset: int


class ChangelogReader:
    """Brings what is read of a changelog into the states. One reader goes on from where the states end.

    `overwritten` are the keys under which the changelog now has older values than the states.
    """

    def __init__(self, where: str, states: States) -> None:
        self._where = where
        self._states = states
        self._slice: list[Change] = []
        self._read: int | None = states.offset
        self._told = _told(states.get(MARKER_KEY))
        self.overwritten: set[bytes] = set()

    def read(self, batch: Batch) -> None:
        """Takes records; they reach the states with the end of their slice. Raises ChangelogHoleError."""
        if batch.after is not None and batch.after != self._read:
            raise ChangelogHoleError(f"{self._where}: found {batch.after} before {batch.first}, expected {self._read}")
        for record in batch.records:
            self._slice.append((record.key or b"", record.value))
            if record.key == MARKER_KEY:
                self._end(record.offset, _told(record.value))
        self._read = batch.last

    def _end(self, offset: int, told: Told | None) -> None:
        ended, self._slice = self._slice, []
        if told and self._told and told.log == self._told.log and told.offset < self._told.offset:
            log.warning(
                "%s: found states as of offset %s of the log before %s, expected %s or more: a worker that was taken "
                "for dead wrote them; they are left out",
                *(self._where, told.offset, offset, self._told.offset),
            )
            self.overwritten.update(key for key, _ in ended if key != MARKER_KEY)
            ended = []
        else:
            self._told = told
            self.overwritten.difference_update(key for key, _ in ended)
        self._states.apply(ended, offset)


def _told(raw: bytes | None) -> Told | None:
    if raw is None:
        return None
    marker = decode_marker(raw)
    return Told(marker.log, marker.offset)
