"""YAML with places: the core schema of YAML 1.2, and where each character of a value stands in its file."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rules.problem import Problem
from rules.source import Document, Scalar, plain, read_document
from rules.source.scalar import Value, resolve


def read(tmp_path: Path, text: str) -> Document:
    document, problems = try_read(tmp_path, text)
    assert not problems
    assert document is not None
    return document


def try_read(tmp_path: Path, text: str) -> tuple[Document | None, list[Problem]]:
    path = tmp_path / "some.yaml"
    path.write_text(text, "utf-8", newline="")
    return read_document(path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("NULL", None),
        ("nUll", "nUll"),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("No", "No"),
        ("on", "on"),
        ("OFF", "OFF"),
        ("y", "y"),
        ("0", 0),
        ("-12", -12),
        ("+7", 7),
        ("012", 12),
        ("0o14", 12),
        ("0xfF", 255),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2026-01-05", "2026-01-05"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("-1e3", -1000.0),
        ("1e999", math.inf),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        (".", "."),
        ("-", "-"),
        ("1.2.3", "1.2.3"),
        ("٣", "٣"),
        ("9" * 300, int("9" * 300)),
        ("9" * 301, "9" * 301),
    ],
)
def test_plain_scalars_are_those_of_yaml_1_2(text: str, value: Value) -> None:
    resolved = resolve(text)
    assert resolved == value
    assert type(resolved) is type(value)


def test_not_a_number() -> None:
    assert isinstance(value := resolve(".nan"), float)
    assert math.isnan(value)


def test_quoted_scalars_are_text(tmp_path: Path) -> None:
    document = read(tmp_path, "a: '5'\nb: \"true\"\nc: |\n  5\nd: 5\non: 1\n2: null\n")
    assert plain(document.root) == {"a": "5", "b": "true", "c": "5\n", "d": 5, "on": 1, "2": None}


def test_places(tmp_path: Path) -> None:
    document = read(tmp_path, "# first\néa: {b: [x, 'y'],\n     c: z}\n")
    assert document.at(()) == (2, 1)
    assert document.at_key(("éa",)) == (2, 1)
    assert document.at(("éa",)) == (2, 5)
    assert document.at_key(("éa", "b")) == (2, 6)
    assert document.at(("éa", "b", 1)) == (2, 13)
    assert document.at_key(("éa", "b", 1)) == (2, 13)
    assert document.at_key(("éa", "c")) == (3, 6)
    assert document.at(("éa", "c")) == (3, 9)


def test_a_path_that_leaves_what_is_there_ends_at_the_last_of_it(tmp_path: Path) -> None:
    document = read(tmp_path, "a:\n  b: [x]\n")
    assert document.at(("a", "b", 7, "c")) == (2, 6)
    assert not document.has(("a", "b", 7))
    assert document.has(("a", "b", 0))
    assert document.keys(("a",)) == ("b",)
    assert document.keys(("a", "b")) == ()


texts = st.text(st.sampled_from("ab<>='\"\\ é#:,x\n"), min_size=1, max_size=150)


@given(texts, st.sampled_from(["'", '"', "|", ">", ""]), st.integers(10, 80))
def test_each_character_of_a_value_is_found_in_its_file(
    tmp_path_factory: pytest.TempPathFactory, text: str, style: str, width: int
) -> None:
    dumped = yaml.dump({"key": {"when": text}}, default_style=style, width=width, allow_unicode=True)
    document = read(tmp_path_factory.getbasetemp(), dumped)
    node = document.node(("key", "when"))
    assert isinstance(node, Scalar)
    lines = document.text.split("\n")
    for offset, character in enumerate(node.text):
        if not character.isspace():
            line, column = document.inside(("key", "when"), offset)
            found = lines[line - 1][column - 1]
            assert found in {character, "\\"}


def test_the_end_of_a_value_is_behind_its_last_character(tmp_path: Path) -> None:
    document = read(tmp_path, "when: a >\nif: 'b >'\nempty: ''\n")
    assert document.inside(("when",), 3) == (1, 10)
    assert document.inside(("if",), 3) == (2, 9)
    assert document.inside(("empty",), 0) == (3, 8)


@pytest.mark.parametrize("breaks", ["\u2028", "\u2029", "\x85", "\ufeff", "\x00"])
def test_characters_by_which_lines_can_be_miscounted_are_refused(tmp_path: Path, breaks: str) -> None:
    document, problems = try_read(tmp_path, f"a: 1\nb: x{breaks}y\n")
    assert document is None
    assert [(problem.line, problem.column, problem.found) for problem in problems] == [
        (2, 5, f"the character U+{ord(breaks):04X}")
    ]


def test_a_document_with_problems_is_read_on(tmp_path: Path) -> None:
    document, problems = try_read(tmp_path, "a: *x\nb: &y 2\nb: 3\nc: !t 4\n")
    assert document is not None
    assert plain(document.root) == {"a": None, "b": 2, "c": 4}
    assert [(problem.line, problem.column) for problem in problems] == [(1, 4), (2, 4), (3, 1), (4, 4)]
