"""Types of touchpoints, and fields of one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from rules.expression import FIELDS, OPEN_FIELDS
from rules.field_kinds import field_kind
from rules.names import nearest, one_of
from rules.schema_kinds.kind import JsonSchema, RefusalError, ValueKind
from rules.schema_kinds.text import LONGEST_NAME, Text

FieldUse = Literal["any", "number"]

TYPE_PATTERN: Final = r"\*|[\w-]+(\.[\w-]+)*(\.\*)?"
_TYPES_IN_WORDS: Final = "a type such as `order.placed`, a wildcard such as `content.*`, '*', or a list of them"


@dataclass(frozen=True, slots=True)
class Types(ValueKind):
    """A type or a list of types, wildcards too; read as a sorted tuple, for their order means nothing."""

    expected: str = _TYPES_IN_WORDS
    example: Any = "order.placed"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        each = core_schema.no_info_plain_validator_function(read_type)
        listed = core_schema.no_info_before_validator_function(self.read, core_schema.list_schema(each))
        return core_schema.no_info_after_validator_function(lambda types: tuple(sorted(set(types))), listed)

    def read(self, value: Any) -> Any:
        if isinstance(value, str):
            return [value]
        if not isinstance(value, list):
            raise self.refusal(value)
        if not value:
            raise RefusalError("an empty list", self.expected, "write at least one type")
        return value

    def json_schema(self) -> JsonSchema:
        one = {"type": "string", "pattern": f"^(?:{TYPE_PATTERN})$", "maxLength": LONGEST_NAME}
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


TYPE: Final = Text(
    "a dotted name such as `order.placed`, a wildcard such as `content.*`, or '*'",
    "order.placed",
    LONGEST_NAME,
    TYPE_PATTERN,
)


def read_type(value: Any) -> str:
    return TYPE.read(value)


@dataclass(frozen=True, slots=True)
class Field(ValueKind):
    """A field of a touchpoint, dotted ones too; ``use`` "number" refuses those that never hold a number."""

    expected: str = "a field of a touchpoint"
    example: Any = "product"
    use: FieldUse = "any"

    def read(self, value: Any) -> str:
        kind = field_kind(value) if isinstance(value, str) and len(value) <= LONGEST_NAME else None
        if kind is None:
            raise self.refusal(value, self._meant(value), self._known())
        if self.use == "number" and kind == "text":
            numbers = [name for name, kind in FIELDS.items() if kind == "number"]
            found = f"`{value}`, which holds text"
            instead = f"write one of these, or {_counting(value)}"
            raise RefusalError(found, f"a field of numbers: {one_of([*numbers, 'properties.NAME'])}", instead)
        return str(value)

    def _known(self) -> str:
        return f"{self.expected}: {', '.join(FIELDS)}, {' or '.join(f'{name}.NAME' for name in OPEN_FIELDS)}"

    def _meant(self, value: Any) -> str:
        if not isinstance(value, str):
            return self.advice()
        first = value.split(".", maxsplit=1)[0]
        if first in OPEN_FIELDS:
            return f"write `{first}.NAME`"
        near = nearest(first, FIELDS)
        return f"write `{near}`" if near else f"write `properties.{_property(value)}` if it is one of its properties"

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "pattern": rf"^(?:{'|'.join(FIELDS)}|(?:{'|'.join(OPEN_FIELDS)})(?:\.[^.]+)+)$"}


def _property(value: str) -> str:
    return value if re.fullmatch(r"[\w-]{1,40}(\.[\w-]{1,40}){0,3}", value) else "NAME"


def _counting(field: str) -> str:
    return f"`distinct: {field}` to count its values"
