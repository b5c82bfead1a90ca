"""Texts: of one shape, one of a few words, the names of time zones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from rules.dates import zone_names
from rules.names import nearest
from rules.schema_kinds.kind import JsonSchema, RefusalError, ValueKind

LONGEST_NAME: Final = 200


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
        words = re.sub(r"[^\w.-]+", "-", value[:LONGEST_NAME]).lower()
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
class TimeZone(ValueKind):
    """The name of a time zone in the tzdata package, so that every machine knows the same ones."""

    expected: str = "the IANA name of a time zone"
    example: Any = "Europe/Brussels"

    def read(self, value: Any) -> str:
        if isinstance(value, str) and value in zone_names():
            return value
        near = nearest(value, zone_names()) if isinstance(value, str) else None
        raise self.refusal(value, f"write `{near}`" if near else None)

    def json_schema(self) -> JsonSchema:
        return {"type": "string"}
