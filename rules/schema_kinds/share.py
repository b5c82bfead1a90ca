"""Shares of a whole, and names that stand alone or in a list."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from rules.schema_kinds.kind import JsonSchema, RefusalError, ValueKind
from rules.schema_kinds.text import Text

_PERCENT: Final = r"(?:100(?:\.0{1,4})?|[0-9]{1,2}(?:\.[0-9]{1,4})?) ?%"


@dataclass(frozen=True, slots=True)
class Share(ValueKind):
    """A share: per cent, or a number from 0 to 1. It is read as a number from 0 to 1."""

    expected: str = "a share from 0% to 100%"
    example: Any = "50%"

    def read(self, value: Any) -> float:
        if isinstance(value, str) and re.fullmatch(_PERCENT, value):
            return float(Decimal(value.rstrip("% ")) / 100)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            return float(value)
        raise self.refusal(value, self._meant(value))

    def _meant(self, value: Any) -> str | None:
        digits = re.sub(r"[^0-9.]", "", str(value)) if isinstance(value, int | float | str) else ""
        meant = f"{digits}%"
        return f"write `{meant}`" if re.fullmatch(_PERCENT, meant) else None

    def json_schema(self) -> JsonSchema:
        return {
            "anyOf": [{"type": "string", "pattern": f"^{_PERCENT}$"}, {"type": "number", "minimum": 0, "maximum": 1}]
        }


@dataclass(frozen=True, slots=True)
class Names(ValueKind):
    """A name or a list of names, each as ``each`` says; read as a sorted tuple, for their order means nothing."""

    each: Text = field(default=Text("a name", "safety"))

    def read(self, value: Any) -> tuple[str, ...]:
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list):
            raise self.refusal(value)
        if not names:
            raise RefusalError("an empty list", self.expected, "write at least one name")
        return tuple(sorted({self.each.read(name) for name in names}))

    def json_schema(self) -> JsonSchema:
        one = self.each.json_schema()
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


def some_of(each: Text, what: str, example: Any) -> Names:
    """The kind of names that stand alone or in a list."""
    return Names(what, example, each)
