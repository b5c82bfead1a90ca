"""`telltale report`: what it counts, from decisions and the log."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from streams.report import BY, SECTIONS
from tests.deploy.test_prometheus import promtool
from tests.rules.libraries import written as library_at
from tests.streams.report.decisions import DAY, MINUTE, decision, did, held, told, written
from tests.streams.test_cli import telltale

DAYS = DAY // MINUTE
SIGNAL = "signal: {}\nstatus: live\nsilent: 3d\nof: view\n"


def report(path: Path, *arguments: object, log: Path | None = None, code: int = 0) -> dict[str, list[dict[str, Any]]]:
    given = [] if log is None else ["--touchpoints", log]
    result = telltale("report", path, *given, "--format", "json", *arguments)
    assert result.exit_code == code, result.stderr
    return {one["section"]: one["rows"] for one in json.loads(result.stdout)["sections"]}


@pytest.fixture
def decisions(tmp_path: Path) -> Path:
    return written(
        tmp_path / "decisions.jsonl",
        [
            decision("basket", "ann", 0, cost=0.02, value=12.0, loop="conversion", segments=["young", "keen"]),
            decision("basket", "ann", 0, cost=0.02, value=12.0, loop="conversion", segments=["young", "keen"]),  # again
            decision("basket", "bob", 1, "deferred", reason="quiet", detail="until 08:00"),
            decision("basket", "bob", 1, cost=0.02, value=12.0, at="2026-01-06T08:00:00.000Z", loop="conversion"),
            decision("basket", "eve", 2, "deferred", reason="quiet", stages={"cardio": "aware"}),
            decision("mail", "ann", 3, cost=0.5, value=1.0, channel="sms", loop="nurturing"),
            decision("mail", "ann", 3, "cancelled", reason="cancel_on", channel="sms", at="2026-01-05T11:00:00.000Z"),
            held("mail", "bob", "cap", 4, detail="5 of 5 in 7d"),
            held("mail", "cat", "cap", 5, detail="5 of 5 in 7d"),
            held("mail", "dan", "consent", 6, detail="email_consent is missing"),
        ],
    )


def test_a_firing_counts_once_as_what_became_of_it(decisions: Path) -> None:
    rows = report(decisions, "--section", "by-signal")["by-signal"]
    assert rows == [
        {"signal": "mail", "firings": 4, "customers": 4, "sent": 0, "deferred": 0, "held": 3, "cancelled": 1},
        {"signal": "basket", "firings": 3, "customers": 3, "sent": 2, "deferred": 1, "held": 0, "cancelled": 0},
    ]


def test_by_several_things_at_once(decisions: Path) -> None:
    rows = report(decisions, "--by", "channel", "--by", "signal")["by-channel-signal"]
    assert [(row["channel"], row["signal"], row["firings"]) for row in rows] == [
        ("email", "basket", 3),
        ("email", "mail", 3),
        ("sms", "mail", 1),
    ]


def test_a_customer_counts_in_each_segment_and_stage(decisions: Path) -> None:
    segments = report(decisions, "--by", "segment")["by-segment"]
    assert [(row["segment"], row["firings"]) for row in segments] == [("-", 6), ("keen", 1), ("young", 1)]
    stages = report(decisions, "--by", "stage")["by-stage"]
    assert [(row["stage"], row["firings"]) for row in stages] == [("-", 6), ("cardio: aware", 1)]


@pytest.mark.parametrize("what", BY)
def test_it_counts_by_all_that_it_says(decisions: Path, what: str) -> None:
    [rows] = report(decisions, "--by", what).values()
    assert sum(row["firings"] for row in rows) >= 7


def test_what_held_and_with_what_value(decisions: Path) -> None:
    held_ = report(decisions, "--section", "held")["held"]
    assert held_ == [
        {
            "reason": "cap",
            "firings": 2,
            "share %": 66.7,
            "customers": 2,
            "most often": "mail",
            "mostly because": "5 of 5 in 7d",
        },
        {
            "reason": "consent",
            "firings": 1,
            "share %": 33.3,
            "customers": 1,
            "most often": "mail",
            "mostly because": "email_consent is missing",
        },
    ]


def test_costs_and_loops_are_of_all_that_went_whatever_was_cancelled_later(decisions: Path) -> None:
    sections = report(decisions)
    costs = {row["channel"]: row for row in sections["costs"]}
    assert (costs["email"]["contacts"], costs["email"]["cost"], costs["email"]["value per cost"]) == (2, 0.04, 600.0)
    assert costs["sms"]["contacts"] == 1
    assert {row["loop"]: row["share %"] for row in sections["loops"]} == {"conversion": 66.7, "-": 33.3}


def test_a_signal_that_fires_and_never_goes_loses(tmp_path: Path) -> None:
    path = written(
        tmp_path / "d.jsonl",
        [
            *(held("loser", f"c{n}", "arbitration", n, detail="basket") for n in range(3)),
            held("loser", "c9", "cap", 9),
            held("loser", "c10", "if", 10),
            *(held("some", f"c{n}", "cap", n) for n in range(4)),
            decision("some", "c5", 5),
            *(held("note", f"c{n}", "no channel", n, channel=None) for n in range(9)),
        ],
    )
    assert report(path, "--losing", 4, "--section", "losing")["losing"] == [
        {
            "signal": "loser",
            "firings": 4,
            "held by": "arbitration",
            "of them by that": 3,
            "mostly because": "basket",
        }
    ]
    assert report(path, "--losing", 5, "--section", "losing")["losing"] == []


def test_signals_that_do_not_fire(tmp_path: Path) -> None:
    signals = {f"signals/{name}.yaml": SIGNAL.format(name) for name in ("never", "old", "fresh")}
    signals["signals/draft.yaml"] = SIGNAL.format("draft").replace("live", "draft")
    library = library_at(tmp_path / "library", signals)
    path = written(tmp_path / "d.jsonl", [decision("old", "a", 0), decision("fresh", "a", 30 * DAYS)])
    rows = report(path, "--library", library, "--section", "stale")["stale"]
    assert rows == [
        {"signal": "never", "last fired": None, "days ago": None},
        {"signal": "old", "last fired": "2026-01-05T10:00:00.000Z", "days ago": 30},
    ]
    assert [row["signal"] for row in report(path, "--library", library, "--stale", "31d")["stale"]] == ["never"]


def test_without_a_library_it_says_that_one_is_needed(decisions: Path) -> None:
    result = telltale("report", decisions, "--section", "stale")
    assert "name the library with --library" in result.stdout


def test_what_came_of_triggers(tmp_path: Path) -> None:
    sent = [decision("mail", f"c{n}", n, cost=0.1, value=2.0) for n in range(4)]
    path = written(tmp_path / "d.jsonl", sent)
    log = written(
        tmp_path / "log.jsonl",
        [
            *(told("delivered", one) for one in sent),
            told("opened", sent[0]),
            told("opened", sent[0], 7),
            told("clicked", sent[0]),
            told("converted", sent[0], value=40.0, properties={"format": "video"}),
            told("opened", sent[1]),
            told("failed", sent[2]),
            did("page_view", "c0", 3),
        ],
    )
    sections = report(path, log=log)
    [row] = sections["by-signal"]
    assert [row[name] for name in ("delivered", "opened", "clicked", "converted", "failed")] == [4, 2, 1, 1, 1]
    [cost] = sections["costs"]
    assert (cost["converted"], cost["brought"]) == (1, 40.0)
    assert sections["moments"] == [
        {"hour": "10:00", "channel": "email", "contacts": 4, "answered": 2, "answered %": 50.0}
    ]
    assert {one["format"]: one["firings"] for one in report(path, "--by", "format", log=log)["by-format"]} == {
        "video": 1,
        "-": 3,
    }


def test_who_does_not_answer_after_so_many_cycles(tmp_path: Path) -> None:
    triggers = [decision("mail", customer, n) for customer in ("ann", "bob", "cat") for n in range(3)]
    path = written(tmp_path / "d.jsonl", [*triggers, decision("mail", "dan")])
    log = written(tmp_path / "log.jsonl", [told("opened", triggers[0])])
    expected = {"channel": "email", "customers": 4, "no answer": 2, "of those asked enough %": 66.7}
    assert report(path, log=log)["silent"] == [expected]
    assert report(path, "--cycles", 1, log=log)["silent"][0]["no answer"] == 3


def test_uplift_counts_whom_chance_put_on_each_side(tmp_path: Path) -> None:
    """Reached are all that policy would have reached, held by a cap or not; whoever had no consent is on no side."""
    reached = [
        *(decision("basket", f"r{n}", 0) for n in range(5)),
        *(held("basket", f"r{n}", "cap") for n in range(5, 10)),
    ]
    out = [held("basket", f"h{n}", "holdout") for n in range(10)]
    nobody = [held("basket", f"n{n}", "consent") for n in range(7)]
    path = written(tmp_path / "d.jsonl", [*reached, *out, *nobody, decision("basket", "r0", 99)])
    log = written(
        tmp_path / "log.jsonl",
        [
            *(did("order.placed", f"r{n}", 10) for n in range(9)),
            *(did("order.placed", f"h{n}", DAYS) for n in range(3)),
            did("order.placed", "r9", 0),  # not after the firing
            did("order.placed", "h9", 2 * DAYS),  # too late
            did("order.placed", "n0", 10),
            did("basket.viewed", "h8", 10),
            did("order.placed", "later", 9 * DAYS),
        ],
    )
    library = library_at(tmp_path / "library", {"signals/basket.yaml": SIGNAL.format("basket")})
    asked = ("--library", library, "--goal", "order.placed", "--within", "1d", "--section", "uplift")
    said = library_at(tmp_path / "said", {"signals/basket.yaml": SIGNAL.format("basket") + "goal: order.*\n"})
    by_itself = ("--library", said, "--within", "1d", "--section", "uplift")
    assert report(path, *by_itself, log=log) == report(path, *asked, log=log)
    assert report(path, *asked, log=log)["uplift"] == [
        {
            "signal": "basket",
            "reached": 10,
            "reached converted %": 90.0,
            "held out": 10,
            "held out converted %": 30.0,
            "uplift": 60.0,
            "from": 17.05,
            "to": 80.9,
        }
    ]


def test_a_firing_is_judged_when_its_time_is_over(tmp_path: Path) -> None:
    path = written(tmp_path / "d.jsonl", [decision("basket", "r"), held("basket", "h", "holdout", 3 * DAYS)])
    log = written(tmp_path / "log.jsonl", [did("order.placed", "r", 4 * DAYS)])
    library = library_at(tmp_path / "library", {"signals/basket.yaml": SIGNAL.format("basket")})
    asked = ("--library", library, "--goal", "order.placed", "--within", "2d", "--section", "uplift")
    [row] = report(path, *asked, log=log)["uplift"]
    assert (row["reached"], row["held out"], row["uplift"]) == (1, 0, None)


def test_since_and_until(decisions: Path) -> None:
    asked = ("--section", "by-signal", "--since", "2026-01-05T10:02:00Z", "--until", "2026-01-05T10:05:00Z")
    rows = report(decisions, *asked)["by-signal"]
    assert {row["signal"]: row["firings"] for row in rows} == {"basket": 1, "mail": 2}


def test_as_metrics(tmp_path: Path, decisions: Path) -> None:
    """In the format of an exporter that reads files; promtool finds nothing wrong with it."""
    result = telltale("report", decisions, "--format", "prometheus")
    assert result.exit_code == 0
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(result.stdout + "\n")
        for sample in family.samples
    }
    rows = report(decisions)
    assert {labels[1]: value for labels, value in samples.items() if labels[0] == "telltale_report_by_signal_sent"} == {
        row["signal"]: row["sent"] for row in rows["by-signal"]
    }
    assert samples["telltale_report_held_share_percent", rows["held"][0]["reason"]] == rows["held"][0]["share %"]
    assert promtool("check", "metrics", given=result.stdout) == ""


def test_as_text(decisions: Path) -> None:
    result = telltale("report", decisions, "--section", "by-signal", "--section", "stale")
    assert result.stdout == (
        "What fired, by signal\n"
        "  signal  firings  customers  sent  deferred  held  cancelled\n"
        "  mail          4          4     0         0     3          1\n"
        "  basket        3          3     2         1     0          0\n"
        "\n"
        "Signals that don't fire\n"
        "  nothing\n"
        "  (name the library with --library to see which of its signals don't fire)\n"
    )


def test_as_csv(decisions: Path) -> None:
    result = telltale("report", decisions, "--by", "reason", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert {row["reason"]: row["firings"] for row in rows} == {
        "-": "2",
        "cap": "2",
        "cancel_on": "1",
        "consent": "1",
        "quiet": "1",
    }
    refused = telltale("report", decisions, "--format", "csv")
    assert refused.exit_code == 2
    assert refused.stderr == "--format csv: expected one table; name it with --section or --by\n"


def test_lines_that_are_no_decisions_are_told_and_the_others_counted(decisions: Path) -> None:
    with decisions.open("ab") as file:
        file.write(b'{"id": "x"}\n\nnonsense\n')
    result = telltale("report", decisions, "--section", "by-signal")
    assert result.exit_code == 1
    assert "  basket        3" in result.stdout
    expected = "expected a decision, as the topic `decisions` holds them"
    assert result.stderr.splitlines() == [
        f"{decisions}:11: found Object missing required field `signal`; {expected}",
        f"{decisions}:13: found JSON is malformed: invalid character (byte 4); {expected}",
        "2 lines that can't be used",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--by", "signals"), f"--by: found 'signals'; expected {', '.join(BY)}; write signal\n"),
        (
            ("--section", "loop"),
            f"--section: found 'loop'; expected {', '.join(one.name for one in SECTIONS)}; write loops\n",
        ),
        (("--stale", "a month"), "--stale: found 'a month'; expected a whole number and a unit, such as 30d\n"),
        (("--since", "May"), "--since: found 'May'; expected a time such as 2026-01-05T10:00:00Z, or 30d-ago\n"),
    ],
)
def test_wrong_usage(decisions: Path, arguments: tuple[str, ...], message: str) -> None:
    result = telltale("report", decisions, *arguments)
    assert (result.exit_code, result.stderr) == (2, message)


def test_nothing_at_all(tmp_path: Path) -> None:
    path = written(tmp_path / "d.jsonl", [])
    result = telltale("report", path)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count("  nothing\n") == len(SECTIONS)
