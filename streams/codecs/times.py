"""Times as sources write them, to the log's: RFC 3339 in UTC with whole milliseconds."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from rules import MAX_TIME, to_millis
from streams.codecs.body import shown
from streams.codecs.record import bad

UNITS = {"epoch_ms": 1, "epoch_s": 1000}


def parse_time(value: Any, pattern: str, zone: tzinfo, place: str) -> int:
    """``value`` in epoch milliseconds, from 1970 to 9999, fractions cut off.

    ``pattern`` is ``iso``, ``epoch_s``, ``epoch_ms`` or a pattern of strptime; a time without an offset is in
    ``zone``. Raises BadRecord.
    """
    try:
        return _in_range(_milliseconds(value, pattern, zone))
    except (ValueError, TypeError, OverflowError):
        raise bad("wrong time", place, shown(value), _expected(pattern)) from None


def _milliseconds(value: Any, pattern: str, zone: tzinfo) -> int:
    if pattern in UNITS:
        return int(_number(value) * UNITS[pattern])
    return to_millis(_moment(value, pattern, zone))


def _in_range(time: int) -> int:
    if not 0 <= time <= MAX_TIME:
        raise ValueError
    return time


def _number(value: Any) -> int | float:
    if isinstance(value, bool):
        raise TypeError
    return value if isinstance(value, int | float) else float(value) if "." in value else int(value)


def _moment(value: Any, pattern: str, zone: tzinfo) -> datetime:
    moment = datetime.fromisoformat(value) if pattern == "iso" else datetime.strptime(value, pattern)  # noqa: DTZ007
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _expected(pattern: str) -> str:
    if pattern == "epoch_ms":
        return "a time in epoch milliseconds, such as 1767607200000"
    if pattern == "epoch_s":
        return "a time in epoch seconds, such as 1767607200"
    if pattern == "iso":
        return "a time such as 2026-01-05T10:00:00Z"
    return f"a time written as {pattern}"
