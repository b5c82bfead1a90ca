"""What every kind of value in a library has: how it is read, what is said when it is wrong, its JSON Schema."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

import yaml
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

JsonSchema = dict[str, Any]

LONGEST_SHOWN: Final = 60


class RefusalError(ValueError):
    """A value that isn't of its kind."""

    def __init__(self, found: str, expected: str, instead: str) -> None:
        super().__init__(found)
        self.found, self.expected, self.instead = found, expected, instead


def shown(value: Any) -> str:
    """A value as messages name it."""
    match value:
        case None:
            return "no value"
        case bool():
            return f"`{str(value).lower()}`"
        case int() | float():
            return f"the number {_cut(str(value) if -(10**60) < value < 10**60 else f'{value:.3e}')}"
        case str():
            return f"the text {_cut(json.dumps(value, ensure_ascii=not value.isprintable()))}"
        case list():
            return "a list"
        case _:
            return "a mapping"


def as_yaml(value: Any) -> str:
    """A value as a library writes it, in one line."""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


@dataclass(frozen=True, slots=True)
class ValueKind:
    """One kind of value: ``expected`` says what it is, ``example`` is one that is right."""

    expected: str
    example: Any

    def read(self, value: Any) -> Any:
        """The value as declarations hold it; raises `RefusalError`."""
        raise NotImplementedError

    def json_schema(self) -> JsonSchema:
        raise NotImplementedError

    def refusal(self, value: Any, instead: str | None = None, expected: str | None = None) -> RefusalError:
        return RefusalError(shown(value), expected or self.expected, instead or self.advice())

    def advice(self) -> str:
        return f"write, for example, `{as_yaml(self.example)}`"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return {"$comment": self.expected, "examples": [self.example], **self.json_schema()}
