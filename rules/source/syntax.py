"""What libyaml says about text that isn't YAML, in words that a writer of signals can act on."""

from __future__ import annotations

import re
from typing import Any, Final

from rules.problem import Problem

_QUOTE_IT: Final = "put the whole value in double quotes"
_ALIGN: Final = "line the keys of one mapping up, and put a value that holds a colon or begins with a quote in quotes"
# What libyaml reports: what was found, what was expected, what to write instead.
_WORDS: Final = {
    "mapping values are not allowed in this context": (
        "a colon where no key can stand",
        "one `key: value` a line",
        "put a value that holds a colon in quotes, or line its key up with those above",
    ),
    "did not find expected key": ("something that is no key of this mapping", "`key: value`", _ALIGN),
    "did not find expected '-' indicator": (
        "something that is no item of this list",
        "`- item`",
        "line it up with the `-` above",
    ),
    "did not find expected ',' or ']'": ("a list that goes on without a comma", "`,` or `]`", "close it with `]`"),
    "did not find expected ',' or '}'": ("a mapping that goes on without a comma", "`,` or `}`", "close it with `}`"),
    "did not find expected node content": ("no value here", "a value", "write one, or take the punctuation away"),
    "did not find expected alphabetic or numeric character": (
        "`*` or `&` before no name",
        "a value",
        "write '*' in quotes",
    ),
    "found unexpected end of stream": ("a quote that isn't closed", "the quote that closes it", "close it"),
    "could not find expected ':'": ("a line without a colon", "`key: value`", "write `key: value`"),
    "found unexpected ':'": (
        "a colon without a space",
        "a space and a value after it",
        "write a value, or quotes around",
    ),
    "found unknown escape character": (
        "an unknown escape after `\\`",
        "one such as `\\n`",
        "write `\\\\` for a backslash, or use single quotes",
    ),
}


def syntax_problem(file: str, text: str, error: Any) -> Problem:
    """The problem behind an exception of the YAML parser."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    said = str(getattr(error, "problem", None) or error).splitlines()[0]
    found, expected, instead = _WORDS.get(said) or _other(said, _character(text, line, column))
    return Problem(file, line, column, found, expected, instead)


def _other(said: str, character: str) -> tuple[str, str, str]:
    if character == "\t":
        return "a tab", "spaces", "indent with spaces"
    if said.startswith("found character that cannot start any token"):
        return f"`{character}` at the beginning of a value", "a value", _QUOTE_IT
    plain = re.sub(r"\s+", " ", said)
    return f"text that isn't YAML ({plain})", "YAML", f"if it is a value, {_QUOTE_IT}"


def _character(text: str, line: int, column: int) -> str:
    lines = text.split("\n")
    return lines[line - 1][column - 1 : column] if line <= len(lines) else ""
