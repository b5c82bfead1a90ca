"""What only policy holds: times of the day, fields of consent, the choice of a channel, one value or a list of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from rules.schema_kinds.collection import Collection
from rules.schema_kinds.kind import JsonSchema, RefusalError, ValueKind
from rules.schema_kinds.text import LONGEST_NAME

MOST_CHANNELS: Final = 10
_FIELD: Final = r"[^\s.\[\]'\"]+(?:\.[^\s.\[\]'\"]+)*"


@dataclass(frozen=True, slots=True)
class TimeOfDay(ValueKind):
    """A time of the day, read as the minutes since midnight."""

    expected: str = 'a time of the day such as "21:00"'
    example: Any = "21:00"

    def read(self, value: Any) -> int:
        found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
        if found is None:
            raise self.refusal(value)
        return int(found[1]) * 60 + int(found[2])

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}


@dataclass(frozen=True, slots=True)
class ConsentField(ValueKind):
    """The name of a field of the profile, without `profile.`; dotted where it lies deeper."""

    expected: str = "the name of a field of the profile"
    example: Any = "email_consent"

    def read(self, value: Any) -> str:
        if not isinstance(value, str) or len(value) > LONGEST_NAME:
            raise self.refusal(value)
        if value.startswith("profile."):
            name = value.removeprefix("profile.")
            raise self.refusal(value, f"write `{name}`" if re.fullmatch(_FIELD, name) else None)
        if not re.fullmatch(_FIELD, value):
            raise self.refusal(value)
        return value

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "pattern": rf"^(?!profile\.){_FIELD}$", "maxLength": LONGEST_NAME}


@dataclass(frozen=True, slots=True)
class ChannelChoice(ValueKind):
    """The channel of a trigger: one name, a list of names in order of preference, or `best`."""

    expected: str = "the name of a channel, a list of names, or `best`"
    example: Any = "email"

    def read(self, value: Any) -> str | tuple[str, ...]:
        if isinstance(value, list):
            return self._several(value)
        if not isinstance(value, str):
            raise self.refusal(value)
        return value

    def _several(self, value: list[Any]) -> str | tuple[str, ...]:
        if not value:
            raise RefusalError("an empty list", self.expected, "name a channel, or leave it out")
        if len(value) > MOST_CHANNELS:
            expected = f"at most {MOST_CHANNELS} channels"
            raise RefusalError(f"{len(value)} of them", expected, "take some away, or write `best`")
        other = next((one for one in value if not isinstance(one, str)), None)
        if other is not None:
            raise self.refusal(other, expected="names of channels")
        if "best" in value:
            raise RefusalError("`best` in a list", "names of channels", "write `best` alone, or take it out")
        twice = next((one for at, one in enumerate(value) if one in value[:at]), None)
        if twice is not None:
            raise RefusalError(f"`{twice}` twice", "each channel once", "take one away")
        return value[0] if len(value) == 1 else tuple(value)

    def json_schema(self) -> JsonSchema:
        many = {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": MOST_CHANNELS}
        return {"anyOf": [{"type": "string"}, many]}


@dataclass(frozen=True, slots=True)
class OneOrMore(Collection):
    """A mapping, or a list of such; read as a list."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        many = handler(schema)
        many = next((form for form in many.get("anyOf", ()) if form.get("type") != "null"), many)
        bounded = {**many, "minItems": self.least, "maxItems": self.most}
        return {"$comment": self.expected, "examples": [self.example], "anyOf": [many["items"], bounded]}

    def read(self, value: Any) -> Any:
        return [value] if isinstance(value, dict) else Collection.read(self, value)
