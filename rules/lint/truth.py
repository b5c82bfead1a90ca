"""Whether a condition can come out both ways, by simple reasoning about what each value can be.

Nothing is said where it isn't sure. What is asked once in a condition has one value in all of it: two comparisons of
the same feature that no number passes make an `and` that is never true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from rules.expression.scope import FeatureRead
from rules.expression.tree import (
    MIRRORED,
    OPPOSITE,
    Arithmetic,
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
    Node,
    Not,
    Profile,
)
from rules.lint.ranges import Range, value_of

Key = FeatureRead | tuple[str, ...]
Known = Callable[[Node], Range]
"""What a feature, a field or a part of the profile can be."""


class Truth:
    """Judges conditions by what is ``known`` of what they read."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def of(self, *nodes: Node) -> bool | None:
        """Whether all of these hold at once: always (True), never (False), or it isn't said (None)."""
        each = [self._of(node) for node in nodes]
        if False in each or self._contradict(nodes):
            return False
        return True if None not in each else None

    def _of(self, node: Node) -> bool | None:
        match node:
            case Constant():
                return bool(node.value)
            case Compare():
                return _all(self._pair(*pair) for pair in node.pairs())
            case Logic(operator="and"):
                return self.of(*node.operands)
            case Logic():
                return _any(self._of(operand) for operand in node.operands)
            case Not():
                inner = self._of(node.operand)
                return None if inner is None else not inner
            case Member():
                return self._of(node.body)
            case Choice():
                return self._choice(node)
        return None

    def _choice(self, node: Choice) -> bool | None:
        chosen = self._of(node.condition)
        if chosen is not None:
            return self._of(node.then if chosen else node.other)
        both = {self._of(node.then), self._of(node.other)}
        return both.pop() if len(both) == 1 else None

    def _pair(self, left: Node, operator: CompareOperator, right: Node) -> bool | None:
        """A comparison: with something missing it is false, so that it is always true of what is there alone."""
        first = self._range(left)
        allowed = _allowed(operator, right)
        if first is None or allowed is None:
            return None
        if first.met(allowed).is_empty:
            return False
        return True if first.there and _within(first, operator, right) else None

    def _range(self, node: Node) -> Range | None:
        match node:
            case Constant(value=str() | bool()):
                return Range(among=frozenset({value_of(node.value)}), there=True)
            case Constant():
                return Range(float(node.value), float(node.value), there=True)
            case Feature() | Field() | Profile():
                return self._known(node)
            case Call(function="len" | "abs"):
                return Range(low=0, there=node.always)
            case Arithmetic(operator="+" | "-" | "*", left=left, right=Constant(value=int() | float() as by)):
                return _shifted(self._range(left), node.operator, by)
        return None

    def _contradict(self, nodes: Iterable[Node]) -> bool:
        """Whether what these conditions ask of one and the same value leaves nothing."""
        ranges: dict[Key, Range] = {}
        for node in nodes:
            for read, allowed in self._demands(node):
                key = read.read if isinstance(read, Feature) else _path(read)
                ranges[key] = ranges.get(key, self._known(read)).met(allowed)
        return any(one.there and one.is_empty for one in ranges.values())

    def _demands(self, node: Node) -> Iterator[tuple[Node, Range]]:
        """What a condition that holds says of what it reads."""
        match node:
            case Logic(operator="and"):
                for operand in node.operands:
                    yield from self._demands(operand)
            case Member():
                yield from self._demands(node.body)
            case Compare():
                for left, operator, right in node.pairs():
                    yield from _demanded(left, operator, right)
                    if operator in MIRRORED:
                        yield from _demanded(right, MIRRORED[operator], left)
            case Feature() if node.info.never_negative:
                yield node, Range(low=0, low_open=True, there=True)
            case Not(operand=Feature() as read) if read.always and read.kind == "number":
                yield read, Range(low=0, high=0)


def _demanded(left: Node, operator: CompareOperator, right: Node) -> Iterator[tuple[Node, Range]]:
    allowed = _allowed(operator, right)
    if isinstance(left, Feature | Field | Profile) and allowed is not None:
        yield left, allowed


def _path(node: Node) -> tuple[str, ...]:
    match node:
        case Profile():
            return ("profile", *node.path)
        case Field():
            return ("touchpoint", *node.path)
    raise TypeError(f"{type(node).__name__} is no path")


def _allowed(operator: CompareOperator, right: Node) -> Range | None:
    """What a value must be for a comparison with a constant to be true."""
    if operator in ("in", "not in"):
        return _listed(operator, right)
    if not isinstance(right, Constant):
        return None
    value = right.value
    if operator in ("==", "!="):
        only = frozenset({value_of(value)})
        return Range(among=only, there=True) if operator == "==" else Range(never=only, there=True)
    if isinstance(value, str | bool):
        return None
    if operator in ("<", "<="):
        return Range(high=value, high_open=operator == "<", there=True)
    return Range(low=value, low_open=operator == ">", there=True)


def _listed(operator: CompareOperator, right: Node) -> Range | None:
    if not isinstance(right, Items) or not all(isinstance(item, Constant) for item in right.items):
        return None
    values = frozenset(value_of(item.value) for item in right.items if isinstance(item, Constant))
    return Range(among=values, there=True) if operator == "in" else Range(never=values, there=True)


def _within(first: Range, operator: CompareOperator, right: Node) -> bool:
    """Whether all that a value can be makes the comparison true."""
    refused = _allowed(OPPOSITE[operator], right)
    return refused is not None and first.met(refused).is_empty


def _shifted(inner: Range | None, operator: str, by: float) -> Range | None:
    """The range of a value times or plus a number."""
    if inner is None or inner.among is not None:
        return None
    if operator == "*":
        if by <= 0:
            return None
        return Range(inner.low * by, inner.high * by, inner.low_open, inner.high_open, there=inner.there)
    shift = by if operator == "+" else -by
    return Range(inner.low + shift, inner.high + shift, inner.low_open, inner.high_open, there=inner.there)


def _all(each: Iterable[bool | None]) -> bool | None:
    values = list(each)
    return False if False in values else None if None in values else True


def _any(each: Iterable[bool | None]) -> bool | None:
    values = list(each)
    return True if True in values else None if None in values else False
