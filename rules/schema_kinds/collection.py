"""Lists and mappings of bounded size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from rules.schema_kinds.kind import JsonSchema, RefusalError, ValueKind


@dataclass(frozen=True, slots=True)
class Collection(ValueKind):
    """A list, or a mapping where ``is_table`` says so, of at least ``least`` and at most ``most`` values.

    The annotation says what each of them is.
    """

    least: int = 1
    most: int = 100
    is_table: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        each = handler(schema)
        each = next((form for form in each.get("anyOf", ()) if form.get("type") != "null"), each)
        bounds = ("minProperties", "maxProperties") if self.is_table else ("minItems", "maxItems")
        return {
            "$comment": self.expected,
            "examples": [self.example],
            **each,
            bounds[0]: self.least,
            bounds[1]: self.most,
        }

    def read(self, value: Any) -> Any:
        if not isinstance(value, dict if self.is_table else list):
            raise self.refusal(value)
        if 0 < len(value) < self.least:
            raise RefusalError(f"{len(value)} of them", f"{self.expected}, at least {self.least}", self.advice())
        if len(value) < self.least:
            raise RefusalError(f"an empty {'mapping' if self.is_table else 'list'}", self.expected, self.advice())
        if len(value) > self.most:
            raise RefusalError(f"{len(value):,} of them", f"{self.expected}, at most {self.most:,}", "take some away")
        return value
