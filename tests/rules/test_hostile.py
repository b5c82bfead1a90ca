"""Libraries made to do harm: each is refused, or read within bounds of time and memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import process_time

import pytest

from rules.folder import MOST_SIGNALS
from rules.names import nearest
from rules.parse import load_library
from rules.problem import MOST_PROBLEMS, LibraryError
from rules.source.read import LARGEST

LIBRARY = "name: shop\nformat: 1\n"
SIGNAL = "signal: {}\nstatus: live\n"


@contextmanager
def within(seconds: float, megabytes: int | None = None) -> Iterator[None]:
    """Time of the processor, many times what it takes, and memory: what grows without bound is caught, no more."""
    if megabytes:
        tracemalloc.start()
    started = process_time()
    try:
        yield
        assert process_time() - started < seconds
        assert not megabytes or tracemalloc.get_traced_memory()[1] < megabytes * 2**20
    finally:
        tracemalloc.stop()


def problems(directory: Path, **files: str) -> list[str]:
    """What is wrong with a library of these files; empty where it is right."""
    for name, text in {"library": LIBRARY, **files}.items():
        path = directory / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    try:
        load_library(directory)
    except LibraryError as error:
        return [str(problem).removeprefix(f"{directory.as_posix()}/") for problem in error.problems]
    return []


def signals(directory: Path, texts: Iterator[str]) -> None:
    (directory / "signals").mkdir()
    for number, text in enumerate(texts):
        (directory / "signals" / f"{number}.yaml").write_text(text)


def test_a_huge_expression(tmp_path: Path) -> None:
    huge = " or ".join(["views > 1"] * 50_000)
    with within(5, megabytes=64):
        (said,) = problems(tmp_path, features="views: {count: x}\n", signals__a=f"{SIGNAL.format('a')}when: {huge}\n")
    assert "found an expression of 649,996 characters; expected 2,000 at most" in said


@pytest.mark.parametrize("nest", ["({})", "not {}", "-{}", "[{}]", "{}.a", "{}(1)", "{} if x else {}", "lambda: {}"])
def test_deep_nesting(tmp_path: Path, nest: str) -> None:
    text = "views"
    while len(nest.replace("{}", text)) < 1_990:
        text = nest.replace("{}", text)
    with within(5, megabytes=64):
        assert problems(tmp_path, features="views: {count: x}\n", signals__a=f"{SIGNAL.format('a')}if: >-\n  {text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 500_000,
        "{a: " * 200_000,
        "- " * 400_000,
        "? " * 400_000,
        "a:\n" + "".join(" " * n + "a:\n" for n in range(1_000)),
    ],
    ids=["lists", "mappings", "items", "keys", "indents"],
)
def test_deep_yaml(tmp_path: Path, text: str) -> None:
    with within(20, megabytes=256):
        assert problems(tmp_path, features=text[:LARGEST])


def test_a_billion_laughs(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    with within(5, megabytes=64):
        said = problems(tmp_path, features="\n".join(lines))
    assert said[0] == (
        "features.yaml:1:5: found the anchor `&a0`; expected no anchors; "
        "leave it out and write the list out again where it is used"
    )
    assert len(said) == 100


PATTERNS = [
    "(a*)*b",
    "(a|aa)+$",
    "((a{1,9}){1,9}){1,9}b",
    r"\pL{1,60}",
    "(.{1,900}){2}",
    "(" * 150,
    "a{1,2000}",
    "[" * 190,
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_catastrophic_regular_expressions(tmp_path: Path, pattern: str) -> None:
    condition = f"\"matches(profile.x, '{pattern}')\"".replace("\\", "\\\\")
    with within(5, megabytes=64):
        for problem in problems(tmp_path, signals__a=f"{SIGNAL.format('a')}when: {condition}\n"):
            assert "found the pattern" in problem


def test_segments_that_multiply(tmp_path: Path) -> None:
    doubling = "s0: profile.a > 1\n" + "".join(f"s{n + 1}: segment.s{n} and segment.s{n}\n" for n in range(5_000))
    with within(20):
        (said,) = problems(tmp_path, segments=doubling)
    assert "found segments of more than 1,000 names, literals and operators in all" in said


def test_a_circle_as_long_as_a_library(tmp_path: Path) -> None:
    def reading(number: int) -> str:
        where = f"properties.signal == 's{(number + 1) % 2_000}'"
        return f"{SIGNAL.format(f's{number}')}follow: [x, {{type: signal.fired, where: {where}}}]\n"

    signals(tmp_path, (reading(number) for number in range(2_000)))
    with within(30):
        (said,) = problems(tmp_path)
    assert "found a circle of signals: `s0` reads `s1` reads " in said
    assert len(said) < 500


def test_ten_thousand_signals(tmp_path: Path) -> None:
    assert MOST_SIGNALS == 10_000
    signals(tmp_path, (f"{SIGNAL.format(f's{n}')}when: views > {n}\n" for n in range(MOST_SIGNALS)))
    with within(60):
        assert problems(tmp_path, features="views: {count: x, over: 1h}\n") == []


def test_more_problems_than_anyone_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_PROBLEMS == 1_000
    for module in ("parse", "check.expressions"):
        monkeypatch.setattr(f"rules.{module}.MOST_PROBLEMS", 50)
    signals(tmp_path, (f"{SIGNAL.format(f's{n}')}when: featur_{n} > {n}\n" for n in range(2_000)))
    features = "".join(f"feature_{n}: {{count: x, over: 1h}}\n" for n in range(20_000))
    with within(60):
        said = problems(tmp_path, features=features)
    assert len(said) == 51
    assert said[0].endswith("found more than 50 problems; expected fewer; mend those that are listed first")
    assert said[1].endswith("; write `feature_0`")


def test_the_nearest_of_very_many_names() -> None:
    known = [f"feature_number_{number}" for number in range(30_000)]
    with within(2):
        assert nearest("featur_number_29000", known) == "feature_number_29000"


def test_names_that_lead_out_of_the_library(tmp_path: Path) -> None:
    said = problems(
        tmp_path,
        library=f"{LIBRARY}time_zone: ../../../etc/localtime\n",
        signals__a="signal: ../../a\nstatus: live\nwhen: profile.a\nthen: {channel: ../b}\n",
    )
    assert ["the IANA name of a time zone" in said[0], "a name of a signal" in said[1], "channel" in said[2]] == [
        True
    ] * 3
