"""What all models of a library have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator


class Seen:
    """Which model read which mapping, so that what is wrong in it can be said in the model's words."""

    def __init__(self) -> None:
        self.models: dict[int, type[Declared]] = {}


class Declared(BaseModel):
    """A mapping in a library.

    ``not_yet`` are keys of the language that this release doesn't reach; ``meant`` maps a key of a sibling that is
    easily written in the place of one of its own to that.

    The docstrings of the models and of their keys are what the reference of the language and editors show.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, validate_default=False, use_attribute_docstrings=True
    )
    not_yet: ClassVar[tuple[str, ...]] = ()
    meant: ClassVar[Mapping[str, str]] = {}
    called: ClassVar[str] = "mapping"

    @model_validator(mode="before")
    @classmethod
    def _note_model(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(info.context, Seen):
            info.context.models[id(value)] = cls
        return value

    @classmethod
    def siblings(cls) -> Iterable[type[Declared]]:
        """Models of what could stand in the same place: their keys are known, though not here."""
        return ()

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        return tuple(field.alias or name for name, field in cls.model_fields.items())


AnyModel = type[Declared]
