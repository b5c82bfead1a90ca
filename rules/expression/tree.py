"""The typed tree of an expression: what is left of Python once everything unwanted has been refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Final, Literal, TypeGuard

from rules.expression.mistake import Span
from rules.expression.scope import FeatureInfo, FeatureRead, Kind

Scalar = bool | int | float | str
ArithmeticOperator = Literal["+", "-", "*", "/", "%"]
CompareOperator = Literal["<", "<=", ">", ">=", "==", "!=", "in", "not in"]
LogicOperator = Literal["and", "or"]

OPPOSITE: Final[Mapping[str, CompareOperator]] = MappingProxyType(
    {
        "<": ">=",
        "<=": ">",
        ">": "<=",
        ">=": "<",
        "==": "!=",
        "!=": "==",
        "in": "not in",
        "not in": "in",
    }
)
"""By comparison, the one that is true where it isn't, of what isn't missing."""
MIRRORED: Final[Mapping[str, CompareOperator]] = MappingProxyType(
    {
        "<": ">",
        "<=": ">=",
        ">": "<",
        ">=": "<=",
        "==": "==",
        "!=": "!=",
    }
)
"""By comparison, the one with its sides changed; `in` has no such."""

CLOCKS: Final = frozenset({"days_since", "days_until", "hours_since"})
"""The functions whose result moves with time alone, whatever they are of."""
_CLOCK: Final = re.compile(rf"\b(?:{'|'.join(sorted(CLOCKS))})\b")


@dataclass(frozen=True, slots=True)
class Node:
    """``kind``: what it is when it isn't missing. ``always``: it is never missing."""

    at: Span
    kind: Kind
    always: bool

    def parts(self) -> tuple[Node, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Lost(Node):
    """Stands where a mistake was found, so that the rest can be checked too."""


@dataclass(frozen=True, slots=True)
class Constant(Node):
    value: Scalar


@dataclass(frozen=True, slots=True)
class Items(Node):
    items: tuple[Node, ...]

    def parts(self) -> tuple[Node, ...]:
        return self.items


@dataclass(frozen=True, slots=True)
class Feature(Node):
    read: FeatureRead
    info: FeatureInfo


@dataclass(frozen=True, slots=True)
class Profile(Node):
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Surrounding(Node):
    """A value of the context; ``path``: names, and what gives one, such as the profile's town."""

    path: tuple[str | Node, ...]

    def parts(self) -> tuple[Node, ...]:
        return tuple(part for part in self.path if isinstance(part, Node))


@dataclass(frozen=True, slots=True)
class Field(Node):
    """A field of the touchpoint; ``optional`` where there may be no touchpoint at hand."""

    path: tuple[str, ...]
    optional: bool


@dataclass(frozen=True, slots=True)
class Negative(Node):
    operand: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.operand,)


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    operator: ArithmeticOperator
    left: Node
    right: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.left, self.right)


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """A comparison, chained where ``rest`` has more than one: the `and` of its pairs."""

    first: Node
    rest: tuple[tuple[CompareOperator, Node], ...]

    def parts(self) -> tuple[Node, ...]:
        return (self.first, *(operand for _, operand in self.rest))

    def pairs(self) -> tuple[tuple[Node, CompareOperator, Node], ...]:
        lefts = self.parts()
        return tuple((left, operator, right) for left, (operator, right) in zip(lefts, self.rest, strict=False))


@dataclass(frozen=True, slots=True)
class Logic(Node):
    operator: LogicOperator
    operands: tuple[Node, ...]

    def parts(self) -> tuple[Node, ...]:
        return self.operands


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.operand,)


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """``then if condition else other``."""

    condition: Node
    then: Node
    other: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.condition, self.then, self.other)


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: str
    arguments: tuple[Node, ...]

    def parts(self) -> tuple[Node, ...]:
        return self.arguments


@dataclass(frozen=True, slots=True)
class Member(Node):
    """Whether the customer is in a segment: the segment's own tree, put in its place."""

    name: str
    body: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.body,)


def is_clock(node: Node) -> TypeGuard[Call]:
    """Whether the node is a call whose result moves with time alone."""
    return isinstance(node, Call) and node.function in CLOCKS


def counts_days(*texts: str | None) -> bool:
    """Whether one of the texts may count days or hours, so that its value hangs on the time zone."""
    return any(text is not None and _CLOCK.search(text) for text in texts)


def placed(node: Node, at: Span) -> Node:
    """The node and all below it as if they stood at ``at``."""
    return replace(node, **{field.name: _placed(getattr(node, field.name), at) for field in fields(node)})


def _placed(value: Any, at: Span) -> Any:
    match value:
        case Span():
            return at
        case Node():
            return placed(value, at)
        case tuple():
            return tuple(_placed(part, at) for part in value)
        case _:
            return value


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for part in node.parts():
        yield from walk(part)
