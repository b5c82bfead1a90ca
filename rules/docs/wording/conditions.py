"""Conditions in plain English, from the tree that the evaluator reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rules.docs.phrase import Code, Named, Part, Phrase, Quoted, joined, phrase, separated
from rules.docs.wording.spans import number
from rules.explaining.needs import mirrored, needed
from rules.expression import FeatureRead
from rules.expression.tree import (
    Arithmetic,
    ArithmeticOperator,
    Call,
    Choice,
    Compare,
    CompareOperator,
    Constant,
    Feature,
    Field,
    Items,
    Logic,
    Member,
    Negative,
    Node,
    Not,
    Profile,
    Scalar,
    Surrounding,
)
from rules.relations import Relations

_SIGNAL: Final = ("properties", "signal")
_SIGNS: Final[dict[ArithmeticOperator, str]] = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
_CALLS: Final = {
    "abs": ("", " without its sign"),
    "len": ("the length of ", ""),
    "lower": ("", " in lower case"),
    "days_since": ("the number of days since ", ""),
    "days_until": ("the number of days until ", ""),
    "hours_since": ("the number of hours since ", ""),
    "round": ("", ", rounded"),
}
_ORDERS: Final = ("<", "<=", ">", ">=")
_HOLE: Final = "{}"


class Claims:
    """Says conditions and values. ``feature`` says how one is read where a condition names it; ``told`` says that a
    value of a story that is true or false is so."""

    def __init__(
        self, feature: Callable[[FeatureRead], Phrase], told: Callable[[FeatureRead, bool], Phrase] | None = None
    ) -> None:
        self._feature, self._told = feature, told

    def claims(self, node: Node) -> tuple[Phrase, ...]:
        """What must all be so for the condition to be true, one by one."""
        if isinstance(node, Logic) and node.operator == "and":
            return tuple(map(self.claim, node.operands))
        return (self.claim(node),)

    def claim(self, node: Node) -> Phrase:
        """What is so where the condition is true: ``x is 5 or more, and (either y is 1, or z is 2)``."""
        match node:
            case Logic(operator="and"):
                return separated(map(self._part, node.operands), ", and ")
            case Logic():
                return phrase("either ", separated(map(self._part, node.operands), ", or "))
            case Not():
                return self._not(node.operand)
            case Compare():
                return self._compared(node)
            case Choice():
                first = ("if ", self.claim(node.condition), ": ", self._part(node.then))
                return phrase(*first, "; otherwise: ", self._part(node.other))
            case Member():
                return phrase("the customer is in the segment ", Named("segment", node.name))
        return self._truth(node)

    def _part(self, node: Node) -> Phrase:
        """A part of a larger condition, in parentheses where it has parts itself."""
        several = isinstance(node, Logic | Choice) or (isinstance(node, Compare) and len(node.rest) > 1)
        return phrase("(", self.claim(node), ")") if several else self.claim(node)

    def _not(self, node: Node) -> Phrase:
        match node:
            case Member():
                return phrase("the customer isn't in the segment ", Named("segment", node.name))
            case Call(function="exists"):
                return phrase(self._inner(node.arguments[0]), " isn't known")
            case Feature() if node.kind == "bool" and self._told is not None:
                return self._told(node.read, False)
            case Feature() | Profile() | Surrounding() | Field():
                return phrase(self.value(node), _falsity(node))
        return phrase("it isn't so that (", self.claim(node), ")")

    def _truth(self, node: Node) -> Phrase:
        """Of what is no comparison: whether it is there, and is neither false, 0 nor empty."""
        match node:
            case Constant():
                return phrase("always" if node.value else "never")
            case Feature() if node.kind == "bool" and self._told is not None:
                return self._told(node.read, True)
            case Call(function="exists"):
                return phrase(self._inner(node.arguments[0]), " is known")
            case Call(function="startswith"):
                return phrase(self._inner(node.arguments[0]), " begins with ", self._inner(node.arguments[1]))
            case Call(function="matches"):
                pattern = node.arguments[1]
                code = Code(str(pattern.value)) if isinstance(pattern, Constant) else self.value(pattern)
                return phrase(self._inner(node.arguments[0]), " fits the pattern ", code)
        return phrase(self._side(node), _verity(node))

    def _compared(self, node: Compare) -> Phrase:
        """A chain about the value in its middle is said of it at once: ``x is 0 or more and 3 or less``."""
        pairs = node.pairs()
        if len(pairs) == 2 and isinstance(node.first, Constant):
            (first, before, middle), (_, after, last) = pairs
            turned = mirrored(before)
            if turned is not None and after in _ORDERS:
                both = self._needed(middle, turned, first), " and ", self._needed(middle, after, last)
                return phrase(self._side(middle), " is ", *both)
        return separated((self._pair(*pair) for pair in pairs), ", and ")

    def _pair(self, left: Node, operator: CompareOperator, right: Node) -> Phrase:
        turned = mirrored(operator)
        if isinstance(left, Constant) and not isinstance(right, Constant) and turned is not None:
            left, operator, right = right, turned, left
        if operator in ("in", "not in") and not isinstance(right, Items):
            verb = " is in " if operator == "in" else " isn't in "
            return phrase(self._side(left), verb, self._side(right))
        return phrase(self._side(left), " is ", self._needed(left, operator, right))

    def _needed(self, left: Node, operator: CompareOperator, right: Node) -> Phrase:
        """What the left side needs to be: ``5 or more``."""
        before, _, after = needed(operator, _HOLE).partition(_HOLE)
        other = self._signals(right) if isinstance(left, Field) and left.path == _SIGNAL else self._side(right)
        return phrase(before, other, after)

    def _signals(self, node: Node) -> Phrase:
        """Names of signals, as links."""
        match node:
            case Items():
                return joined([self._signals(item) for item in node.items], "or")
            case Constant():
                return phrase(Named("signal", str(node.value)))
        return self.value(node)

    def value(self, node: Node) -> Phrase:
        """What a node is: ``the number of ... in the last hour``, ``“tent”``, ``2 times its attention``."""
        match node:
            case Constant():
                return phrase(_constant(node.value))
            case Items():
                return joined([self.value(item) for item in node.items], "or") if node.items else phrase("nothing")
            case Feature():
                return self._feature(node.read)
            case Profile():
                return phrase("the profile's ", Named("profile", ".".join(node.path)))
            case Surrounding():
                return self._surrounding(node)
            case Field():
                return phrase("the touchpoint's " if node.optional else "its ", Named("field", ".".join(node.path)))
            case Negative():
                return phrase("minus ", self._inner(node.operand))
            case Arithmetic():
                return self._arithmetic(node)
            case Choice():
                either = (self._inner(node.then), " if ", self._part(node.condition))
                return phrase(*either, ", otherwise ", self._inner(node.other))
            case Call() if node.kind != "bool":
                return self._call(node)
        return phrase("whether ", self.claim(node))

    def _side(self, node: Node) -> Phrase:
        """A side of a comparison."""
        return self.value(node) if isinstance(node, Call | Arithmetic | Items | Negative) else self._inner(node)

    def _inner(self, node: Node) -> Phrase:
        """A part of something larger, in parentheses where it has parts itself."""
        plain = isinstance(node, Constant | Feature | Profile | Surrounding | Field)
        return self.value(node) if plain else phrase("(", self.value(node), ")")

    def _surrounding(self, node: Surrounding) -> Phrase:
        """``the context's `weather` for the profile's `town`, its `sky```."""
        said: list[Part] = ["the context's ", Code(str(node.path[0]))]
        for part in node.path[1:]:
            said += [", its ", Code(part)] if isinstance(part, str) else [" for ", self._inner(part)]
        return phrase(*said)

    def _arithmetic(self, node: Arithmetic) -> Phrase:
        left, right = self._inner(node.left), self._inner(node.right)
        if node.operator == "%":
            return phrase("what is left of ", left, " after dividing it by ", right)
        return phrase(left, f" {_SIGNS[node.operator]} ", right)

    def _call(self, node: Call) -> Phrase:
        said = [self._inner(argument) for argument in node.arguments]
        match node.function:
            case "min" | "max":
                return phrase(f"the {'smallest' if node.function == 'min' else 'largest'} of ", joined(said, "and"))
            case "share":
                return phrase("the share of ", said[0], " in ", said[1])
            case "round" if len(said) > 1:
                return phrase(said[0], ", rounded to ", said[1], " decimals")
        before, after = _CALLS[node.function]
        return phrase(before, said[0], after)


class ConditionWords:
    """Says the conditions of a library about customers; ``per`` is that of the signal in which one stands."""

    def __init__(
        self,
        relations: Relations,
        feature: Callable[[FeatureRead], Phrase],
        told: Callable[[FeatureRead, bool], Phrase] | None = None,
    ) -> None:
        self._relations, self._claims = relations, Claims(feature, told)

    def whole(self, text: str, per: str | None = None) -> Phrase:
        """A condition."""
        return self._claims.claim(self._relations.expression(text, per).tree)

    def parts(self, text: str, per: str | None) -> tuple[Phrase, ...]:
        """What must all be so, one by one."""
        return self._claims.claims(self._relations.expression(text, per).tree)

    def value(self, text: str, per: str | None) -> Phrase:
        """A value."""
        return self._claims.value(self._relations.expression(text, per).tree)


def _constant(value: Scalar) -> str | Quoted:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number(value)
    return Quoted(value)


def _verity(node: Node) -> str:
    return f" is known and isn't {_FALSE.get(node.kind, _ANY_FALSE)}"


def _falsity(node: Node) -> str:
    return f" is {_FALSE.get(node.kind, _ANY_FALSE)}, or isn't known"


_ANY_FALSE: Final = "false, 0 or empty"
_FALSE: Final = {"number": "0", "text": "empty", "bool": "false", "list": "empty"}
