"""The commands that speak to a broker, on a real Kafka."""

from __future__ import annotations

import json
import random
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rules import load_library
from streams.cli.application import application
from streams.libraries import from_line
from streams.libraries.publish import user
from tests.kafka import Kafka, Message

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "rules" / "library" / "shop"
QUICK = ROOT / "tests" / "end_to_end" / "libraries" / "quick"
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
    assert result.stderr.splitlines()[-1] == "3 records that can't be used"
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


class TestPublish:
    """One library after the other into a topic; what is shown of each."""

    @pytest.fixture
    def library(self, tmp_path: Path) -> Path:
        return Path(shutil.copytree(QUICK, tmp_path / "quick"))

    def test_the_first_one(self, kafka: Kafka, library: Path) -> None:
        flags = ("--broker", kafka.bootstrap, "--namespace", kafka.topic_name("publish"))
        missing = telltale("publish", library, *flags)
        lacking = (
            f"not published: found no topic {flags[3]}.libraries; expected one; create what lacks with --create-topics"
        )
        assert (missing.exit_code, missing.stderr) == (1, lacking + "\n")
        shown = telltale("publish", library, *flags, "--dry-run", "--approve", "ann")
        assert shown.exit_code == 0
        assert kafka.topics().isdisjoint({f"{flags[3]}.libraries", f"{flags[3]}.triggers.email"})
        done = telltale("publish", library, *flags, "--approve", "ann", "--approve", "ben", "--create-topics")
        digest = load_library(library).digest
        before = [
            f"{library}: library quick, 5 signals (4 live, 1 shadow), 6 features, 2 channels",
            "0 timelines of 0 signals, 5 signals without one, nothing to run",
            f"digest {digest}",
        ]
        assert done.exit_code == 0, done.output
        assert timeless(shown.stdout) == [
            *before,
            "approved by ann, TIME",
            "newest published: none",
            f"topic {flags[3]}.triggers.email: found none, --create-topics is needed",
            f"topic {flags[3]}.triggers.site: found none, --create-topics is needed",
            "nothing published: --dry-run",
        ]
        assert timeless(done.stdout) == [
            *before,
            "approved by ann, TIME",
            "approved by ben, TIME",
            "newest published: none",
            f"topic {flags[3]}.triggers.email: created",
            f"topic {flags[3]}.triggers.site: created",
            f"published as quick@{digest[:12]} (sequence 0): workers switch to it by themselves",
        ]
        (record,) = kafka.read_all(f"{flags[3]}.libraries")
        fields = json.loads(record.value)
        assert record.key == digest.encode()
        assert [(one["by"], one["digest"]) for one in fields["approved"]] == [("ann", digest), ("ben", digest)]
        assert (fields["replaces"], fields["warm_from"], fields["version"]) == (None, None, f"quick@{digest[:12]}")
        assert fields["files"]["signals/keen.yaml"] == (library / "signals" / "keen.yaml").read_text()

    def test_the_same_again_and_with_another_approval(self, kafka: Kafka, library: Path) -> None:
        flags = ("--broker", kafka.bootstrap, "--namespace", kafka.topic_name("publish"))
        assert telltale("publish", library, *flags, "--create-topics", "--approve", "ann").exit_code == 0
        for approval in ((), ("--approve", "ann")):
            again = telltale("publish", library, *flags, *approval)
            assert (again.exit_code, again.stdout.splitlines()[-1]) == (
                0,
                "already the newest (sequence 0): nothing to publish",
            )
        (library / "channels.yaml").write_text("# said otherwise, meant the same\nemail: {}\nsite: {}\n")
        assert "already the newest" in telltale("publish", library, *flags).stdout
        more = telltale("publish", library, *flags, "--approve", "ben", "--approve", "ann")
        assert more.exit_code == 0
        assert "(sequence 1): workers switch" in more.stdout
        records = [json.loads(one.value) for one in kafka.read_all(f"{flags[3]}.libraries")]
        assert [one["by"] for one in records[-1]["approved"]] == ["ann", "ben"]
        # Back to it from another one: who has approved it still has.
        (library / "channels.yaml").write_text("email: {}\nsite: {}\npush: {}\n")
        assert telltale("publish", library, *flags, "--create-topics").exit_code == 0
        (library / "channels.yaml").write_text("email: {}\nsite: {}\n")
        assert telltale("publish", library, *flags).exit_code == 0
        *_, other, back = (json.loads(one.value) for one in kafka.read_all(f"{flags[3]}.libraries"))
        assert other["approved"] == []
        assert (back["replaces"], back["approved"]) == (other["digest"], records[-1]["approved"])

    def test_what_changes_and_begins_anew(self, kafka: Kafka, library: Path) -> None:
        flags = ("--broker", kafka.bootstrap, "--namespace", kafka.topic_name("publish"))
        early = telltale("publish", library, *flags, "--create-topics", "--warm-from", "1d-ago")
        nothing = "--warm-from: found no library published before; expected one that this one follows; leave it out\n"
        assert (early.exit_code, early.stderr) == (1, nothing)
        assert telltale("publish", library, *flags, "--create-topics").exit_code == 0
        first = load_library(library)
        features = library / "features.yaml"
        features.write_text(features.read_text().replace("over: 2s", "over: 3s"))
        basket = library / "signals" / "basket.yaml"
        basket.write_text(basket.read_text().replace("for: 2s", "for: 4s"))
        result = telltale("publish", library, *flags, "--warm-from", "2026-01-05T10:00:00Z")
        assert result.exit_code == 0, result.output
        anew = "these begin anew, as their definition or that of a feature they read changed: "
        assert timeless(result.stdout)[3:-1] == [
            f"newest published: quick@{first.digest[:12]} (sequence 0), TIME{by()}",
            "  signals: basket changed (follow)",
            "  features: views_2s changed (over)",
            f"{anew}signals basket, keen; features views_2s, with what the log says from TIME on",
        ]
        last = json.loads(kafka.read_all(f"{flags[3]}.libraries")[-1].value)
        assert (last["replaces"], last["warm_from"]) == (first.digest, 1_767_607_200_000)

    def test_one_that_is_too_large(self, kafka: Kafka, library: Path) -> None:
        flags = ("--broker", kafka.bootstrap, "--namespace", kafka.topic_name("publish"))
        draw = random.Random(7)
        signal = (library / "signals" / "keen.yaml").read_text()
        for number in range(14):  # comments that can't be packed, as long as a file may be
            noise = draw.randbytes(480_000).hex()
            lines = "".join(f"# {noise[at : at + 1000]}\n" for at in range(0, len(noise), 1000))
            text = signal.replace("signal: keen", f"signal: keen-{number}") + lines
            (library / "signals" / f"keen-{number}.yaml").write_text(text)
        result = telltale("publish", library, *flags, "--create-topics")
        assert result.exit_code == 0, result.output
        assert telltale("log", "dump", *flags[:4], "--topic", "libraries", "--out", library / "log").exit_code == 0
        assert from_line((library / "log").read_bytes()).digest == load_library(library).digest
        for number in range(14, 18):
            noise = draw.randbytes(480_000).hex()
            lines = "".join(f"# {noise[at : at + 1000]}\n" for at in range(0, len(noise), 1000))
            text = signal.replace("signal: keen", f"signal: keen-{number}") + lines
            (library / "signals" / f"keen-{number}.yaml").write_text(text)
        refused = telltale("publish", library, *flags)
        assert refused.exit_code == 1
        assert re.fullmatch(
            r"library quick@\w{12}: found [\d,]+ bytes packed of YAML, expected 8,323,072 at most; make it two "
            r"libraries, each with a namespace of its own\n",
            refused.stderr,
        )


def timeless(text: str) -> list[str]:
    """The lines, each time in them as TIME."""
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", text).splitlines()


def by() -> str:
    """How the user of these tests is told."""
    return f" by {user()}" if user() else ""
