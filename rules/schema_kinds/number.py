"""Numbers and durations."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from rules.duration import IN_WORDS, LONGEST, guess_duration, in_words, parse_duration
from rules.schema_kinds.kind import JsonSchema, ValueKind


@dataclass(frozen=True, slots=True)
class Number(ValueKind):
    """A number between two bounds, inclusive; a whole one where ``whole`` says so."""

    lowest: float = -(2.0**53)
    highest: float = 2.0**53
    whole: bool = False

    def read(self, value: Any) -> float | int:
        if not self._is_number(value):
            raise self.refusal(value, _unquoted(value))
        if not self.lowest <= value <= self.highest:
            raise self.refusal(value)
        return value if self.whole else float(value)

    def _is_number(self, value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return isinstance(value, int) or (not self.whole and math.isfinite(value))

    def json_schema(self) -> JsonSchema:
        return {"type": "integer" if self.whole else "number", "minimum": self.lowest, "maximum": self.highest}


def _unquoted(value: Any) -> str | None:
    digits = re.sub(r"[_ ,]", "", value) if isinstance(value, str) else ""
    return f"write `{digits}`" if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", digits) else None


@dataclass(frozen=True, slots=True)
class Duration(ValueKind):
    """A duration of at least ``least`` ms and at most 3,660 days, read as milliseconds."""

    expected: str = IN_WORDS
    example: Any = "24h"
    least: int = 1

    def read(self, value: Any) -> int:
        millis = parse_duration(value) if isinstance(value, str) else None
        if millis is None:
            raise self.refusal(value, self._meant(value))
        if not self.least <= millis <= LONGEST:
            bounds = f"{'at least 1s and ' if self.least else ''}at most {in_words(LONGEST)}"
            raise self.refusal(value, expected=f"a duration of {bounds}")
        return millis

    def _meant(self, value: Any) -> str | None:
        if isinstance(value, int | float | str) and re.fullmatch(r"[0-9]{1,6}", str(value)):
            return "write {0}s, {0}m, {0}h or {0}d".format(str(value).lstrip("0") or "1")
        guess = guess_duration(value) if isinstance(value, str) else None
        return f"write `{guess}`" if guess else None

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "pattern": "^[0-9]+[smhd]$" if self.least == 0 else "^[0-9]*[1-9][0-9]*[smhd]$"}
