"""The kinds of values that files of a library hold: each reads one value, says what is wrong with it, and has a schema.

They stand in the annotations of the models (`Annotated[str, Text(...)]`). Pydantic calls them; what they refuse is a
`RefusalError`, which `schema_reading` turns into a problem with its place.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import yaml
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from rules.duration import IN_WORDS, LONGEST, guess_duration, in_words, parse_duration
from rules.expression import FIELDS, OPEN_FIELDS
from rules.field_kinds import field_kind
from rules.names import nearest, one_of

JsonSchema = dict[str, Any]
FieldUse = Literal["any", "number"]

LONGEST_SHOWN: Final = 60
LONGEST_TYPE: Final = 200


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
        return {"description": self.expected, "examples": [self.example], **self.json_schema()}


@dataclass(frozen=True, slots=True)
class Text(ValueKind):
    """A text of bounded length, of one shape where a pattern says so."""

    longest: int = 100
    pattern: str | None = None
    not_these: frozenset[str] = frozenset()

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self.refusal(value, _quoted(value))
        if not value.strip():
            raise RefusalError("an empty text", self.expected, self.advice())
        if self.pattern and not re.fullmatch(self.pattern, value):
            raise self.refusal(value, self._cleaned(value))
        if len(value) > self.longest:
            raise RefusalError(f"{len(value):,} characters", f"at most {self.longest:,}", "write it shorter")
        if value in self.not_these:
            found = f"`{value}`, which is a word of the language"
            raise RefusalError(found, self.expected, "give it another name")
        return value

    def refused(self, value: str) -> RefusalError | None:
        """What is wrong with a value, if anything."""
        try:
            self.read(value)
        except RefusalError as refusal:
            return refusal
        return None

    def _cleaned(self, value: str) -> str | None:
        """Advice: the name that a slip of the pen was meant to be."""
        words = re.sub(r"[^\w.-]+", "-", value[:LONGEST_TYPE]).lower()
        dotted = re.sub(r"[.-]*\.[.-]*", ".", words).strip(".-")
        tries = (value.strip(), dotted, re.sub(r"[-.]+", "_", dotted))
        meant = next((text for text in tries if self.pattern and re.fullmatch(self.pattern, text)), None)
        return f"write `{meant}`" if meant else None

    def json_schema(self) -> JsonSchema:
        shape = {"pattern": f"^(?:{self.pattern})$"} if self.pattern else {}
        return {"type": "string", "minLength": 1, "maxLength": self.longest, **shape}


def _quoted(value: Any) -> str | None:
    if isinstance(value, bool):
        return f'write "{str(value).lower()}" in quotes if the text is meant'
    return f'write "{value}" in quotes if the text is meant' if isinstance(value, int | float) else None


@dataclass(frozen=True, slots=True)
class OneOf(ValueKind):
    """One of a few words."""

    words: tuple[str, ...] = ()

    def read(self, value: Any) -> str:
        if isinstance(value, str) and value in self.words:
            return value
        near = nearest(str(value), self.words)
        raise self.refusal(value, f"write `{near}`" if near else None)

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "enum": list(self.words)}


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
    """A duration of more than 0 and at most 3,660 days, read as milliseconds."""

    expected: str = IN_WORDS
    example: Any = "24h"

    def read(self, value: Any) -> int:
        millis = parse_duration(value) if isinstance(value, str) else None
        if millis is None:
            raise self.refusal(value, self._meant(value))
        if not 0 < millis <= LONGEST:
            raise self.refusal(value, expected=f"a duration of at least 1s and at most {in_words(LONGEST)}")
        return millis

    def _meant(self, value: Any) -> str | None:
        if isinstance(value, int | float | str) and re.fullmatch(r"[0-9]{1,6}", str(value)):
            return "write {0}s, {0}m, {0}h or {0}d".format(str(value).lstrip("0") or "1")
        guess = guess_duration(value) if isinstance(value, str) else None
        return f"write `{guess}`" if guess else None

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "pattern": "^[0-9]*[1-9][0-9]*[smhd]$"}


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
        one = {"type": "string", "pattern": f"^(?:{TYPE_PATTERN})$", "maxLength": LONGEST_TYPE}
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


TYPE: Final = Text(
    "a dotted name such as `order.placed`, a wildcard such as `content.*`, or '*'",
    "order.placed",
    LONGEST_TYPE,
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
        kind = field_kind(value) if isinstance(value, str) and len(value) <= LONGEST_TYPE else None
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


@dataclass(frozen=True, slots=True)
class ChannelChoice(ValueKind):
    """The channel of a trigger: one name."""

    expected: str = "the name of a channel"
    example: Any = "email"

    def read(self, value: Any) -> str:
        if isinstance(value, list):
            raise RefusalError("a list of channels, which is not supported yet", self.expected, "name one channel")
        if value == "best":
            raise RefusalError("`best`, which is not supported yet", self.expected, "name one channel")
        if not isinstance(value, str):
            raise self.refusal(value)
        return value

    def json_schema(self) -> JsonSchema:
        return {"type": "string"}


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
            "description": self.expected,
            "examples": [self.example],
            **each,
            bounds[0]: self.least,
            bounds[1]: self.most,
        }

    def read(self, value: Any) -> Any:
        if not isinstance(value, dict if self.is_table else list):
            raise self.refusal(value)
        if len(value) < self.least:
            raise RefusalError(f"an empty {'mapping' if self.is_table else 'list'}", self.expected, self.advice())
        if len(value) > self.most:
            raise RefusalError(f"{len(value):,} of them", f"{self.expected}, at most {self.most:,}", "take some away")
        return value


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


@dataclass(frozen=True, slots=True)
class TimeZone(ValueKind):
    """The name of a time zone in the tzdata package, so that every machine knows the same ones."""

    expected: str = "the IANA name of a time zone"
    example: Any = "Europe/Brussels"

    def read(self, value: Any) -> str:
        if isinstance(value, str) and value in _time_zones():
            return value
        near = nearest(value, _time_zones()) if isinstance(value, str) else None
        raise self.refusal(value, f"write `{near}`" if near else None)

    def json_schema(self) -> JsonSchema:
        return {"type": "string"}


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())
