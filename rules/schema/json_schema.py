"""The JSON Schema of each kind of file, for editors."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, RootModel

from rules.duration import in_words
from rules.schema.features import (
    CountEntry,
    DistinctEntry,
    FirstEntry,
    LastEntry,
    MaxEntry,
    MeanEntry,
    MinEntry,
    ScoreEntry,
    SumEntry,
    TopEntry,
)
from rules.schema.library import ChannelEntry, InteractionEntry, LibraryFile
from rules.schema.signals import SignalFile
from rules.schema.words import CHANNEL_NAME, FEATURE_NAME, TYPE_NAME

_AnyFeature = (
    CountEntry
    | SumEntry
    | MeanEntry
    | MinEntry
    | MaxEntry
    | DistinctEntry
    | FirstEntry
    | LastEntry
    | TopEntry
    | ScoreEntry
)


def json_schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each file kind, by the name of the file; ``signal`` is that of every file in `signals/`."""
    kinds: dict[str, type[BaseModel]] = {
        "library.yaml": LibraryFile,
        "interactions.yaml": RootModel[dict[Annotated[str, TYPE_NAME], InteractionEntry]],
        "channels.yaml": RootModel[dict[Annotated[str, CHANNEL_NAME], ChannelEntry]],
        "features.yaml": RootModel[dict[Annotated[str, FEATURE_NAME], _AnyFeature]],
        "signal": SignalFile,
    }
    return {name: _tidy(model.model_json_schema(by_alias=True)) for name, model in kinds.items()}


def _tidy(schema: Any) -> Any:
    """Without the defaults that are no values a file can hold, and with durations as a file writes them."""
    if isinstance(schema, list):
        return [_tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {key: _tidy(part) for key, part in schema.items() if not (key == "default" and part in (None, {}))}
    if tidy.get("type") == "string" and isinstance(tidy.get("default"), int):
        tidy["default"] = in_words(tidy["default"])
    return tidy
