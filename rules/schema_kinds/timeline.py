"""What only timelines hold: moments, gaps of time, values of any kind."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from rules.duration import LONGEST, in_words
from rules.fields import as_key
from rules.schema_kinds.kind import JsonSchema, RefusalError, ValueKind, shown
from rules.schema_kinds.number import Duration, Number

DEEPEST: Final = 8
LARGEST_WHOLE: Final = 2**63  # what a state can keep
_DATE_AND_TIME: Final = 16  # characters of 2026-01-05 10:00


@dataclass(frozen=True, slots=True)
class DateAndTime(ValueKind):
    """A date and time, with an offset or without: then it is the library's time zone that says when it is."""

    expected: str = "a date and time"
    example: Any = "2026-01-05 10:00"

    def read(self, value: Any) -> datetime:
        if not isinstance(value, str) or len(value) < _DATE_AND_TIME:
            raise self.refusal(value)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise self.refusal(value) from None
        if not 1970 <= moment.year <= 9998:  # one year from the end of what dates can say
            raise self.refusal(value, expected=f"{self.expected} from 1970 on")
        return moment

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}"}


@dataclass(frozen=True, slots=True)
class Gap(Duration):
    """A duration, or none at all: `0s`."""

    example: Any = "20m"

    def read(self, value: Any) -> int:
        return 0 if value in ("0s", "0m", "0h", "0d") else Duration.read(self, value)

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "pattern": "^[0-9]+[smhd]$", "description": f"at most {in_words(LONGEST)}"}


@dataclass(frozen=True, slots=True)
class Exact(Number):
    """A number that is kept as it is written: the text of a whole one has no point."""

    def read(self, value: Any) -> float | int:
        Number.read(self, value)
        number: float | int = value
        return number


@dataclass(frozen=True, slots=True)
class Truth(ValueKind):
    """True or false."""

    expected: str = "true or false"
    example: Any = True

    def read(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise self.refusal(value)

    def json_schema(self) -> JsonSchema:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class PerValue(ValueKind):
    """The `per` value of a firing, read as the text by which values are the same."""

    expected: str = "the value of the field that the signal is kept per"
    example: Any = "tent"

    def read(self, value: Any) -> str:
        key = as_key(value)
        if key is None or _fault(value):
            raise self.refusal(value)
        return key

    def json_schema(self) -> JsonSchema:
        return {}


@dataclass(frozen=True, slots=True)
class Values(ValueKind):
    """Names with values of any kind that JSON knows, as a profile or the properties of a touchpoint are."""

    expected: str = "a mapping of names with values"
    example: Any = None

    def read(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.refusal(value)
        fault = _fault(value)
        if fault:
            raise RefusalError(fault, _VALUES, "write it as a text, or leave it out")
        return value

    def json_schema(self) -> JsonSchema:
        return {"type": "object"}


_VALUES: Final = "texts, numbers of at most 2**63 in size, true or false, lists and mappings of these"


def _fault(value: Any, depth: int = 0) -> str | None:
    """What of a value can't be in a touchpoint."""
    if depth > DEEPEST:
        return "a value nested deeper than a touchpoint may be"
    if isinstance(value, float) and not math.isfinite(value):
        return shown(value)
    if isinstance(value, int) and not -LARGEST_WHOLE <= value < LARGEST_WHOLE:
        return shown(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((fault for part in parts if (fault := _fault(part, depth + 1))), None)
