"""`telltale customer`, as it is called without a broker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from streams.cli.application import application

SHOP = Path(__file__).parent.parent.parent / "rules" / "library" / "shop"


def telltale(*arguments: object) -> Result:
    return CliRunner().invoke(application(), ["customer", *map(str, arguments)])


@pytest.fixture
def traffic(tmp_path: Path) -> Path:
    path = tmp_path / "traffic.jsonl"
    said = {"id": "1", "type": "basket.added", "time": 0, "customer": "ann", "product": "tent"}
    path.write_text(json.dumps(said) + "\n")
    return path


def test_the_page(traffic: Path) -> None:
    result = telltale("ann", "--library", SHOP, "--replay", traffic)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Identities\n  ann (canonical)\n" in result.stdout
    said = json.loads(telltale("ann", "--library", SHOP, "--replay", traffic, "--json").stdout)
    assert said["customer"] == "ann"
    assert telltale("bob", "--library", SHOP, "--replay", traffic).exit_code == 1


NEITHER = "found --export with --erase or --check; expected one of them: export first, then erase\n"
ALONE = "found {} with --export, --erase or --check; expected it without them: they read topics\n"
WITHOUT = "found {} without --erase, or with --check; expected it with --erase alone\n"
BAD = {
    "no library": ([], "found no --library; expected the library's folder, by which the state is read\n"),
    "export and erase": (["--export", "--erase"], NEITHER),
    "export and check": (["--export", "--check"], NEITHER),
    "yes alone": (["--yes"], WITHOUT.format("--yes")),
    "yes and check": (["--erase", "--check", "--yes"], WITHOUT.format("--yes")),
    "erase as JSON": (["--erase", "--yes", "--json"], ALONE.format("--json")),
    "erase then": (["--erase", "--yes", "--at", "2026-01-05"], ALONE.format("--at")),
    "export of files": (["--export", "--library", SHOP, "--replay", SHOP / "features.yaml"], ALONE.format("--replay")),
    "no such file": (
        ["--library", SHOP, "--replay", "gone.jsonl"],
        "--replay: found no file `gone.jsonl`; expected JSON lines, or - for standard input\n",
    ),
    "no time": (
        ["--library", SHOP, "--at", "noon"],
        "--at: found 'noon'; expected a time such as 2026-01-05T10:00:00Z\n",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_wrong_usage(name: str) -> None:
    arguments, message = BAD[name]
    result = telltale("ann", *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", message)


def test_a_broker_that_stays_away() -> None:
    result = telltale("ann", "--erase", "--yes", "--broker", "localhost:1", "--wait", "0")
    assert result.exit_code == 1
    assert "localhost:1" in result.stderr
