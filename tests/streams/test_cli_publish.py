"""`telltale publish` before it speaks to a broker: what keeps a library from being published."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rules import load_library
from streams.cli.application import application
from streams.cli.moments import ago

QUICK = Path(__file__).parents[1] / "end_to_end" / "libraries" / "quick"
NOBODY = ("--broker", "127.0.0.1:1", "--wait", "0")
TIMELINE = """\
- name: fires where nothing is
  timeline:
    - {at: "2026-01-05 09:30", type: product.viewed}
  until: 1h
  fires:
    - {at: "2026-01-05 09:31", channel: site}
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return Path(shutil.copytree(QUICK, tmp_path / "quick"))


def publish(*arguments: object) -> Result:
    return CliRunner().invoke(application(), ["publish", *map(str, arguments)])


def test_a_library_with_problems_shows_all_of_them(library: Path) -> None:
    (library / "features.yaml").write_text("views: {count: page_view, over: soon}\nclicks: {sum: click}\n")
    result = publish(library, *NOBODY)
    assert result.exit_code == 1
    assert "features.yaml:1:" in result.stderr
    assert "features.yaml:2:" in result.stderr
    assert result.stderr.splitlines()[-1].endswith("problems")


def test_a_timeline_that_differs_is_drawn_and_nothing_is_published(library: Path) -> None:
    (library / "signals" / "keen.test.yaml").write_text(TIMELINE)
    result = publish(library, *NOBODY)
    assert result.exit_code == 1
    assert "keen: fires where nothing is" in result.stdout
    assert "1 timeline of 1 signal, 4 signals without one, 1 failed" in result.stdout
    assert result.stderr == "not published: expected all timelines to be as they say; see `telltale test`\n"


def test_a_digest_that_is_not_what_was_approved(library: Path) -> None:
    digest = load_library(library).digest
    result = publish(library, *NOBODY, "--digest", "AB" * 32)
    assert result.exit_code == 1
    assert f"digest {digest}\n" in result.stdout
    expected = f"not published: found the digest {digest}, expected {'AB' * 32}: the folder isn't what was approved\n"
    assert result.stderr == expected


def test_the_digest_that_was_approved_goes_on_to_the_broker(library: Path) -> None:
    digest = load_library(library).digest
    for approved in (digest, digest[:12], digest.upper()):
        result = publish(library, *NOBODY, "--digest", approved)
        assert result.exit_code == 1
        assert result.stderr.startswith("broker 127.0.0.1:1: found nobody within 0 s")


def test_a_digest_of_too_few_digits(library: Path) -> None:
    result = publish(library, *NOBODY, "--digest", "abc")
    assert (result.exit_code, result.stderr) == (2, "--digest: found 'abc'; expected 12 digits or all 64\n")


@pytest.mark.parametrize("text", ["soon", "14d", "14w-ago", "2999-01-01T00:00:00Z", "999999999d-ago", ""])
def test_a_time_that_can_not_be_warmed_from(library: Path, text: str) -> None:
    result = publish(library, *NOBODY, "--warm-from", text)
    assert result.exit_code == 2
    assert (
        result.stderr == f"--warm-from: found {text!r}; expected a time in the past, or such as 14d-ago (s, m, h, d)\n"
    )


def test_times_in_the_past() -> None:
    assert ago("14d-ago", 14 * 86_400_000 + 5) == 5
    assert ago("90s-ago", 100_000) == 10_000
    assert ago("1970-01-01T00:00:01Z", 0) == 1_000


def test_a_folder_that_is_not_there() -> None:
    assert publish("nowhere").exit_code == 2
