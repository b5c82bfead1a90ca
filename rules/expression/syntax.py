"""From text to Python's own syntax tree, within limits, and back to places in the text."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from decimal import Decimal
from typing import Final
from unicodedata import category

from rules.expression.mistake import ExpressionError, Mistake, Span

LONGEST: Final = 2_000  # characters
DEEPEST: Final = 40
MOST_NODES: Final = 200
_OTHER_SPELLINGS: Final = {"&&": "and", "||": "or", "<>": "!=", "!": "not", "=": "==", "?": "a if b else c"}
_PERCENT: Final = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?) ?%(?= *(?:$|[<>=!)\],]|(?:and|or|if|else)\b))")


class Source:
    """An expression's text as Python reads it: one line, whose tree's places can be found back in the text."""

    def __init__(self, text: str) -> None:
        _check_characters(text)
        line = text.replace("\n", " ").replace("\t", " ")
        self.text = text
        self._line = line.strip(" ")
        self._skipped = len(line) - len(line.lstrip(" "))
        self.tree = self._parse()
        self._check_end()
        _check_size(self.tree, len(text))

    def span(self, node: ast.expr) -> Span:
        start = self._place(node.col_offset)
        return Span(start, self._place(node.end_col_offset or node.col_offset) - start)

    def show(self, at: Span) -> str:
        """The text there, cut where it is long."""
        piece = " ".join(self.text[at.offset : at.offset + at.length].split())
        return f"`{piece}`" if len(piece) <= 60 else f"`{piece[:57]}...`"

    def across(self, left: Span, right: Span) -> Span:
        """From the left operand of a comparison to the right one, parentheses of their own included."""
        start, end = self._widened(left).offset, self._widened(right)
        return Span(start, end.offset + end.length - start)

    def _widened(self, at: Span) -> Span:
        before, after = self.text[: at.offset].rstrip(), self.text[at.offset + at.length :]
        space = len(after) - len(after.lstrip())
        if not (before.endswith("(") and after[space:].startswith(")")):
            return at
        start = len(before) - 1
        return self._widened(Span(start, at.offset + at.length + space + 1 - start))

    def _place(self, column: int) -> int:
        """Python counts the bytes of UTF-8 on the line; people count characters of the text."""
        return self._skipped + len(self._line.encode()[:column].decode(errors="ignore"))

    def _parse(self) -> ast.expr:
        whole = Span(0, len(self.text))
        if not self._line:
            raise _mistake(whole, "an empty expression", "a condition or a value", "write one, such as `True`")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # such as of '\d', which a pattern may well have
                return ast.parse(self._line, mode="eval").body
        except SyntaxError as error:
            raise self._unreadable(error) from None
        except (RecursionError, MemoryError):
            raise _too_deep(len(self.text)) from None
        except ValueError as error:
            raise _mistake(whole, f"what can't be read ({error})", _EXPECTED, "mend it") from None

    def _unreadable(self, error: SyntaxError) -> ExpressionError:
        at = min(max((error.offset or 1) - 1, 0), len(self._line))
        if at == 0 and error.end_offset in (0, None):
            at = len(self._line)  # that is how Python says that it missed something at the end
        for spelling, right in _OTHER_SPELLINGS.items():
            place = self._line.find(spelling, max(at - 1, 0), at + 1 + len(spelling))
            if place >= 0:
                span = Span(place + self._skipped, len(spelling))
                return _mistake(span, f"`{spelling}`", _EXPECTED, f"write `{right}`")
        percent = _PERCENT.search(self._line)
        if percent is not None:
            span = Span(percent.start() + self._skipped, len(percent[0]))
            share = Decimal(percent[1]).scaleb(-2).normalize()
            return _mistake(span, f"`{percent[0]}`", _EXPECTED, f"write `{share:f}`, a share of 1")
        why = error.msg.partition(".")[0]
        piece = self._line[at:].partition(" ")[0][:20]
        found = f"`{piece}` ({why})" if piece else f"its end ({why})"
        return _mistake(Span(at + self._skipped, len(piece)), found, _EXPECTED, "mend it")

    def _check_end(self) -> None:
        """Python would leave out a comment, and so all lines of the text after its first `#`."""
        end = self.tree.end_col_offset or 0
        rest = self._line.encode()[end:].decode()
        if "#" in rest:
            place = len(self._line) - len(rest) + rest.index("#") + self._skipped
            raise _mistake(Span(place, 1), "a comment", _EXPECTED, "put the comment in the YAML, after ` #`")


_EXPECTED: Final = "an expression as in Python"


def _mistake(at: Span, found: str, expected: str, instead: str) -> ExpressionError:
    return ExpressionError((Mistake(at.offset, at.length, found, expected, instead),))


def _check_characters(text: str) -> None:
    if len(text) > LONGEST:
        found = f"an expression of {len(text):,} characters"
        raise _mistake(Span(0, len(text)), found, f"{LONGEST:,} at most", "make features of parts of it")
    for place, character in enumerate(text):
        if category(character) in ("Cc", "Cs") and character not in "\n\t":
            found = f"the control character U+{ord(character):04X}"
            raise _mistake(Span(place, 1), found, "readable text", "take it out")


def _check_size(tree: ast.expr, length: int) -> None:
    count = 0
    for depth in _depths(tree):
        count += 1
        if depth > DEEPEST:
            raise _too_deep(length)
    if count > MOST_NODES:
        found = f"an expression of {count} parts"
        raise _mistake(Span(0, length), found, f"{MOST_NODES} names, literals and operators at most", _SPLIT)


_SPLIT: Final = "make features of parts of it, or several signals"


def _too_deep(length: int) -> ExpressionError:
    return _mistake(Span(0, length), f"an expression nested deeper than {DEEPEST}", f"{DEEPEST} levels at most", _SPLIT)


def _depths(tree: ast.expr) -> Iterator[int]:
    """How deep each expression in the tree lies, without recursion: nothing is known of its depth yet."""
    waiting: list[tuple[ast.AST, int]] = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, ast.expr):
            yield depth
        waiting.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
