"""The JSON Schemas for editors: every key is described, every file of a good library is right by them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from rules.schema import json_schemas

TESTDATA = Path(__file__).parent.parent / "testdata"
SCHEMAS = json_schemas()


class Loader(yaml.CSafeLoader):
    """As YAML 1.2 reads a file: dates and `yes` are text."""


Loader.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(("timestamp", "int", "bool"))]
    for sign, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
for kind, pattern, signs in [("bool", r"true|false", "tf"), ("int", r"[-+]?[0-9]+", "-+0123456789")]:
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(f"^(?:{pattern})$"), list(signs))


def kind_of(file: Path) -> str:
    if file.name.endswith(".test.yaml"):
        return "timelines"
    if "stories" in file.parts:
        return "story"
    return "signal" if "signals" in file.parts else file.name


def mistakes(file: Path) -> list[str]:
    content = yaml.load(file.read_text("utf-8"), Loader)  # noqa: S506 - a safe loader's child
    return [error.message for error in Draft202012Validator(SCHEMAS[kind_of(file)]).iter_errors(content)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


GOOD = sorted((TESTDATA / "good").rglob("*.yaml"))
PHARMA = Path(__file__).parents[2] / "rules" / "library" / "pharma"


@pytest.mark.parametrize("file", GOOD, ids=lambda path: path.relative_to(TESTDATA).as_posix())
def test_the_files_of_good_libraries_are_right(file: Path) -> None:
    assert mistakes(file) == []


def test_a_story_that_ships_is_right() -> None:
    assert mistakes(PHARMA / "stories" / "oncora.yaml") == []


@pytest.mark.parametrize(
    "file",
    [
        "signal-keys/signals/keen.yaml",
        "two-patterns/signals/keen.yaml",
        "no-pattern/signals/keen.yaml",
        "durations/features.yaml",
        "feature-kinds/features.yaml",
        "feature-names/features.yaml",
        "library-keys/library.yaml",
        "library-values/library.yaml",
        "library-sources/library.yaml",
        "interactions-values/interactions.yaml",
        "segments/segments.yaml",
        "trend/features.yaml",
        "date/signals/a.yaml",
        "date/signals/e.yaml",
        "date/signals/f.yaml",
        "story-keys/stories/cardio.yaml",
        "story-missing/stories/cardio.yaml",
        "story-names/stories/cardio.yaml",
        "story-shares/stories/cardio.yaml",
        "story-one-stage/stories/cardio.yaml",
    ],
)
def test_what_is_wrong_by_itself_is_wrong_by_the_schema_too(file: str) -> None:
    assert mistakes(TESTDATA / "bad" / file)


def undescribed(schema: dict[str, Any]) -> Iterator[str]:
    """The keys that have no description of their own."""
    models = [schema, *schema.get("$defs", {}).values()]
    for model in models:
        for name, property_ in model.get("properties", {}).items():
            if not property_.get("description"):
                yield name


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_says_what_it_is_for(name: str) -> None:
    assert list(undescribed(SCHEMAS[name])) == []


def test_a_description_says_what_for_and_what() -> None:
    properties = SCHEMAS["signal"]["properties"]
    assert properties["again"]["description"] == (
        "The least time between two firings of an instance; a moment less than that after one isn't made up for. "
        "A duration: a whole number and one unit of s, m, h or d."
    )
    assert properties["date"]["description"].startswith("Fires when now comes into a window")


def test_names_that_no_file_can_hold_are_refused() -> None:
    for name, wrong in [("features.yaml", "a-b"), ("segments.yaml", "a-b"), ("channels.yaml", "E Mail")]:
        validator = Draft202012Validator(SCHEMAS[name])
        entry = {"count": "page_view"} if name == "features.yaml" else {} if name == "channels.yaml" else "True"
        assert validator.is_valid({"email": entry})
        assert not validator.is_valid({wrong: entry})
