"""From the typed tree to the source of one Python function.

Nothing of the user's text is in that source but literals as `repr` writes them; every name is made here.
Where kinds are known, operators become Python's own; elsewhere they call `runtime`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from rules.expression import numbers, runtime
from rules.expression.elapsed import Elapsed
from rules.expression.functions import Search
from rules.expression.scope import FeatureRead
from rules.expression.tree import (
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
    Negative,
    Node,
    Not,
    Profile,
    Surrounding,
    is_clock,
)

Bind = Callable[[FeatureRead], Any]

_RUNTIME: Final[dict[str, Callable[..., Any]]] = {
    "+": runtime.add,
    "-": runtime.subtract,
    "*": runtime.multiply,
    "/": runtime.divide,
    "%": runtime.remainder,
    "<": runtime.less,
    "<=": runtime.at_most,
    ">": runtime.more,
    ">=": runtime.at_least,
    "==": runtime.equal,
    "!=": runtime.unequal,
    "in": runtime.within,
    "not in": runtime.without,
    "min": runtime.least,
    "max": runtime.most,
    "abs": runtime.absolute,
    "round": runtime.rounded,
    "len": runtime.length,
    "share": runtime.divide,
    "lower": runtime.lower,
    "startswith": runtime.starts_with,
}
_NUMBERS: Final[dict[str, Callable[..., Any]]] = {
    "+": numbers.add,
    "-": numbers.subtract,
    "*": numbers.multiply,
    "/": numbers.divide,
    "%": numbers.remainder,
    "share": numbers.divide,
}


@dataclass(slots=True)
class _Operand:
    """A side of a comparison: its source where it is first used, a name for it after that."""

    node: Node
    code: str
    name: str | None = None
    used: bool = False
    is_there: bool = False

    def use(self) -> str:
        if self.name is None:
            return self.code
        self.used, was_used = True, self.used
        return self.name if was_used else f"({self.name} := {self.code})"


class Emitter:
    """Writes the source of a node; ``bound`` then holds what its names stand for."""

    def __init__(
        self,
        bind: Bind,
        now: str = "N",
        own_zone: str = "Q.get('time_zone')",
        zone: str = "UTC",
        surroundings: Any = None,
    ) -> None:
        """``now``, ``own_zone``: how the source reads the time and the profile's entry of the customer's time zone.

        ``surroundings``: holds the context's ``values``.
        """
        self.bound: dict[str, Any] = {}
        self._bind = bind
        self._now, self._own_zone = now, own_zone
        self._surroundings = surroundings
        self._elapsed = Elapsed(zone)
        self._names: dict[Any, str] = {}
        self._locals = 0

    def emit(self, node: Node) -> str:
        match node:
            case Constant():
                return repr(node.value)
            case Feature():
                return self._feature(node)
            case Profile():
                return self._profile(node)
            case Surrounding():
                return self._surrounding(node)
            case Field():
                return self._field(node)
            case Compare():
                return self._compare(node)
            case Call():
                return self._call(node)
        return self._combined(node)

    def _combined(self, node: Node) -> str:
        match node:
            case Items():
                return f"[{self._listed(node.items)}]"
            case Logic():
                return f"({f' {node.operator} '.join(map(self.emit, node.operands))})"
            case Not():
                return f"(not {self.emit(node.operand)})"
            case Choice():
                return f"({self.emit(node.then)} if {self.emit(node.condition)} else {self.emit(node.other)})"
            case Negative():
                negative = numbers.negative if node.operand.kind == "number" else runtime.negative
                return f"{self._name(negative)}({self.emit(node.operand)})"
            case Arithmetic():
                return self._runtime(node.operator, node.left, node.right)
            case Member():
                return self.emit(node.body)
        raise TypeError(f"{type(node).__name__} can't be compiled")

    def _listed(self, nodes: tuple[Node, ...]) -> str:
        return ", ".join(map(self.emit, nodes))

    def _local(self) -> str:
        self._locals += 1
        return f"x{self._locals}"

    def _name(self, value: Any, key: Any = None) -> str:
        """The name in the source for a value, the same for the same one."""
        name = self._names.setdefault(value if key is None else key, f"f{len(self._names)}")
        self.bound[name] = value
        return name

    def _runtime(self, operator: str, *operands: Node) -> str:
        known = operator in _NUMBERS and all(operand.kind == "number" for operand in operands)
        function = _NUMBERS[operator] if known else _RUNTIME[operator]
        return f"{self._name(function)}({self._listed(operands)})"

    def _feature(self, node: Feature) -> str:
        key = "K" if node.read.own else repr(node.read.key)
        return f"{self._name(self._bind(node.read), node.read)}(P, N, {key})"

    def _profile(self, node: Profile) -> str:
        name, *path = node.path
        entry = self._local()
        value = f"(({entry} := Q.get({name!r})) and {entry}[0])"
        return self._dug(value, path)

    def _surrounding(self, node: Surrounding) -> str:
        path = ", ".join(self.emit(part) if isinstance(part, Node) else repr(part) for part in node.path)
        return f"{self._name(runtime.look)}({self._name(self._surroundings, 'context')}.values, ({path},))"

    def _field(self, node: Field) -> str:
        name, *path = node.path
        value = f"(None if T is None else T.{name})" if node.optional else f"T.{name}"
        if len(path) != 1:
            return self._dug(value, path)
        held = self._local()
        return f"(None if ({held} := {value}) is None else {held}.get({path[0]!r}))"

    def _dug(self, value: str, path: list[str]) -> str:
        return f"{self._name(runtime.dig)}({value}, {tuple(path)!r})" if path else value

    def _call(self, node: Call) -> str:
        if is_clock(node):
            function = self._name(getattr(self._elapsed, node.function), node.function)
            return f"{function}({self._listed(node.arguments)}, {self._now}, {self._own_zone})"
        match node:
            case Call(function="exists", arguments=(value,)):
                return "True" if value.always else f"({self.emit(value)} is not None)"
            case Call(function="matches", arguments=(text, Constant(value=str(pattern)))):
                return f"{self._name(Search(pattern), ('matches', pattern))}({self.emit(text)})"
        return self._runtime(node.function, *node.arguments)

    def _compare(self, node: Compare) -> str:
        operands = [_Operand(part, self.emit(part)) for part in node.parts()]
        for middle in operands[1:-1]:
            self._keep(middle)
        operators = [operator for operator, _ in node.rest]
        pairs = [self._pair(*pair) for pair in zip(operands, operators, operands[1:], strict=False)]
        return f"({' and '.join(pairs)})"

    def _keep(self, operand: _Operand) -> None:
        if operand.name is None and not isinstance(operand.node, Constant):
            operand.name = self._local()

    def _pair(self, left: _Operand, operator: CompareOperator, right: _Operand) -> str:
        if operator in ("in", "not in"):
            return self._containment(left, operator, right)
        truth = _truth_in(left, right)
        if truth is not None and operator in ("==", "!="):
            return self._guarded([truth] if operator == "!=" else [], truth, _IS[operator], _other(truth, left, right))
        if not _is_direct(left.node, operator, right.node):
            return f"{self._name(_RUNTIME[operator])}({left.use()}, {right.use()})"
        return self._guarded(_unsure(left, operator, right), left, operator, right)

    def _containment(self, left: _Operand, operator: CompareOperator, right: _Operand) -> str:
        members = _members(left.node, right.node) if right.name is None else None
        if members is None and not left.node.kind == right.node.kind == "text":
            return f"{self._name(_RUNTIME[operator])}({left.use()}, {right.use()})"
        if members is None:
            return self._guarded([left, right], left, operator, right)
        right.code = members
        return self._guarded([left] if operator == "not in" else [], left, operator, right)

    def _guarded(self, unsure: list[_Operand], left: _Operand, operator: str, right: _Operand) -> str:
        guards = [self._guard(operand) for operand in unsure if not (operand.is_there or operand.node.always)]
        return " and ".join([*guards, f"{left.use()} {operator} {right.use()}"])

    def _guard(self, operand: _Operand) -> str:
        self._keep(operand)
        operand.is_there = True
        return f"{operand.use()} is not None"


_IS: Final = {"==": "is", "!=": "is not"}


def _truth_in(left: _Operand, right: _Operand) -> _Operand | None:
    """The side that is compared with a literal True or False."""
    for operand, other in ((left, right), (right, left)):
        if isinstance(other.node, Constant) and isinstance(other.node.value, bool):
            return operand
    return None


def _other(operand: _Operand, left: _Operand, right: _Operand) -> _Operand:
    return right if operand is left else left


def _is_direct(left: Node, operator: CompareOperator, right: Node) -> bool:
    """Whether Python's operator means the same once what is missing has been seen to."""
    if operator in ("==", "!="):
        return "text" in (left.kind, right.kind) or left.kind == right.kind in ("number", "bool")
    return left.kind == right.kind in ("number", "text")


def _unsure(left: _Operand, operator: CompareOperator, right: _Operand) -> list[_Operand]:
    """The sides that must be asked for being there: for == one is enough, as None is like nothing else."""
    if operator != "==":
        return [left, right]
    return [] if left.node.always or right.node.always else [left]


def _members(left: Node, right: Node) -> str | None:
    """A list of literals as a constant that Python can look through; None where kinds may mix."""
    if not isinstance(right, Items) or not all(isinstance(item, Constant) for item in right.items):
        return None
    kinds = {item.kind for item in right.items}
    if kinds != {"text"} and not kinds == {left.kind} == {"number"}:
        return None
    values = ", ".join(repr(item.value) for item in right.items if isinstance(item, Constant))
    return f"{{{values}}}" if left.kind == "text" and len(right.items) > 2 else f"({values},)"
