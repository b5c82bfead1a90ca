"""The AsyncAPI document: right by AsyncAPI's own schema, its channels those of the library."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from streams.dead_letters import record
from tests.streams.test_cli import telltale
from tests.streams.test_dead_letters import letter

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "rules" / "library" / "shop"
OFFICIAL = json.loads(gzip.decompress((ROOT / "tests" / "testdata" / "asyncapi" / "3.0.0.json.gz").read_bytes()))


def document(*arguments: object) -> dict[str, Any]:
    result = telltale("schema", "--asyncapi", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    printed: dict[str, Any] = json.loads(result.stdout)
    return printed


@pytest.mark.parametrize("arguments", [(), ("--library", SHOP), ("--library", SHOP, "--namespace", "eu")])
def test_it_is_right_by_the_official_schema(arguments: tuple[object, ...]) -> None:
    assert [error.message for error in Draft7Validator(OFFICIAL).iter_errors(document(*arguments))] == []


def test_the_official_schema_finds_what_is_wrong() -> None:
    wrong = document()
    wrong["operations"]["read.touchpoints"]["action"] = "eat"
    assert not Draft7Validator(OFFICIAL).is_valid(wrong)


def test_its_channels_are_those_of_the_library_under_their_full_names() -> None:
    told = document("--library", SHOP, "--namespace", "eu")
    addresses = {name: channel["address"] for name, channel in told["channels"].items()}
    outputs = {"decisions": "eu.decisions", "deadLetters": "eu.dead-letters", "touchpoints": "eu.touchpoints"}
    channels = ("site", "email", "sms", "ads", "call_centre", "advisor", "direct_mail")
    assert addresses == outputs | {f"triggers.{name}": f"eu.triggers.{name}" for name in channels}
    assert told["info"]["title"] == "Telltale: shop"


def test_without_a_library_one_topic_stands_for_every_channel() -> None:
    triggers = document()["channels"]["triggers"]
    assert triggers["address"] == "triggers.{channel}"
    assert list(triggers["parameters"]) == ["channel"]


def test_all_it_refers_to_is_there() -> None:
    told = document("--library", SHOP)
    references = [value for key, value in _walk(told) if key == "$ref"]
    assert references
    for reference in references:
        at: Any = told
        for name in reference.removeprefix("#/").split("/"):
            at = at[name]


def test_a_dead_letter_has_the_headers_that_it_tells() -> None:
    headers = document()["components"]["messages"]["deadLetter"]["headers"]
    _, _, *rest = record("log", 0, letter(value=b"x" * 300_000))
    written = {name: value.decode() for name, value in rest[0]}  # type: ignore[union-attr]
    Draft7Validator({**headers, "additionalProperties": False}).validate(written)


def test_a_library_with_errors_is_told(tmp_path: Path) -> None:
    (tmp_path / "library.yaml").write_text("name: x\n")
    assert telltale("schema", "--asyncapi", "--library", tmp_path).exit_code == 1


def _walk(part: Any) -> list[tuple[str, Any]]:
    if isinstance(part, list):
        return [found for one in part for found in _walk(one)]
    if not isinstance(part, dict):
        return []
    return [*part.items(), *(found for one in part.values() for found in _walk(one))]
