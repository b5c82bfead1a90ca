"""What a stage of a story needs of modules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rules.schema_kinds.kind import JsonSchema, ValueKind
from rules.schema_kinds.number import Number
from rules.schema_kinds.share import Names, some_of
from rules.schema_kinds.text import Text

_EXPECTED = "a module, a list of them, or how many modules"


@dataclass(frozen=True, slots=True)
class ModulesNeeded(ValueKind):
    """Modules by their names, or a whole number of them."""

    expected: str = _EXPECTED
    example: Any = 2
    each: Text = field(default=Text("a name of a module", "safety"))
    number: Number = field(default=Number(_EXPECTED, 2, lowest=1, highest=20, whole=True))

    def read(self, value: Any) -> tuple[str, ...] | int:
        if isinstance(value, int | float):
            return int(self.number.read(value))
        return self._names().read(value)

    def _names(self) -> Names:
        return some_of(self.each, _EXPECTED, self.example)

    def json_schema(self) -> JsonSchema:
        return {"anyOf": [self.number.json_schema(), *self._names().json_schema()["anyOf"]]}
