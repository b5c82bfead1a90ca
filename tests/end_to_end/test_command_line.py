"""The commands that speak to a broker, on a real Kafka."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from streams.cli.application import application
from tests.kafka import Kafka, Message

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "rules" / "library" / "shop"
DATA = ROOT / "streams" / "demo_data"


def telltale(*arguments: object) -> Result:
    return CliRunner().invoke(application(), [str(one) for one in arguments])


@pytest.fixture
def installed(kafka: Kafka) -> tuple[str, ...]:
    """The flags of a namespace whose topics are there."""
    flags = ("--broker", kafka.bootstrap, "--namespace", kafka.topic_name("cli"))
    result = telltale("topics", *flags, "--library", SHOP, "--partitions", "2", "--create")
    assert result.exit_code == 0, result.output
    return flags


def test_topics_are_created_once_and_then_checked(kafka: Kafka) -> None:
    namespace = kafka.topic_name("cli")
    flags = ("--broker", kafka.bootstrap, "--namespace", namespace, "--library", SHOP)
    missing = telltale("topics", *flags)
    assert missing.exit_code == 1
    assert f"topic {namespace}.touchpoints: found no such topic" in missing.stdout
    assert missing.stdout.splitlines()[-1] == "12 problems"
    for more in (["--create"], ["--create"], []):
        result = telltale("topics", *flags, *more)
        assert (result.exit_code, result.stderr) == (0, "")
        assert len(result.stdout.splitlines()) == 12
        assert f"topic {namespace}.triggers.call_centre: good" in result.stdout


def test_imported_dumped_and_replayed_it_is_the_same(installed: tuple[str, ...], tmp_path: Path) -> None:
    mapping, dump = DATA / "ecom.yaml", tmp_path / "log.jsonl.gz"
    imported = telltale("import", DATA / "ecom.csv.gz", "--mapping", mapping, *installed)
    assert (imported.exit_code, imported.stdout) == (0, "")
    assert imported.stderr == "31,106 touchpoints from ecom.csv.gz\n"
    dumped = telltale("log", "dump", *installed, "--out", dump)
    assert (dumped.exit_code, dumped.stdout, dumped.stderr) == (0, "", "31,106 records dumped\n")
    # Each partition's time ends with its last touchpoint, so a few timers more than in one file are open.
    options = ("--library", SHOP, "--clock", "log", "--until", "+90d")
    from_file = telltale("replay", dump, *options, "--triggers", tmp_path / "a.jsonl")
    from_broker = telltale("replay", "--topic", *installed, *options, "--triggers", tmp_path / "b.jsonl")
    assert (from_file.exit_code, from_broker.exit_code) == (0, 0)
    assert from_file.stdout == from_broker.stdout
    lines = [sorted((tmp_path / name).read_bytes().splitlines()) for name in ("a.jsonl", "b.jsonl")]
    assert lines[0] == lines[1]
    telltale("import", DATA / "ecom.csv.gz", "--mapping", mapping, "--to", tmp_path / "plain.jsonl")
    telltale(
        "replay", tmp_path / "plain.jsonl", "--library", SHOP, "--until", "+90d", "--triggers", tmp_path / "c.jsonl"
    )
    assert sorted((tmp_path / "c.jsonl").read_bytes().splitlines()) == lines[0]


def test_poison_is_dumped_and_is_poison_again(kafka: Kafka, installed: tuple[str, ...], tmp_path: Path) -> None:
    good = b'{"id":"1","type":"basket.added","time":0,"customer":"ann"}'
    messages = [Message(b"no json", key=b"a"), Message(None, key=b"b"), Message(b"\xff"), Message(good, key=b"bob")]
    kafka.produce(f"{installed[3]}.touchpoints", [*messages, Message(good, key=b"ann")])
    assert telltale("log", "dump", *installed, "--out", tmp_path / "log.jsonl").stderr == "5 records dumped\n"
    result = telltale("replay", tmp_path / "log.jsonl", "--library", SHOP)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == "1 touchpoint"
    assert result.stderr.splitlines()[-1] == "4 records that can't be used"
    places = [json.loads(line)["_log"] for line in (tmp_path / "log.jsonl").read_bytes().splitlines()]
    assert all({"partition", "offset", "time"} <= place.keys() for place in places)


def test_an_empty_log(installed: tuple[str, ...]) -> None:
    result = telltale("log", "dump", *installed)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "0 records dumped\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("log", "dump"),
        ("import", DATA / "ecom.csv.gz", "--mapping", DATA / "ecom.yaml"),
        ("replay", "--topic", "--library", SHOP),
    ],
)
class TestAbsent:
    def test_a_log(self, arguments: tuple[object, ...], kafka: Kafka) -> None:
        result = telltale(*arguments, "--broker", kafka.bootstrap, "--namespace", "nobody")
        assert result.exit_code == 1
        expected = (
            "topic nobody.touchpoints: found no such topic, expected the log; run `telltale topics --create` first"
        )
        assert result.stderr.splitlines()[-1] == expected

    def test_a_broker(self, arguments: tuple[object, ...]) -> None:
        result = telltale(*arguments, "--broker", "127.0.0.1:1", "--wait", "0.2")
        assert result.exit_code == 1
        assert result.stderr.splitlines()[-1].startswith("broker 127.0.0.1:1: found nobody within 0 s")
