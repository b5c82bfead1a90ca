"""A condition asked part by part: what each is, what it needs, when time alone will turn it.

Values are those of the one evaluator: each part is compiled, and its features are read, as the whole is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from rules.context import Surroundings
from rules.explaining.explained import Asked, At, Join, Value
from rules.explaining.moves import next_turn
from rules.explaining.needs import distance, mirrored, needed, opposite
from rules.explaining.writing import feature_name, value_text, written
from rules.expression import CustomerFunction, Expression, FeatureRead, compile_customer
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
    walk,
)
from rules.features import Readable
from rules.patterns.when import CENTURIES
from rules.state import State
from rules.touchpoint import MAX_TIME, Touchpoint

_ORDERS: Final[tuple[CompareOperator, ...]] = ("<=", ">=")


class Instant(NamedTuple):
    """Whose condition is asked, and when: a customer's state, a moment (ms), an instance's per value.

    ``touchpoint``: the one at hand, if any. ``brief``: only how far the condition is from being met is asked.
    """

    state: State
    now: int
    per: str | None
    touchpoint: Touchpoint | None = None
    brief: bool = False


class Question:
    """One condition, ready to be asked of any customer."""

    def __init__(
        self, expression: Expression, features: Mapping[str, Readable], zone: str, surroundings: Surroundings
    ) -> None:
        self._expression, self._features, self._zone = expression, features, zone
        self._surroundings = surroundings
        self._functions: dict[Node, CustomerFunction] = {}

    def ask(self, instant: Instant) -> Asked:
        """The condition as it stands then."""
        return self._ask(self._expression.tree, True, instant)

    def _ask(self, node: Node, wanted: bool, instant: Instant) -> Asked:
        match node:
            case Logic():
                return self._joined(node, node.operands, _join(node.operator == "and", wanted), wanted, instant)
            case Compare() if len(node.rest) > 1:
                return self._joined(node, tuple(_taken_apart(node)), _join(True, wanted), wanted, instant)
            case Not():
                return self._ask(node.operand, not wanted, instant)
            case Member():
                return self._joined(node, (node.body,), "segment", wanted, instant)
            case Compare():
                return self._compared(node, wanted, instant)
        return self._plain(node, wanted, instant)

    def _joined(self, node: Node, parts: tuple[Node, ...], join: Join, wanted: bool, instant: Instant) -> Asked:
        asked = tuple(self._ask(part, wanted, instant) for part in parts)
        met, gaps = self._truth(node, instant) is wanted, [part.gap for part in asked]
        gap = 0.0 if met else min(gaps) if join == "any" else sum(gaps)
        return Asked("" if instant.brief else written(node), wanted, met, join, asked, gap=gap)

    def _compared(self, node: Compare, wanted: bool, instant: Instant) -> Asked:
        left, operator, right = node.pairs()[0]
        turned = mirrored(operator) if _stands(left) and not _stands(right) else None
        if turned is not None:
            left, operator, right = right, turned, left
        if not wanted:
            operator = opposite(operator)
        needs = "" if instant.brief else needed(operator, self._other(operator, right, instant))
        asked = self._leaf(node, wanted, needs, instant, (left,))
        if asked.met:
            return asked
        return replace(asked, gap=distance(self._value(left, instant), self._value(right, instant)))

    def _other(self, operator: CompareOperator, node: Node, instant: Instant) -> str:
        """What a value is compared with; what it is now beside what isn't a literal."""
        if isinstance(node, Items):
            return ", ".join(map(written, node.items)) or "nothing"
        if isinstance(node, Constant):
            return value_text(node.value)
        return f"{written(node)} ({value_text(self._value(node, instant))})"

    def _plain(self, node: Node, wanted: bool, instant: Instant) -> Asked:
        """What is asked for its truth alone."""
        match node:
            case Call(function="exists", arguments=(value,)):
                return self._leaf(node, wanted, "a value" if wanted else "to be missing", instant, (value,))
        needs = "anything but 0" if node.kind == "number" else "to be true"
        if not wanted:
            needs = "0" if node.kind == "number" and node.always else "to be false or missing"
        return self._leaf(node, wanted, needs, instant, (node,))

    def _leaf(self, node: Node, wanted: bool, needs: str, instant: Instant, shown: tuple[Node, ...]) -> Asked:
        met = self._truth(node, instant) is wanted
        if instant.brief:
            return Asked("", wanted, met, gap=0.0 if met else 1.0)
        return Asked(
            text=written(node),
            wanted=wanted,
            met=met,
            values=tuple(value for part in shown for value in self._values(part, instant)),
            needs=needs,
            turns_at=self._turn(node, instant),
            gap=0.0 if met else 1.0,
        )

    def _values(self, node: Node, instant: Instant) -> Iterator[Value]:
        """The value of a node, then those of what it is made of."""
        if isinstance(node, Feature):
            yield self._of_feature(node, instant)
            return
        yield Value(written(node), self._value(node, instant))
        if isinstance(node, Arithmetic | Negative | Call | Choice):
            for part in dict.fromkeys(_named(node)):
                yield from self._values(part, instant)

    def _of_feature(self, node: Feature, instant: Instant) -> Value:
        feature, value = self._features[node.read.name], self._value(node, instant)
        leaves_at = self._next_change(node.read, feature, instant)
        kept = value if feature.is_count else None
        return Value(feature_name(node.read), value, feature.is_time, leaves_at, kept)

    def _next_change(self, read: FeatureRead, feature: Readable, instant: Instant) -> At | None:
        changes = feature.changes(instant.state.parts, instant.now, _key(read, instant.per))
        return _at(min(changes, default=None))

    def _turn(self, node: Node, instant: Instant) -> At | None:
        """When time alone next changes the truth of a node, with no touchpoint at hand."""
        parts, state, now = list(walk(node)), instant.state, instant.now
        if any(isinstance(part, Field) for part in parts):
            return None
        reads = [part.read for part in parts if isinstance(part, Feature)]
        plans = [(self._features[read.name], _key(read, instant.per)) for read in reads]
        moments = {moment for plan, key in plans for moment in plan.changes(state.parts, now, key)}
        clocked = any(map(is_clock, parts))
        ends = [plan.settles(state.parts, now, key) for plan, key in plans]
        settled = min(max([now + (CENTURIES if clocked else 0), *ends]), MAX_TIME)
        if clocked:
            moments.update(self._edges(node, instant, moments, settled))
        return _at(self._next_turn(node, instant, moments, settled))

    def _edges(self, node: Node, instant: Instant, moments: set[int], settled: int) -> Iterator[int]:
        """Where whole days come to what they are to equal, and where they leave it."""
        if isinstance(node, Compare) and node.rest[0][0] in ("==", "!="):
            for order in _ORDERS:
                ordered = replace(node, rest=((order, node.rest[0][1]),))
                moment = self._next_turn(ordered, instant, moments, settled)
                if moment is not None:
                    yield moment

    def _next_turn(self, node: Node, instant: Instant, moments: set[int], settled: int) -> int | None:
        def truth(now: int) -> bool:
            return self._truth(node, instant._replace(now=now))

        return next_turn(truth, instant.now, sorted(moments), settled)

    def _truth(self, node: Node, instant: Instant) -> bool:
        return bool(self._value(node, instant))

    def _value(self, node: Node, instant: Instant) -> Any:
        function = self._functions.get(node)
        if function is None:
            function = self._functions[node] = self._compiled(node)
        state = instant.state
        return function(state.parts, state.profile, instant.touchpoint, instant.now, instant.per)

    def _compiled(self, node: Node) -> CustomerFunction:
        reads = (part.read for part in walk(node) if isinstance(part, Feature))
        readers = {read: self._features[read.name].reader(read.own, read.key) for read in reads}
        return compile_customer(replace(self._expression, tree=node), readers, self._zone, self._surroundings)


def _join(every: bool, wanted: bool) -> Join:
    """For an `and` to be false, any of its parts may be; for an `or`, all must."""
    return "all" if every is wanted else "any"


def _taken_apart(node: Compare) -> Iterable[Compare]:
    for left, operator, right in node.pairs():
        yield replace(node, first=left, rest=((operator, right),))


def _stands(node: Node) -> bool:
    return all(isinstance(part, Constant | Items) for part in walk(node))


def _named(node: Node) -> Iterator[Node]:
    """What has a name within a node."""
    for part in node.parts():
        if isinstance(part, Feature | Profile | Surrounding | Field):
            yield part
        else:
            yield from _named(part)


def _key(read: FeatureRead, per: str | None) -> str | None:
    return per if read.own else read.key


def _at(moment: int | None) -> At | None:
    return At(moment) if moment is not None and moment <= MAX_TIME else None
