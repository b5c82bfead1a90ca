"""The command line: what it prints, and its exit codes."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from streams.cli.application import application
from streams.cli.moments import until
from streams.demo.traffic import bundled
from streams.settings import Settings

ROOT = Path(__file__).parent.parent.parent
SHOP = ROOT / "rules" / "library" / "shop"
TESTDATA = ROOT / "tests" / "testdata"
HOUR = 3_600_000


def telltale(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(application(), [str(one) for one in arguments], input=stdin)


def touchpoint(number: int, time: int, kind: str = "basket.added", customer: str = "ann") -> bytes:
    return json.dumps({"id": str(number), "type": kind, "time": time, "customer": customer}).encode() + b"\n"


class TestCheck:
    def test_a_good_library(self) -> None:
        result = telltale("check", SHOP)
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout == (
            f"{SHOP}: library shop, 32 signals (32 live), 43 features, 7 channels, 320 timelines, 38 touchpoint types; "
            "good\n"
        )

    def test_all_problems_of_a_bad_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(TESTDATA / "bad")
        result = telltale("check", "several-files")
        problems = (TESTDATA / "bad" / "several-files.txt").read_text("utf-8")
        assert result.exit_code == 1
        assert result.stdout == f"{problems}{len(problems.splitlines())} problems\n"

    @pytest.mark.parametrize("arguments", [[], ["no-such-folder"], [SHOP / "library.yaml"], [SHOP, SHOP]])
    def test_wrong_usage(self, arguments: list[object]) -> None:
        assert telltale("check", *arguments).exit_code == 2


def table_in(result: Result) -> list[str]:
    """What is printed up to the end of the table: which samples follow it hangs on what was read together."""
    lines = result.stdout.splitlines()
    end = next(number for number, line in enumerate(lines) if line.startswith("all "))
    return lines[: end + 1]


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("traffic") / "ecom.jsonl"
    path.write_bytes(b"".join(one.value + b"\n" for one in bundled().touchpoints))
    return path


class TestReplay:
    def test_the_shop_on_its_traffic(self, traffic: Path, tmp_path: Path) -> None:
        triggers, decisions = tmp_path / "triggers.jsonl", tmp_path / "decisions.jsonl.gz"
        result = telltale("replay", traffic, "--library", SHOP, "--triggers", triggers, "--decisions", decisions)
        assert (result.exit_code, result.stderr) == (0, "31,106 touchpoints\n")
        assert result.stdout == (TESTDATA / "ecom-replay.txt").read_text("utf-8")
        sent = [json.loads(line) for line in triggers.read_bytes().splitlines()]
        decided = [json.loads(line) for line in gzip.decompress(decisions.read_bytes()).splitlines()]
        went = [one["id"] for one in sent if one["type"] == "telltale.trigger"]
        assert sorted(went) == sorted(one["id"] for one in decided if one["outcome"] == "sent")
        taken_back = [one["data"]["trigger"] for one in sent if one["type"] == "telltale.trigger.cancelled"]
        assert sorted(taken_back) == sorted(one["id"] for one in decided if one["outcome"] == "cancelled")
        sums = [int(sum_.replace(",", "")) for sum_ in result.stdout.splitlines()[-1].split()[1:]]
        assert sum(sums) == len(decided)

    def test_nobody_is_hounded(self, traffic: Path, tmp_path: Path) -> None:
        """Beside banners on the site nobody gets more than three messages in seven days."""
        telltale("replay", traffic, "--library", SHOP, "--triggers", tmp_path / "triggers.jsonl")
        events = [json.loads(line) for line in (tmp_path / "triggers.jsonl").read_bytes().splitlines()]
        moments: dict[str, list[int]] = {}
        for event in events:
            if event["data"]["channel"] != "site" and event["type"] == "telltale.trigger":
                moments.setdefault(event["subject"], []).append(int(event["id"].rpartition(":")[2]))
        most = max(sum(0 <= b - a < 7 * 24 * HOUR for b in times) for times in moments.values() for a in times)
        assert most <= 3

    def test_standard_input_packed_files_and_until(self, tmp_path: Path) -> None:
        (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(touchpoint(1, 0)))
        result = telltale(
            "replay", tmp_path / "a.jsonl.gz", "-", "--library", SHOP, "--until", "+1h", stdin=touchpoint(2, 5)
        )
        assert (result.exit_code, result.stderr) == (0, "2 touchpoints\n")
        assert result.stdout.splitlines()[1].split() == ["shop.abandoned-basket", "email", "1"]

    def test_bad_lines_are_named_by_file_and_line(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        Path("a.jsonl").write_bytes(touchpoint(1, 0) + b"\nno json\n")
        Path("b.jsonl").write_bytes(b'{"id":"2","type":"a","time":0,"customer":"ann","attention":2}\n')
        result = telltale("replay", "a.jsonl", "b.jsonl", "--library", SHOP)
        assert result.exit_code == 1
        assert result.stdout == ""
        assert result.stderr.splitlines() == [
            "1 touchpoint",
            "a.jsonl:3: not json: JSON is malformed: invalid character (byte 4)",
            "b.jsonl:1: wrong type at $.attention: Expected `float` <= 1.0",
            "2 records that can't be used",
        ]

    @pytest.mark.parametrize("against", [[], ["--against", SHOP]], ids=["counting", "comparing"])
    def test_shared_out_among_processes(self, traffic: Path, tmp_path: Path, against: list[object]) -> None:
        lines = traffic.read_bytes().splitlines(keepends=True)[:4_000]
        (tmp_path / "a.jsonl").write_bytes(b"".join([b"no json\n", *lines, b"[]\n"]))
        changed = tmp_path / "changed"
        shutil.copytree(SHOP, changed)
        basket = changed / "signals" / "abandoned-basket.yaml"
        basket.write_text(basket.read_text().replace("for: 1h", "for: 2h"))
        command = ("replay", tmp_path / "a.jsonl", "--library", changed, *against)
        whole, shared = (telltale(*command, "--processes", n) for n in (1, 3))
        assert (shared.exit_code, table_in(shared), shared.stderr) == (whole.exit_code, table_in(whole), whole.stderr)
        assert table_in(whole)[-1].startswith("all ")

    def test_linked_customers_are_not_shared_out(self, tmp_path: Path) -> None:
        link = {"id": "2", "type": "identity.linked", "time": 5, "customer": "anon", "properties": {"to": "ann"}}
        lines = touchpoint(1, 0, customer="anon") + json.dumps(link).encode() + b"\n"
        (tmp_path / "a.jsonl").write_bytes(lines)
        command = ("replay", tmp_path / "a.jsonl", "--library", SHOP, "--until", "+1h")
        whole, shared = (telltale(*command, "--processes", n) for n in (1, 2))
        assert (shared.exit_code, shared.stdout, shared.stderr) == (0, whole.stdout, whole.stderr)
        assert "shop.abandoned-basket" in shared.stdout

    def test_what_a_process_can_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "a.jsonl.gz").write_bytes(b"not packed")
        result = telltale("replay", tmp_path / "a.jsonl.gz", "--library", SHOP, "--processes", 2)
        assert result.exit_code == 1
        assert "expected files that can be read" in result.stderr

    def test_a_signal_without_a_channel_is_told_as_no_fault(self, tmp_path: Path) -> None:
        (tmp_path / "signals").mkdir()
        (tmp_path / "library.yaml").write_text("name: shop\nformat: 1\n")
        (tmp_path / "signals/step.yaml").write_text("signal: step\nstatus: live\nfollow: [basket.added]\n")
        decisions = tmp_path / "decisions.jsonl"
        result = telltale("replay", "-", "--library", tmp_path, "--decisions", decisions, stdin=touchpoint(1, 5))
        assert result.stdout == (
            "signal  channel  decision only\n"
            "step    -                    1\n"
            "all                          1\n"
            "decision only: the signal names no channel, so nothing is to be sent; others can read its firings\n"
        )
        decision = json.loads(decisions.read_text())
        assert (decision["outcome"], decision["reason"]) == ("held", "no channel")

    def test_many_bad_lines_are_counted(self, tmp_path: Path) -> None:
        (tmp_path / "a.jsonl").write_bytes(b"no json\n" * 3000)
        result = telltale("replay", tmp_path / "a.jsonl", "--library", SHOP)
        assert result.stderr.splitlines()[-2:] == ["... and 2,980 more", "3,000 records that can't be used"]
        assert len(result.stderr.splitlines()) == 23

    def test_plain_and_dumped_lines_do_not_mix(self, tmp_path: Path) -> None:
        dumped = b'{"id":"2","type":"a","time":0,"customer":"ann","_log":{"partition":0,"offset":0,"time":0}}\n'
        (tmp_path / "a.jsonl").write_bytes(touchpoint(1, 0) + dumped)
        result = telltale("replay", tmp_path / "a.jsonl", "--library", SHOP)
        assert result.exit_code == 1
        assert result.stderr.startswith(
            f"{tmp_path / 'a.jsonl'}:2: found a line of a dumped log; expected a plain line"
        )

    def test_a_broken_packed_file(self, tmp_path: Path) -> None:
        (tmp_path / "a.jsonl.gz").write_bytes(b"not packed")
        result = telltale("replay", tmp_path / "a.jsonl.gz", "--library", SHOP)
        assert result.exit_code == 1
        assert "expected files that can be read" in result.stderr

    def test_a_bad_library(self, tmp_path: Path) -> None:
        (tmp_path / "library.yaml").write_text("name: shop\n")
        result = telltale("replay", "-", "--library", tmp_path, stdin=b"")
        assert result.exit_code == 1
        assert result.stderr.splitlines()[-1] == "1 problem"

    @pytest.mark.parametrize(
        "arguments",
        [
            ["a.jsonl"],
            ["--library", SHOP],
            ["--library", SHOP, "a.jsonl", "--topic"],
            ["--library", SHOP, "no-such-file"],
            ["--library", SHOP, "-", "--until", "tomorrow"],
            ["--library", SHOP, "-", "--until", "+5y"],
            ["--library", SHOP, "-", "--clock", "sun"],
            ["--library", SHOP, "-", "--processes", "2", "--triggers", "-"],
            ["--library", SHOP, "-", "--processes", "2"],
        ],
    )
    def test_wrong_usage(self, arguments: list[object]) -> None:
        assert telltale("replay", *arguments, stdin=b"").exit_code == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [("+90d", 5 + 90 * 24 * HOUR), ("+0s", 5), ("1970-01-01T01:00:00Z", HOUR), ("1970-01-01 01:00", HOUR)],
)
def test_until(text: str, expected: int) -> None:
    assert until(text)(5) == expected


class TestImport:
    CSV = TESTDATA / "csv"

    def test_to_a_file(self, tmp_path: Path) -> None:
        out = tmp_path / "out.jsonl.gz"
        result = telltale("import", self.CSV / "good.csv", "--mapping", self.CSV / "map.yaml", "--to", out)
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr == "4 touchpoints from good.csv, 1 left out by map.yaml\n"
        assert [json.loads(line)["id"][9:] for line in gzip.decompress(out.read_bytes()).splitlines()] == list("4732")

    def test_in_the_files_order(self) -> None:
        result = telltale("import", self.CSV / "good.csv", "--mapping", self.CSV / "map.yaml", "--no-sort")
        assert [json.loads(line)["id"][9:] for line in result.stdout.splitlines()] == list("2347")

    def test_bad_lines(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(self.CSV)
        result = telltale("import", "bad.csv", "--mapping", "bad-map.yaml", "--to", "-")
        assert result.exit_code == 1
        assert len(result.stdout.splitlines()) == 2
        listed = result.stderr.splitlines()
        assert listed[0] == 'bad.csv:3: column when (2): found "2026-01-05"; expected a time written as %Y-%m-%d %H:%M'
        assert listed[4] == "bad.csv:7: found 2 columns; expected 4 as in the header"
        assert listed[-1] == "2 touchpoints from bad.csv, 11 bad lines not imported"

    def test_a_bad_mapping(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(self.CSV)
        result = telltale("import", "bad.csv", "--mapping", "lost-columns.yaml")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == Path("lost-columns.txt").read_text("utf-8") + "3 problems\n"

    def test_nowhere_to_write(self) -> None:
        result = telltale("import", self.CSV / "good.csv", "--mapping", self.CSV / "map.yaml", "--to", "/no/where")
        assert result.exit_code == 1
        assert "No such file or directory" in result.stderr

    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["a.csv"],
            [CSV / "good.csv"],
            [CSV / "good.csv", "--mapping", CSV / "map.yaml", "--to", "-", "--broker", "b:1"],
        ],
    )
    def test_wrong_usage(self, arguments: list[object]) -> None:
        assert telltale("import", *arguments).exit_code == 2


class TestRun:
    def test_without_a_library(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("TELLTALE_LIBRARY", raising=False)
        ran: list[Settings] = []
        monkeypatch.setattr("streams.cli.run.run_detector", lambda settings: ran.append(settings) or 0)
        assert telltale("run").exit_code == 0
        assert ran[0].library is None  # a published one decides

    def test_nothing_to_publish(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("TELLTALE_LIBRARY", raising=False)
        result = telltale("run", "--publish")
        expected = "found --publish and no library; expected the folder to publish: give --library DIR\n"
        assert (result.exit_code, result.stderr) == (2, expected)

    @pytest.mark.parametrize(
        ("flag", "value", "expected"),
        [
            ("--web-port", "99999", "--web-port: found '99999', expected a whole number from 0 to 65,535"),
            ("--clock", "sun", "--clock: found 'sun', expected one of wall, log"),
            ("--source", "clicks=avro", "--source"),
        ],
    )
    def test_settings_that_can_not_be_used(self, flag: str, value: str, expected: str) -> None:
        result = telltale("run", "--library", SHOP, flag, value)
        assert result.exit_code == 2
        assert expected in result.stderr

    def test_secrets_have_no_flag(self) -> None:
        shown = telltale("run", "--help").stdout
        assert "--sasl-username" in shown
        assert "--sasl-password" not in shown
        assert "--ssl-password" not in shown


class TestCommands:
    @pytest.mark.parametrize(
        "command", [["check"], ["replay"], ["import"], ["run"], ["topics"], ["log", "dump"], ["demo"]]
    )
    def test_each_tells_what_it_does(self, command: list[str]) -> None:
        result = telltale(*command, "--help")
        assert result.exit_code == 0
        assert result.stdout.startswith(f"Usage: root {' '.join(command)} [OPTIONS]")

    def test_version(self) -> None:
        lines = telltale("version").stdout.splitlines()
        assert [line.split()[0] for line in lines] == [
            "telltale",
            "faust-streaming",
            "mode-streaming",
            "aiokafka",
            "python",
        ]

    @pytest.mark.parametrize("arguments", [[], ["no-such-command"], ["log"], ["log", "no-such-command"]])
    def test_wrong_usage(self, arguments: list[str]) -> None:
        assert telltale(*arguments).exit_code == 2


def started(*arguments: object, **streams: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "streams.cli", *map(str, arguments)]
    # Who is started in the background ignores Ctrl-C, and hands that on.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, **streams)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_closed_pipe_ends_it_quietly(traffic: Path) -> None:
    with started("replay", traffic, "--library", SHOP, "--decisions", "-", stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b'{"id":"shop.')
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(30) == 1


def test_ctrl_c_ends_it_quietly() -> None:
    read_end, write_end = os.pipe()
    with started(
        "replay", "-", "--library", SHOP, "--decisions", "-", stdin=read_end, stdout=subprocess.PIPE
    ) as process:
        os.close(read_end)
        assert process.stdout is not None
        feeder = threading.Thread(target=_feed, args=(write_end,))
        feeder.start()
        assert process.stdout.readline().startswith(b'{"id":"shop.')  # so it is at work
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(30) == 130
        feeder.join(30)
        assert process.stderr is not None
        assert process.stderr.read() == b""


def _feed(end: int) -> None:
    """Baskets left by thousands, until nobody reads any more."""
    with suppress(BrokenPipeError), os.fdopen(end, "wb") as pipe:
        for number in range(1_000_000):
            pipe.write(touchpoint(number, number * 60_000, customer=f"c{number}"))


def test_a_check_loads_no_kafka() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from streams.cli.application import application;"
        f"CliRunner().invoke(application(), ['check', {str(SHOP)!r}]);"
        "print([name for name in ('faust', 'aiokafka', 'rich.console', 'prometheus_client') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"
