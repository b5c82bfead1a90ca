"""`telltale schema` and `telltale reference`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rules import json_schemas, language_reference, message_schemas
from tests.streams.test_cli import telltale


def test_one_schema() -> None:
    result = telltale("schema", "signal")
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == json_schemas()["signal"]
    assert json.loads(telltale("schema", "features").stdout) == json_schemas()["features.yaml"]


def test_all_schemas(tmp_path: Path) -> None:
    result = telltale("schema", "--all", tmp_path / "schemas")
    assert result.exit_code == 0
    written = {path.name: json.loads(path.read_text("utf-8")) for path in (tmp_path / "schemas").iterdir()}
    schemas = {name.removesuffix(".yaml"): each for name, each in json_schemas().items()} | message_schemas()
    assert written == {f"{name}.schema.json": each for name, each in schemas.items()}
    assert all(name in result.stdout for name in written)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "expected either a KIND, --all DIR or --asyncapi"),
        (["signal", "--all", "x"], "expected either a KIND, --all DIR or --asyncapi"),
        (["signal", "--asyncapi"], "expected either a KIND, --all DIR or --asyncapi"),
        (["signl"], "found the kind `signl`; expected `library`, `interactions`, `channels`, `features`,"),
        (["signl"], "write `signal`"),
        (["xyz"], "write one of these"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str) -> None:
    result = telltale("schema", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = telltale("schema", "--all", tmp_path / "file" / "deeper")
    assert (result.exit_code, "can't be written" in result.stderr) == (1, True)


def test_the_reference() -> None:
    result = telltale("reference")
    assert (result.exit_code, result.stdout) == (0, language_reference())
