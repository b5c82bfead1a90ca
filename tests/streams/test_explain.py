"""`telltale explain` and `telltale replay --against`, as they are called."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from aiokafka.partitioner import DefaultPartitioner
from typer.testing import CliRunner, Result

from rules import MARKER_KEY, Kept, Partition, compile_plan, load_library
from rules.links import Links
from rules.log_lines import Record
from rules.state import State, encode_state
from streams.cli.application import application
from streams.customer import read_customer
from streams.settings import Settings
from streams.topics import Catalogue, create
from tests.kafka import Kafka, Message

ROOT = Path(__file__).parent.parent.parent
SHOP = ROOT / "rules" / "library" / "shop"
HOUR = 3_600_000
DAY = 24 * HOUR


def telltale(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(application(), [str(one) for one in arguments], input=stdin)


def touchpoint(number: int, time: int, kind: str = "basket.added", customer: str = "ann") -> bytes:
    return json.dumps({"id": str(number), "type": kind, "time": time, "customer": customer}).encode() + b"\n"


@pytest.fixture
def traffic(tmp_path: Path) -> Path:
    """A basket left, and four products viewed in half an hour."""
    path = tmp_path / "traffic.jsonl"
    views = [touchpoint(n, DAY + n * 60_000, "product.viewed") for n in range(1, 5)]
    path.write_bytes(touchpoint(0, 0) + b"".join(views) + touchpoint(9, 2 * DAY, "page.home", "bob"))
    return path


class TestExplain:
    def test_what_fired_and_what_came_near(self, traffic: Path) -> None:
        result = telltale("explain", "ann", "--library", SHOP, "--replay", traffic)
        assert (result.exit_code, result.stderr) == (0, "")
        lines = result.stdout.splitlines()
        # the clock stands where shop.browse-left was asked, four hours after the third view
        assert lines[0].startswith("ann at 1970-01-03 00:00 (UTC), last heard of 1970-01-02 04:03, shop@")
        at = lines.index("shop.abandoned-basket (live, follow)")
        assert lines[at + 1 : at + 4] == [
            "  fired 1970-01-01 01:00: deferred, quiet: email: 21:00 to 08:00 in UTC",
            "    then 1970-01-01 08:00: sent to email",
            "    by basket.added 1970-01-01 00:00 (0)",
        ]
        at = lines.index("shop.keen-browser (live, when)")
        assert lines[at + 3 : at + 6] == [
            "  came nearest 1970-01-02 00:04:",
            "    not true:",
            "      [ ] views_30m is 4, needs 5 or more; the oldest of the 4 leaves the window at 00:31",
        ]

    def test_one_signal_at_a_moment_as_json(self, traffic: Path) -> None:
        arguments = ["--library", SHOP, "--replay", traffic, "--signal", "shop.keen-browser", "--json"]
        result = telltale("explain", "ann", *arguments, "--at", "1970-01-02T00:02:30Z")
        assert result.exit_code == 0
        [only] = json.loads(result.stdout)["signals"]
        [instance] = only["instances"]
        assert only["signal"] == "shop.keen-browser"
        assert instance["now"]["asked"]["values"][0]["value"] == 2

    def test_standard_input(self) -> None:
        result = telltale("explain", "ann", "--library", SHOP, "--replay", "-", stdin=touchpoint(1, 0))
        assert (result.exit_code, result.stderr) == (0, "")
        assert "  fires by time alone 01:00, if nothing comes before" in result.stdout.splitlines()

    def test_nobody(self, traffic: Path) -> None:
        result = telltale("explain", "eve", "--library", SHOP, "--replay", traffic)
        assert result.exit_code == 1
        assert ", never seen, shop@" in result.stdout

    def test_a_line_that_cannot_be_used(self, tmp_path: Path) -> None:
        path = tmp_path / "a.jsonl"
        path.write_bytes(b'\n{"id":"2","type":"a","time":0,"customer":"ann","attention":2}\n')
        result = telltale("explain", "ann", "--library", SHOP, "--replay", path)
        assert result.stderr == f"{path}:2: wrong type: Expected `float` <= 1.0\n"

    def test_mixed_lines_and_broken_files(self, tmp_path: Path) -> None:
        dumped = b'{"id":"2","type":"a","time":0,"customer":"ann","_log":{"partition":0,"offset":0,"time":0}}\n'
        (tmp_path / "a.jsonl").write_bytes(touchpoint(1, 0) + dumped)
        (tmp_path / "b.jsonl.gz").write_bytes(b"not packed")
        mixed = telltale("explain", "ann", "--library", SHOP, "--replay", tmp_path / "a.jsonl")
        assert mixed.exit_code == 1
        assert mixed.stderr.startswith(f"{tmp_path / 'a.jsonl'}:2: found a line of a dumped log")
        broken = telltale("explain", "ann", "--library", SHOP, "--replay", tmp_path / "b.jsonl.gz")
        assert broken.exit_code == 1
        assert "expected files that can be read" in broken.stderr

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--replay", "no-such-file"], "--replay: found no file `no-such-file`"),
            (["--replay", "-", "--at", "soon"], "--at: found 'soon'; expected a time such as 2026-01-05T10:00:00Z"),
            (["--signal", "shop.keen-browsr"], "--signal: found no signal 'shop.keen-browsr'; write shop.keen-browser"),
        ],
    )
    def test_wrong_usage(self, arguments: list[str], said: str) -> None:
        result = telltale("explain", "ann", "--library", SHOP, *arguments)
        assert result.exit_code == 2
        assert said in result.stderr

    def test_no_broker(self) -> None:
        result = telltale("explain", "ann", "--library", SHOP, "--broker", "localhost:1", "--wait", "0")
        assert result.exit_code == 1
        assert "broker localhost:1: found nobody" in result.stderr


class TestAgainst:
    @pytest.fixture
    def other(self, tmp_path: Path) -> Path:
        """The shop with one product less asked of a keen browser."""
        other = shutil.copytree(SHOP, tmp_path / "other")
        path = other / "signals" / "keen-browser.yaml"
        path.write_text(path.read_text().replace("views_30m >= 5", "views_30m >= 4"))
        return other

    def test_what_a_change_changes(self, traffic: Path, other: Path) -> None:
        result = telltale("replay", traffic, "--library", other, "--against", SHOP)
        assert (result.exit_code, result.stderr) == (0, "6 touchpoints; 1 of 32 signals fire otherwise\n")
        before, after, _, *rest = result.stdout.splitlines()
        assert before.startswith("before: shop@")
        assert before.endswith(f"({SHOP})")
        assert after.endswith(f"({other})")
        assert [row.split() for row in rest[1:3]] == [
            ["shop.keen-browser", "0", "1", "0", "1", "0", "0", "0", "0", "1"],
            ["all", "0", "1", "0", "1", "0", "0", "0", "0", "1"],
        ]
        assert rest[4:] == [
            "shop.keen-browser",
            "  gained: ann, 1970-01-02 00:04 sent to site",
            "    before the change, 1970-01-02 00:04:",
            "      not true:",
            "        [ ] views_30m is 4, needs 5 or more; the oldest of the 4 leaves the window at 00:31",
        ]

    def test_nothing_changes(self, traffic: Path) -> None:
        result = telltale("replay", traffic, "--library", SHOP, "--against", SHOP)
        assert (result.exit_code, result.stderr) == (0, "6 touchpoints; 0 of 32 signals fire otherwise\n")
        assert len(result.stdout.splitlines()) == 2

    def test_lines_that_cannot_be_used(self, other: Path) -> None:
        result = telltale("replay", "-", "--library", SHOP, "--against", other, stdin=b"no json\n")
        assert result.exit_code == 1
        assert "1 record that can't be used" in result.stderr

    def test_it_writes_no_triggers(self, traffic: Path, other: Path, tmp_path: Path) -> None:
        out = tmp_path / "triggers.jsonl"
        result = telltale("replay", traffic, "--library", SHOP, "--against", other, "--triggers", out)
        assert result.exit_code == 2
        assert not out.exists()

    def test_a_bad_library(self, traffic: Path, tmp_path: Path) -> None:
        (tmp_path / "bad").mkdir()
        (tmp_path / "bad" / "library.yaml").write_text("name: shop\n")
        result = telltale("replay", traffic, "--library", SHOP, "--against", tmp_path / "bad")
        assert result.exit_code == 1
        assert result.stderr.splitlines()[-1] == "1 problem"


class TestLive:
    """What the topics of an installation hold, read from a broker."""

    async def test_the_records_of_one_customer_and_no_others(self, kafka: Kafka) -> None:
        settings = Settings(broker=kafka.bootstrap, namespace=kafka.topic_name(), partitions=3, clock="log")
        await create(settings, Catalogue(settings, ["email", "site"]))
        kept = Kept(encode_state(State(clock=5)), b"marker", [b"one", b"two"], [b"decision"], [b"trigger"])
        numbers = [0, 1, 2]
        chosen = DefaultPartitioner()(b"ann", numbers, numbers)
        self.fill(kafka, settings, kept, place=(chosen + 1) % 3)
        assert await self.read(settings, "ann") == ("ann", kept)
        nothing = Kept(None, None, [], [], []), Kept(None, b"marker", [], [], [])
        assert await self.read(settings, "eve") in [("eve", one) for one in nothing]

    async def test_an_alias_is_followed(self, kafka: Kafka) -> None:
        settings = Settings(broker=kafka.bootstrap, namespace=kafka.topic_name(), partitions=3, clock="log")
        await create(settings, Catalogue(settings, ["email", "site"]))
        state, ties = encode_state(State(clock=5)), [("cookie:1", "anon:2"), ("anon:2", "ann")]
        aliases = [Message(encode_state(State(links=Links(of))), name.encode()) for name, of in ties]
        kafka.produce(settings.name("telltale-states-changelog"), [*aliases, Message(state, b"ann")])
        customer, kept = await self.read(settings, "cookie:1")
        assert (customer, kept.state) == ("ann", state)

    def fill(self, kafka: Kafka, settings: Settings, kept: Kept, place: int) -> None:
        """In a partition that isn't the one that clients would choose, beside another customer's records."""
        name, key = settings.name, b"ann"
        kafka.produce(
            name("telltale-states-changelog"),
            [
                Message(b"old", key, partition=place),
                Message(b"bob's", b"bob", partition=place),
                Message(kept.state or b"", key, partition=place),
                Message(kept.marker or b"", MARKER_KEY, partition=place),
            ],
        )
        for topic, values in (
            ("touchpoints", kept.touchpoints),
            ("decisions", kept.decisions),
            ("triggers.email", kept.triggers),
        ):
            others = [Message(b"bob's", b"bob", partition=place), Message(b"tick", None, partition=place)]
            kafka.produce(name(topic), [*others, *(Message(one, key, partition=place) for one in values)])

    async def read(self, settings: Settings, customer: str) -> tuple[str, Kept]:
        return await read_customer(settings, customer, ["email", "site"], lambda _done, _all: None, lambda _: None)

    def test_the_command(self, kafka: Kafka) -> None:
        namespace = kafka.topic_name()
        settings = Settings(broker=kafka.bootstrap, namespace=namespace, partitions=1, clock="log")
        result = telltale(
            "topics",
            "--create",
            "--library",
            SHOP,
            "--broker",
            kafka.bootstrap,
            "--namespace",
            namespace,
            "--partitions",
            1,
            "--clock",
            "log",
        )
        assert result.exit_code == 0, result.stderr
        states: dict[bytes, bytes] = {}
        partition = Partition(compile_plan(load_library(SHOP)), states, number=0, log="log", clock="log")
        line = touchpoint(1, 0).strip()
        partition.commit(partition.evaluate([Record(0, 0, b"ann", line)]))
        kafka.produce(
            settings.name("telltale-states-changelog"), [Message(value, key) for key, value in states.items()]
        )
        kafka.produce(settings.name("touchpoints"), [Message(line, b"ann")])
        arguments = ["--library", SHOP, "--broker", kafka.bootstrap, "--namespace", namespace, "--clock", "log"]
        now = telltale("explain", "ann", *arguments)
        assert (now.exit_code, now.stderr) == (0, "")
        assert "      basket.added 00:00 (1)" in now.stdout.splitlines()
        later = telltale("explain", "ann", *arguments, "--at", "1970-01-01T02:00:00Z")
        assert (
            "  fires, the detector hasn't got there, 01:00: deferred, quiet: email: 21:00 to 08:00 in UTC"
            in later.stdout.splitlines()
        )
        before = telltale("explain", "ann", *arguments, "--at", "1969-01-01T02:00:00Z")
        assert before.exit_code == 2
        assert "before the customer's last touchpoint, 1970-01-01T00:00:00.000Z" in before.stderr
