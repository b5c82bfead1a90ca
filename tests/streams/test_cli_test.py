"""`telltale test` and the lint of `telltale check`: what they print, and their exit codes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from streams.cli.application import application

SIGNAL = """\
signal: basket
owner: ecommerce
reason: A basket left for an hour is a warm lead.
status: live
follow:
  - basket.added
  - {without: order.placed, for: 1h}
then: {channel: email, expires: 24h}
"""
TIMELINES = """\
- name: reminds
  timeline: [{at: 2026-01-05 10:00, type: basket.added}]
  until: 2h
  fires: [{at: 2026-01-05 11:00}]
- name: bought
  timeline: [{at: 2026-01-05 10:00, type: basket.added}, {after: 5m, type: order.placed}]
  until: 2h
  fires: []
"""


def telltale(*arguments: object) -> Result:
    return CliRunner().invoke(application(), [str(one) for one in arguments])


@pytest.fixture
def library(tmp_path: Path) -> Path:
    files = {"library.yaml": "name: shop\nformat: 1\ncap: {count: 3, over: 7d}\n", "channels.yaml": "email: {}\n"}
    for name, text in {**files, "signals/basket.yaml": SIGNAL, "signals/basket.test.yaml": TIMELINES}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def change(library: Path, name: str, old: str, new: str) -> Path:
    path = library / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    return path


class TestTest:
    def test_what_comes_out_as_expected(self, library: Path) -> None:
        result = telltale("test", library)
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout == "2 timelines of 1 signal, all as expected\n"

    def test_what_differs_is_drawn(self, library: Path) -> None:
        path = change(library, "signals/basket.test.yaml", "11:00", "11:30")
        result = telltale("test", library)
        assert (result.exit_code, result.stderr) == (1, "")
        assert result.stdout == (
            f"basket: reminds  {path}:1\n"
            "  2026-01-05 10:00:00  ●  basket.added\n"
            "             11:00:00  ✗  fired to email: not expected\n"
            "             11:30:00  ✗  expected to fire: the nearest fired 30m earlier\n"
            "             12:00:00  ■  the end\n"
            "\n"
            "2 timelines of 1 signal, 1 failed\n"
        )

    def test_only_some(self, library: Path) -> None:
        shutil.copy(library / "signals/basket.yaml", library / "signals/other.yaml")
        change(library, "signals/other.yaml", "signal: basket", "signal: other.one")
        assert telltale("test", library).stdout == "2 timelines of 1 signal, 1 signal without one, all as expected\n"
        assert telltale("test", library, "--only", "basket").stdout == "2 timelines of 1 signal, all as expected\n"
        assert telltale("test", library, "--only", "other.*").stdout == (
            "0 timelines of 0 signals, 1 signal without one, nothing to run\n"
        )
        result = telltale("test", library, "--only", "baskets")
        assert (result.exit_code, result.stderr) == (2, "--only: found no signal 'baskets'; write basket\n")

    def test_a_library_with_problems(self, library: Path) -> None:
        path = change(library, "signals/basket.test.yaml", "until: 2h\n  fires: []", "fires: none")
        result = telltale("test", library)
        assert result.exit_code == 1
        assert f'{path}:7:10: found the text "none"; expected a list of firings' in result.stderr

    def test_a_touchpoint_that_no_detector_would_take(self, library: Path) -> None:
        large = f"type: basket.added, properties: {{a: {'x' * 300_000}}}"
        path = change(library, "signals/basket.test.yaml", "type: basket.added}]", f"{large}}}]")
        result = telltale("test", library)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"{path}:1: touchpoint 1: too large: 300,")

    def test_wrong_usage(self, library: Path) -> None:
        assert telltale("test").exit_code == 2
        assert telltale("test", library, "--min-score", "0.9").exit_code == 2
        assert telltale("test", library, "--mutate", "--min-score", "90").exit_code == 2


class TestMutate:
    def test_what_no_timeline_notices(self, library: Path) -> None:
        result = telltale("test", library, "--mutate")
        signal = library / "signals/basket.yaml"
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout == (
            "2 timelines of 1 signal, all as expected\n"
            f"{signal}:6:3: no timeline of basket notices that `restart: first` becomes `latest`\n"
            f"{signal}:8:17: no timeline of basket notices that `channel` is dropped\n"
            "mutation score 0.60: 3 of 5 changes noticed\n"
        )

    def test_a_type_is_named_where_it_stands(self, library: Path) -> None:
        signal = change(library, "signals/basket.yaml", "order.placed", "[order.placed, basket.emptied]")
        change(library, "signals/basket.yaml", "- basket.added", "- [gift.added, basket.added]")
        result = telltale("test", library, "--mutate")
        assert f"{signal}:7:30: no timeline of basket notices that `basket.emptied` is dropped\n" in result.stdout
        assert f"{signal}:6:6: no timeline of basket notices that `gift.added` is dropped\n" in result.stdout
        assert result.stdout.count("is dropped") == 3, "`channel`, and no type that matters"

    def test_a_score_that_is_asked_for(self, library: Path) -> None:
        assert telltale("test", library, "--mutate", "--min-score", "0.6").exit_code == 0
        result = telltale("test", library, "--mutate", "--min-score", "0.61")
        assert result.exit_code == 1
        assert result.stdout.endswith("expected at least 0.61: add timelines in which these changes matter\n")

    def test_a_score_is_never_told_higher_than_it_is(self, library: Path) -> None:
        change(library, "signals/basket.yaml", "then:", "if: not profile.asked\nthen:")
        result = telltale("test", library, "--mutate", "--min-score", "0.572")
        assert result.exit_code == 1
        assert "mutation score 0.57: 4 of 7 changes noticed\nexpected at least 0.572: add" in result.stdout

    def test_a_signal_without_timelines(self, library: Path) -> None:
        (library / "signals/basket.test.yaml").unlink()
        result = telltale("test", library, "--mutate")
        assert result.stdout == (
            "0 timelines of 0 signals, 1 signal without one, nothing to run\n"
            f"{library / 'signals/basket.yaml'}:1:1: no timeline notices anything of basket: it has none\n"
            "mutation score 0.00: 0 of 5 changes noticed\n"
        )

    def test_not_where_timelines_fail(self, library: Path) -> None:
        change(library, "signals/basket.test.yaml", "11:00", "11:30")
        result = telltale("test", library, "--mutate")
        assert result.exit_code == 1
        assert "mutation score" not in result.stdout


class TestCheck:
    def test_a_clean_library(self, library: Path) -> None:
        result = telltale("check", library, "--strict")
        assert result.exit_code == 0
        assert (
            result.stdout == f"{library}: library shop, 1 signal (1 live), 0 features, 1 channel, 2 timelines; good\n"
        )

    def test_what_could_be_better(self, library: Path) -> None:
        change(library, "signals/basket.yaml", "owner: ecommerce\n", "")
        change(library, "signals/basket.yaml", ", expires: 24h", "")
        (library / "features.yaml").write_text("views: {count: page_view}\nclicks: {count: click}\n")
        unread = "which no signal reads; expected one that is read; take it away, or read it"
        signal = library / "signals/basket.yaml"
        expected = (
            f"{library}/features.yaml:1:1: warning: found the feature `views`, {unread} [unused-feature]\n"
            f"{library}/features.yaml:2:1: warning: found the feature `clicks`, {unread} [unused-feature]\n"
            f"{signal}:1:1: warning: found the live signal `basket` without an owner; expected who answers for it; "
            "add, for example, `owner: ecommerce` [no-owner]\n"
            f"{signal}:7:1: hint: found a trigger of `basket` that expires after 48h, as nothing else is said; "
            "expected how long it is worth sending; add, for example, `expires: 24h` to `then` [no-expiry]\n"
            "no-expiry: After an outage a trigger may come late: "
            "only its author knows when it is worth nothing any more.\n"
            "no-owner: Somebody must answer for what customers get.\n"
            "unused-feature: A feature is kept for every customer, whether anything reads it or not.\n"
            f"{library}: library shop, 1 signal (1 live), 2 features, 1 channel, 2 timelines; 3 warnings, 1 hint\n"
        )
        result = telltale("check", library)
        assert (result.exit_code, result.stdout) == (0, expected)
        strict = telltale("check", library, "--strict")
        assert (strict.exit_code, strict.stdout) == (1, expected)
