"""What a clock on the wall shows, as a moment: a time without an offset belongs to a time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from rules.dates import zone_named
from rules.touchpoint import to_millis

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def zone_of(name: str) -> ZoneInfo:
    """The time zone of a library, by its checked IANA name."""
    return zone_named(name) or ZoneInfo("UTC")


class UnclearTime(Exception):
    """A time that the clocks of a zone leave out, or show twice; ``instead`` says how to write it."""

    def __init__(self, found: str, instead: str) -> None:
        super().__init__(found)
        self.found, self.instead = found, instead


def moment_of(written: datetime, place: ZoneInfo) -> int:
    """Epoch milliseconds of a time, in ``place`` where it has no offset.

    Raises:
        UnclearTime: as clocks go forward or back there.
    """
    if written.tzinfo is not None:
        return to_millis(written)
    early, late = (written.replace(tzinfo=place, fold=fold) for fold in (0, 1))
    if early.utcoffset() == late.utcoffset():
        return to_millis(early)
    shown = f"{written:%Y-%m-%d %H:%M}"
    if to_millis(early) > to_millis(late):
        found = f"{shown}, which clocks in {place.key} leave out as they go forward"
        raise UnclearTime(found, f"write `{wall_time(to_millis(early), place):%Y-%m-%d %H:%M}`")
    found = f"{shown}, which clocks in {place.key} show twice as they go back"
    raise UnclearTime(found, f"write `{early.isoformat(' ', 'minutes')}` or `{late.isoformat(' ', 'minutes')}`")


def wall_time(moment: int, place: ZoneInfo) -> datetime:
    """What clocks show there at a moment (epoch ms)."""
    return (_EPOCH + timedelta(milliseconds=moment)).astimezone(place)
