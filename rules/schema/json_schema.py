"""The JSON Schema of each kind of file, for editors."""

from __future__ import annotations

from typing import Annotated, Any, Final

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
    TrendEntry,
)
from rules.schema.library import ChannelEntry, InteractionEntry, LibraryFile
from rules.schema.signals import SignalFile
from rules.schema.stories import StoryFile
from rules.schema.timelines import TimelineEntry
from rules.schema.words import CHANNEL_NAME, FEATURE_NAME, SEGMENT_NAME, TYPE_NAME, Condition

JsonSchema = dict[str, Any]

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
    | TrendEntry
)


def json_schemas() -> dict[str, JsonSchema]:
    """The JSON Schema of each file kind, by the name of the file; ``signal`` is that of every file in `signals/`,
    ``story`` that of every file in `stories/`.

    ``timelines`` is that of every `*.test.yaml` beside one. Each key has a description: what it is for, and what stands
    behind it.
    """
    kinds: dict[str, type[BaseModel]] = {
        "library.yaml": LibraryFile,
        "interactions.yaml": RootModel[dict[Annotated[str, TYPE_NAME], InteractionEntry]],
        "channels.yaml": RootModel[dict[Annotated[str, CHANNEL_NAME], ChannelEntry]],
        "features.yaml": RootModel[dict[Annotated[str, FEATURE_NAME], _AnyFeature]],
        "segments.yaml": RootModel[dict[Annotated[str, SEGMENT_NAME], Condition]],
        "story": StoryFile,
        "signal": SignalFile,
        "timelines": RootModel[list[TimelineEntry]],
    }
    return {name: _schema(name, model) for name, model in kinds.items()}


def _schema(name: str, model: type[BaseModel]) -> JsonSchema:
    generated = _tidy(model.model_json_schema(by_alias=True))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **generated, "title": f"{_TITLE}: {name}"}


_TITLE: Final = "A library of signals"


def _tidy(schema: Any) -> Any:
    """As a file may be written: nothing that no file can hold, durations as text; and with whole descriptions."""
    if isinstance(schema, list):
        return [_tidy(part) for part in schema if part != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    tidy = {key: _tidy(part) for key, part in schema.items() if not _is_of_no_use(key, part)}
    if tidy.get("type") == "string" and isinstance(tidy.get("default"), int):
        tidy["default"] = in_words(tidy["default"])
    if isinstance(expected := tidy.pop("$comment", None), str):
        tidy["description"] = " ".join([*_lines(tidy), f"{expected[0].upper()}{expected[1:]}."])
    elif "description" in tidy:
        tidy["description"] = " ".join(_lines(tidy))
    if "patternProperties" in tidy:
        tidy["additionalProperties"] = False
    if len(forms := tidy.get("anyOf", ())) == 1:
        tidy |= tidy.pop("anyOf") and forms[0]
    return tidy


def _is_of_no_use(key: str, part: Any) -> bool:
    """The defaults that no file can hold, and the titles that are the keys over again."""
    return (key == "default" and part in (None, {})) or (key == "title" and isinstance(part, str))


def _lines(tidy: JsonSchema) -> list[str]:
    return str(tidy.get("description", "")).split()
