"""What a problem stretches over: what a terminal underlines and an editor marks."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.parse import load_library
from rules.problem import LibraryError, Problem

LIBRARY = "name: shop\nformat: 1\n"


def marked(directory: Path, **files: str) -> list[str]:
    """The text that each problem of a library of these files marks."""
    for name, text in {"library": LIBRARY, **files}.items():
        path = directory / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    with pytest.raises(LibraryError) as raised:
        load_library(directory)
    return [_marked(problem) for problem in raised.value.problems]


def _marked(problem: Problem) -> str:
    line = Path(problem.file).read_text().split("\n")[problem.line - 1]
    return line[problem.column - 1 : problem.column - 1 + problem.width]


SIGNAL = "signal: a\nstatus: live\n"


@pytest.mark.parametrize(
    ("files", "pieces"),
    [
        ({"library": LIBRARY + "time_zone: Europe/Brusels\n"}, ["Europe/Brusels"]),
        ({"library": LIBRARY + "currency: 'euro'  # no\n"}, ["'euro'"]),
        ({"library": LIBRARY + "curency: EUR\n"}, ["curency"]),
        ({"library": LIBRARY + "sources: {tablet: {late_by: soon}, web: []}\n"}, ["soon", "["]),
        ({"features": "'a b': {count: x}\n"}, ["'a b'"]),
        ({"features": "a: {count: x, where: 'value > 1 and vlaue > 2'}\n"}, ["vlaue"]),
        ({"segments": "a: prfile.x > 5\nb: [1]\n"}, ["prfile.x", "["]),
        ({"signals__a": SIGNAL + "when: >-\n  profile.a\n  and (profil.b\n  or foo(1))\n"}, ["profil.b", "foo(1)"]),
        ({"signals__a": SIGNAL + "when: profile.a <\n"}, [""]),
        ({"signals__a": SIGNAL + "when: |\n  (lambda:\n  1) or profile.b\n"}, ["lambda:"]),
        ({"signals__a": SIGNAL + "follow: [x, {type: signal.fired, where: properties.signal == 'b'}]\n"}, ["b"]),
        ({"signals__a": SIGNAL + "when: profile.a\nthen: {channel: email}\n"}, ["email"]),
    ],
)
def test_what_is_marked(tmp_path: Path, files: dict[str, str], pieces: list[str]) -> None:
    assert marked(tmp_path, **files) == pieces


def test_it_tells_no_two_problems_apart() -> None:
    words = ("a.yaml", 1, 1, "this", "that", "mend it")
    assert Problem(*words, width=3) == Problem(*words)
    assert len(LibraryError([Problem(*words, width=3), Problem(*words)]).problems) == 1
