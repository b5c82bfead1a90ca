"""Expressions, as text: what is wrong within one is for the check of the whole library."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rules.schema_kinds.kind import JsonSchema, ValueKind
from rules.schema_kinds.number import Number


@dataclass(frozen=True, slots=True)
class Expression(ValueKind):
    """An expression, kept as text. A bare `true` or `5` in YAML is an expression too."""

    expected: str = "an expression"
    example: Any = "views_1h >= 5"

    def read(self, value: Any) -> str:
        if isinstance(value, bool | int | float):
            return str(value)
        if not isinstance(value, str) or not value.strip():
            raise self.refusal(value)
        return value.replace("\n", " ").strip()

    def json_schema(self) -> JsonSchema:
        return {"type": ["string", "number", "boolean"]}


@dataclass(frozen=True, slots=True)
class Weight(Expression):
    """What a touchpoint adds to a score: a number, or an expression over its fields."""

    expected: str = "a number, or an expression over the touchpoint's fields"
    example: Any = 5
    number: Number = field(default=Number("a finite number of at most 2**53 in size", 5))

    def read(self, value: Any) -> float | str:  # type: ignore[override]
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.number.read(value)
        return Expression.read(self, value)

    def json_schema(self) -> JsonSchema:
        return {"type": ["number", "string"]}
