"""`telltale context`: what it reads from its arguments; test_people publishes it on a real Kafka."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from streams.cli.application import application
from streams.cli.context import properties_of


@pytest.mark.parametrize(
    ("changes", "properties"),
    [
        (["weather=rain"], {"weather": "rain"}),
        (
            ["n=5", "on=true", "gone=null", 'text="5"', "list=[1]"],
            {"n": 5, "on": True, "gone": None, "text": "5", "list": [1]},
        ),
        (["weather.Ghent=rain", "weather.Sint-Niklaas=sun"], {"weather": {"Ghent": "rain", "Sint-Niklaas": "sun"}}),
        (['w={"a":1}', "w.b=2"], {"w": {"a": 1, "b": 2}}),
        (["town.St. Niklaas=a=b"], {"town": {"St. Niklaas": "a=b"}}),
        (["empty="], {"empty": ""}),
    ],
)
def test_changes(changes: list[str], properties: dict[str, Any]) -> None:
    assert properties_of(changes) == properties


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (["weather"], "found 'weather'; expected NAME=VALUE or NAME.ENTRY=VALUE, such as weather.Ghent=rain"),
        (["=rain"], "found '=rain'; expected NAME=VALUE"),
        (["w.=rain"], "found 'w.=rain'; expected NAME=VALUE"),
        (["w=1", "w.a=2"], "found 'w.a=2' behind a value of 'w' as a whole; expected one of the two"),
        (["w\0=1"], "wrong type at $.properties"),
    ],
)
def test_wrong_ones(changes: list[str], found: str) -> None:
    result = CliRunner().invoke(application(), ["context", *changes])
    assert (result.exit_code, result.stdout) == (2, "")
    assert found in result.stderr
