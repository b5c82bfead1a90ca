"""From a file to a document: size, UTF-8, characters, then YAML."""

from __future__ import annotations

import pathlib
import re
from typing import Final

from rules.problem import Problem
from rules.source.composer import compose
from rules.source.node import Document

LARGEST: Final = 1024 * 1024
# Beside what YAML lets no one write, the rarer line breaks: editors don't count lines by them, so places would be off.
_REFUSED: Final = re.compile(r"[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def read_document(path: pathlib.Path) -> tuple[Document | None, list[Problem]]:
    """The document in a file, and what is wrong with it.

    There is no document where the file can't be read at all; a document with problems is still worth checking further.
    """
    file = path.as_posix()
    try:
        with path.open("rb") as stream:
            raw = stream.read(LARGEST + 1)
    except OSError as error:
        found = f"a file that can't be read ({error.strerror})"
        return None, [Problem(file, 1, 1, found, "a readable file", "change its permissions or take it away")]
    return decode_document(file, raw)


def decode_document(file: str, raw: bytes) -> tuple[Document | None, list[Problem]]:
    """The document in the bytes of a file, as `read_document` gives it."""
    if len(raw) > LARGEST:
        found = f"a file of over {LARGEST:,} bytes"
        return None, [Problem(file, 1, 1, found, f"at most {LARGEST:,} bytes a file", "split it")]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        found = f"the byte 0x{raw[error.start]:02x}, which isn't UTF-8"
        return None, [_problem_after(file, before, found, "text in UTF-8", "save the file as UTF-8")]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    refused = _REFUSED.search(text)
    if refused:
        found = f"the character U+{ord(refused[0]):04X}"
        return None, [_problem_after(file, text[: refused.start()], found, "text that can be seen", "take it away")]
    root, problems = compose(file, text)
    if root is None:
        return None, problems or [
            Problem(file, 1, 1, "nothing in this file", "a mapping", "write something in it, or delete it")
        ]
    return Document(file, text, root), problems


def _problem_after(file: str, before: str, found: str, expected: str, instead: str) -> Problem:
    before = before.replace("\r\n", "\n").replace("\r", "\n")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Problem(file, line, column, found, expected, instead)
