"""Which kinds of values make sense together, as far as they are known before any value comes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rules.expression.mistake import Mistakes
from rules.expression.scope import Kind
from rules.expression.syntax import Source
from rules.expression.tree import CompareOperator, Constant, Feature, Items, Node
from rules.names import nearest, one_of

SAID: Final[dict[Kind, str]] = {
    "number": "a number",
    "text": "a text",
    "bool": "true or false",
    "list": "a list",
    "any": "a value",
}


def joint(nodes: Iterable[Node]) -> Kind:
    """The kind of what may be any one of these."""
    kinds = {node.kind for node in nodes}
    return kinds.pop() if len(kinds) == 1 else "any"


class KindCheck:
    """Refuses what can never make sense by the kinds that are known."""

    def __init__(self, source: Source, mistakes: Mistakes) -> None:
        self._source = source
        self._mistakes = mistakes

    def can_be(self, node: Node, kinds: tuple[Kind, ...], where: str, instead: str) -> bool:
        """Whether a value of the node can be of these kinds; a mistake where it can't."""
        if not kinds or node.kind in (*kinds, "any"):
            return True
        expected = " or ".join(SAID[kind] for kind in kinds)
        self._mistakes.add(node.at, f"{self._say(node)} {where}", expected, instead)
        return False

    def compared(self, left: Node, operator: CompareOperator, right: Node) -> None:
        if operator in ("in", "not in"):
            self._contained(left, right)
        elif operator in ("==", "!="):
            self._alike(left, right, f"in `{operator}`")
        else:
            self._ordered(left, right, operator)

    def _alike(self, left: Node, right: Node, where: str) -> None:
        if left.kind == right.kind or "any" in (left.kind, right.kind):
            self._a_word_of(left, right)
            self._a_word_of(right, left)
            return
        found = f"{self._say(left)}, beside {self._say(right)}, {where}"
        self._mistakes.add(right.at, found, f"{SAID[left.kind]} on both sides", _advice(left, right))

    def _a_word_of(self, node: Node, other: Node) -> None:
        """What can only be one of a few words is compared with one of them."""
        words = node.info.words if isinstance(node, Feature) else ()
        if not words or not isinstance(other, Constant) or other.value in words:
            return
        near = nearest(str(other.value), words)
        found = f"{self._source.show(other.at)}, which {self._source.show(node.at)} never is"
        self._mistakes.add(other.at, found, one_of(words), f"write '{near or words[0]}'")

    def _ordered(self, left: Node, right: Node, operator: str) -> None:
        for node in (left, right):
            if node.kind in ("bool", "list"):
                expected = f"a number or a text on both sides of `{operator}`"
                self._mistakes.add(node.at, f"{self._say(node)}, which has no order", expected, _ORDER_ADVICE)
                return
        self._alike(left, right, f"in `{operator}`")

    def _contained(self, left: Node, right: Node) -> None:
        if isinstance(right, Items):
            for item in right.items:
                self._alike(left, item, "in a list")
        elif right.kind == "text":
            self.can_be(left, ("text",), "before `in` and a text", "write a text before `in`, or a list after it")
        else:
            self.can_be(right, ("list", "text"), "after `in`", "write a list, such as ['a', 'b']")

    def _say(self, node: Node) -> str:
        return f"{self._source.show(node.at)}, {SAID[node.kind]}"


_ORDER_ADVICE: Final = "compare numbers with numbers and texts with texts"


def _advice(left: Node, right: Node) -> str:
    for node, other in ((left, right), (right, left)):
        if not isinstance(node, Constant):
            continue
        if isinstance(node.value, str) and other.kind == "number":
            return _unquoted(node.value)
        if node.kind == "number" and other.kind == "text":
            return f"write '{node.value}' in quotes"
    return "write the condition alone, or `not` before it" if "bool" in (left.kind, right.kind) else _ORDER_ADVICE


def _unquoted(text: str) -> str:
    try:
        float(text)
    except ValueError:
        return "write a number (a time is epoch milliseconds)"
    return f"write {text.strip()} without quotes"
