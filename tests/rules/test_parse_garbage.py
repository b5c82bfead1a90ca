"""Whatever a library's files hold, loading ends with a library or with problems, never with another exception."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.parse import load_library
from rules.problem import LibraryError, Problem

SHOP = Path(__file__).parent.parent / "testdata" / "good" / "shop"
FILES = {path.relative_to(SHOP).as_posix(): path.read_bytes() for path in sorted(SHOP.rglob("*.yaml"))}
KEYS = re.findall(
    r"[\w.]+",
    """
    name format time_zone late_by signal owner status value when hold follow restart silent of per if again then
    channel content carry expires type where within times same without for count sum mean min max distinct first
    last top by score half_life over page_view views_1h latency holdout trend cap band date ahead after yearly
    sources forget_after deprecated young signal.fired
""",
)
WORDS = re.findall(
    r"\S+",
    """
    shop live page_view order.placed content.* * 1h 90d views_1h heat>1 brand_heat product properties.size
    profile.a value>1 led_by=='rep' signal.fired touchpoint.product True best email latest Europe/Brussels
    segment.young days_until(profile.a)<3 properties.signal=='keen' momentum=='rising' 0d
""",
)

keys = st.sampled_from(KEYS) | st.text(max_size=5)
singles = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=20)
values = st.recursive(
    singles, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5), max_leaves=20
)


def dump(value: Any) -> bytes:
    text: str = yaml.dump(value, Dumper=yaml.CSafeDumper, allow_unicode=True)
    return text.encode()


def check(files: dict[str, bytes]) -> tuple[Problem, ...] | None:
    """The problems of a library of these files (None where it is right); each is at a place that is there."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        for file, content in files.items():
            (directory / file).parent.mkdir(parents=True, exist_ok=True)
            (directory / file).write_bytes(content)
        problems = problems_of(directory)
        assert problems is None or problems
        for problem in problems or ():
            check_problem(problem, directory, files)
    return problems


def problems_of(directory: Path) -> tuple[Problem, ...] | None:
    try:
        load_library(directory)
    except LibraryError as error:
        return error.problems
    return None


def check_problem(problem: Problem, directory: Path, files: dict[str, bytes]) -> None:
    content = files[Path(problem.file).relative_to(directory).as_posix()]
    assert 1 <= problem.line <= content.replace(b"\r", b"\n").count(b"\n") + 2
    assert 1 <= problem.column <= len(content) + 1
    assert problem.found
    assert problem.expected
    assert problem.instead
    assert "\n" not in str(problem)
    lines = content.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    line = lines[problem.line - 1] if problem.line <= len(lines) else ""
    assert 1 <= problem.width <= max(len(line) - problem.column + 1, 1)


some_file = st.sampled_from(sorted(FILES))
many = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@many
@given(some_file, st.binary(max_size=200))
def test_bytes(file: str, content: bytes) -> None:
    check({**FILES, file: content})


@many
@given(some_file, st.text(st.sampled_from("ab:-{}[]'\"|>&*#!%@`,?~ \n\t\r1.é\\"), max_size=60))
def test_punctuation(file: str, content: str) -> None:
    check({**FILES, file: content.encode()})


@many
@given(some_file, st.data())
def test_mutations(file: str, data: st.DataObject) -> None:
    """A part of a file that is right is taken away, doubled or replaced."""
    content = FILES[file]
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 30)))
    piece = data.draw(st.sampled_from([b"", content[start:end] * 2, b"{", b"- ", b": ", b"'", b"\xff", b"null", b"5"]))
    check({**FILES, file: content[:start] + piece + content[end:]})


@many
@given(some_file, values)
def test_any_value_as_a_file(file: str, value: Any) -> None:
    check({**FILES, file: dump(value)})


@many
@given(some_file, st.data())
def test_any_value_in_a_file(file: str, data: st.DataObject) -> None:
    """Some values of a file that is right are replaced by others."""
    content = yaml.load(FILES[file], Loader=yaml.CSafeLoader)
    for _ in range(data.draw(st.integers(1, 4))):
        replace(content, data)
    check({**FILES, file: dump(content)})


def replace(content: Any, data: st.DataObject) -> None:
    while True:
        choices = list(range(len(content))) if isinstance(content, list) else [*content, "new"]
        key = data.draw(st.sampled_from(choices) | (keys if isinstance(content, dict) else st.sampled_from(choices)))
        inner = content[key] if isinstance(content, list) else content.get(key)
        if isinstance(inner, dict | list) and inner and data.draw(st.booleans()):
            content = inner
            continue
        content[key] = data.draw(values)
        return


@pytest.mark.parametrize("character", "[{-?&*!|>'\"%@`\t:")
def test_very_many_of_one_character(character: str) -> None:
    assert check({**FILES, "features.yaml": character.encode() * 500_000})


def test_the_files_are_right_as_they_are() -> None:
    assert check(FILES) is None
