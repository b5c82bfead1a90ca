"""Calls of functions: which there are, with how many values of which kinds, and what must be a literal."""

from __future__ import annotations

import ast
from typing import Final

from rules.dates import read_moment
from rules.expression.functions import FUNCTIONS, LONGEST_PATTERN, Function, PatternError, Search
from rules.expression.kinds import KindCheck
from rules.expression.mistake import Mistakes, Span
from rules.expression.scope import Kind
from rules.expression.syntax import Source
from rules.expression.tree import CLOCKS, Call, Constant, Lost, Node
from rules.names import nearest, one_of

MOST_DIGITS: Final = 15


class CallCheck:
    """Makes calls, collecting what is wrong with them."""

    def __init__(self, source: Source, kinds: KindCheck, mistakes: Mistakes) -> None:
        self._source = source
        self._kinds = kinds
        self._mistakes = mistakes

    def call(self, node: ast.Call, arguments: tuple[Node, ...]) -> Node:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        function = FUNCTIONS.get(name)
        if function is None:
            return self._unknown(name, node)
        at = self._source.span(node)
        if node.keywords or not function.least <= len(arguments) <= function.most:
            found = f"`{name}` with {_counted(node)}"
            return self._lost(at, function.gives, found, function.usage, f"write {function.usage}")
        fits = [self._fits(function, place, argument) for place, argument in enumerate(arguments)]
        if not all(fits):
            return Lost(at, function.gives, always=False)
        return Call(at, function.gives, _never_missing(function, arguments), function=name, arguments=arguments)

    def _fits(self, function: Function, place: int, argument: Node) -> bool:
        """Digits and patterns are needed at load, so they are literals."""
        if place == 1 and function.second == "digits":
            return self._digits_fit(argument)
        if place == 1 and function.second == "pattern":
            return self._pattern_fits(argument)
        name = function.usage.partition("(")[0]
        if name in CLOCKS and isinstance(argument, Constant):
            return self._moment_fits(argument)
        return self._kinds.can_be(argument, function.takes, f"in `{name}`", f"write {function.usage}")

    def _digits_fit(self, node: Node) -> bool:
        value = node.value if isinstance(node, Constant) else None
        if type(value) is int and abs(value) <= MOST_DIGITS:
            return True
        expected = f"a whole number from -{MOST_DIGITS} to {MOST_DIGITS}"
        return self._wrong(node, f"{self._source.show(node.at)} as the digits to keep", expected, "write round(x, 2)")

    def _moment_fits(self, node: Constant) -> bool:
        if read_moment(node.value) is not None:
            return True
        expected = "a date such as '2026-01-31', or an instant such as '2026-01-31T09:00:00Z'"
        return self._wrong(node, f"{self._source.show(node.at)} as a date", expected, "write one of these forms")

    def _pattern_fits(self, node: Node) -> bool:
        value = node.value if isinstance(node, Constant) else None
        if not isinstance(value, str):
            found = f"{self._source.show(node.at)} as the pattern"
            return self._wrong(node, found, "a text in quotes", "write the pattern out in quotes")
        if len(value) > LONGEST_PATTERN:
            found = f"a pattern of {len(value):,} characters"
            return self._wrong(node, found, f"{LONGEST_PATTERN} at most", "write a shorter one")
        try:
            Search(value)
        except PatternError as error:
            found = f"the pattern {self._source.show(node.at)} ({error})"
            return self._wrong(node, found, "a regular expression that RE2 can read", "mend it")
        return True

    def _wrong(self, node: Node, found: str, expected: str, instead: str) -> bool:
        self._mistakes.add(node.at, found, expected, instead)
        return False

    def _unknown(self, name: str, node: ast.Call) -> Node:
        shown = self._source.show(self._source.span(node.func))
        near = nearest(name, FUNCTIONS) if name else None
        instead = f"write {FUNCTIONS[near].usage}" if near else "call one of these"
        return self._lost(self._source.span(node), "any", f"a call of {shown}", one_of(FUNCTIONS), instead)

    def _lost(self, at: Span, kind: Kind, found: str, expected: str, instead: str) -> Lost:
        self._mistakes.add(at, found, expected, instead)
        return Lost(at, kind, always=False)


def _counted(node: ast.Call) -> str:
    if node.keywords:
        return "values by name"
    return "1 value" if len(node.args) == 1 else f"{len(node.args)} values"


def _never_missing(function: Function, arguments: tuple[Node, ...]) -> bool:
    known = all(argument.always and argument.kind in function.takes for argument in arguments)
    return function.always or (function.keeps and known)
