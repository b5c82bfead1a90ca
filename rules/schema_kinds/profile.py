"""Fields of a customer's profile."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from rules.schema_kinds.kind import JsonSchema, ValueKind
from rules.schema_kinds.text import LONGEST_NAME

_NAMES: Final = r"(?!__)[^\s.\[\]'\"]+(?:\.(?!__)[^\s.\[\]'\"]+)*"
_RELATION: Final = r"related\.[A-Za-z_][\w-]*"


@dataclass(frozen=True, slots=True)
class ProfileField(ValueKind):
    """A field of the profile, written `profile.NAME`; read as the name alone, dotted where it lies deeper."""

    expected: str = "a field of the profile: `profile.NAME`"
    example: Any = "profile.renewal_date"

    def read(self, value: Any) -> str:
        if not isinstance(value, str) or len(value) > LONGEST_NAME:
            raise self.refusal(value)
        if not re.fullmatch(rf"profile\.{_NAMES}", value):
            raise self.refusal(value, self._meant(value))
        return value.removeprefix("profile.")

    def _meant(self, value: str) -> str | None:
        name = value.strip().rpartition("profile.")[2]
        return f"write `profile.{name}`" if re.fullmatch(rf"(?!profile$){_NAMES}", name) else None

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "pattern": rf"^profile\.{_NAMES}$", "maxLength": LONGEST_NAME}


@dataclass(frozen=True, slots=True)
class Relation(ValueKind):
    """A person whom the profile names, written `related.NAME`; read as the name alone."""

    expected: str = "a relation of the profile: `related.NAME`"
    example: Any = "related.dependent"

    def read(self, value: Any) -> str:
        if not isinstance(value, str) or len(value) > LONGEST_NAME:
            raise self.refusal(value)
        if not re.fullmatch(_RELATION, value):
            raise self.refusal(value, self._meant(value))
        return value.removeprefix("related.")

    def _meant(self, value: str) -> str | None:
        name = value.strip().rpartition(".")[2]
        return f"write `related.{name}`" if re.fullmatch(_RELATION, f"related.{name}") else None

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "pattern": f"^{_RELATION}$", "maxLength": LONGEST_NAME}
