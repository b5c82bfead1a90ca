"""Conditions that can only come out one way, and signals that can never fire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rules.declaration import Follow, Signal, Step, Types, When
from rules.expression import Expression
from rules.expression.pinned import pinned
from rules.expression.tree import Compare, Logic, Member, Node
from rules.lint.finding import Check, Finding
from rules.lint.linted import Linted
from rules.lint.truth import Truth
from rules.places import Kind, Spot
from rules.relations import FIRED
from rules.story import touches

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition, where it stands, and what judges it."""

    kind: Kind
    name: str
    path: Path
    expression: Expression
    truth: Truth

    @property
    def verdict(self) -> bool | None:
        return self.truth.of(self.expression.tree)

    def spot(self, linted: Linted, node: Node | None = None) -> Spot:
        offset = (node or self.expression.tree).at.offset
        return linted.places.of(self.kind, self.name, *self.path, offset=offset)


def conditions_of(linted: Linted, signal: Signal) -> Iterator[Condition]:
    """The conditions of a signal: `when`, `if`, and the `where` of its steps."""
    if isinstance(signal.pattern, When):
        yield _of_customer(linted, signal, ("when",), signal.pattern.condition)
    for at, step in enumerate(signal.pattern.steps if isinstance(signal.pattern, Follow) else ()):
        if isinstance(step, Step) and step.where is not None:
            judged = linted.of_touchpoint(step.where, step.types)
            yield Condition("signal", signal.name, ("follow", at, "where"), *judged)
    if signal.condition is not None:
        yield _of_customer(linted, signal, ("if",), signal.condition)


def _of_customer(linted: Linted, signal: Signal, path: Path, text: str) -> Condition:
    return Condition("signal", signal.name, path, linted.relations.expression(text, signal.per), linted.of_customer)


def shared_conditions(linted: Linted) -> Iterator[Condition]:
    """The conditions of features, stories and segments."""
    for feature in linted.library.features:
        if feature.where is not None:
            types: Types = feature.types or tuple(weight.type for weight in feature.weights)
            yield Condition("feature", feature.name, ("where",), *linted.of_touchpoint(feature.where, types))
    for story in linted.library.stories:
        for path, touch in touches(story):
            if touch.where is not None:
                judged = linted.of_touchpoint(touch.where, touch.types or story.of.types)
                yield Condition("story", story.name, (*path, "where"), *judged)
    for name, expression in linted.relations.segments.items():
        if expression is not None:
            yield Condition("segment", name, (), expression, linted.of_customer)


def _settled(node: Node, truth: Truth) -> Iterator[tuple[Node, bool]]:
    """The operands in a condition that always come out the same; those of its segments are the segments' own."""
    for part in node.parts() if not isinstance(node, Member) else ():
        verdict = truth.of(part) if isinstance(node, Logic) and isinstance(part, Compare | Logic) else None
        if verdict is None:
            yield from _settled(part, truth)
        else:
            yield part, verdict


class Unreachable(Check):
    """A signal that can never fire."""

    name = "unreachable"
    reason = "A signal that can't fire looks as if something were taken care of."
    fix = "mend the condition, or take the signal away"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        for signal in linted.kept:
            conditions = list(conditions_of(linted, signal))
            never = [condition for condition in conditions if condition.verdict is False]
            yield from (self._never(linted, condition) for condition in never)
            if not never:
                yield from self._together(linted, signal, conditions)
            yield from self._always(linted, conditions)
            yield from self._unheard(linted, signal, conditions)

    def _never(self, linted: Linted, condition: Condition) -> Finding:
        found = f"`{condition.expression.text}`, which is never true: `{condition.name}` can't fire"
        return self.found(condition.spot(linted), found, "a condition that can be true")

    def _together(self, linted: Linted, signal: Signal, conditions: list[Condition]) -> Iterator[Finding]:
        """A `when` and an `if` that are never true at once."""
        both = [condition for condition in conditions if condition.path in (("when",), ("if",))]
        if len(both) == 2 and linted.of_customer.of(*(condition.expression.tree for condition in both)) is False:
            found = f"an `if` that is never true when `when` is: `{signal.name}` can't fire"
            yield self.found(both[1].spot(linted), found, "conditions that can be true at once")

    def _always(self, linted: Linted, conditions: list[Condition]) -> Iterator[Finding]:
        for condition in conditions:
            if condition.path == ("when",) and condition.verdict is True:
                found = f"`{condition.expression.text}`, which is always true: it never turns so"
                yield self.found(condition.spot(linted), found, "a condition that turns from false to true")

    def _unheard(self, linted: Linted, signal: Signal, conditions: list[Condition]) -> Iterator[Finding]:
        """A step that waits for the firing of signals that don't run."""
        running = {other.name for other in linted.running}
        steps = signal.pattern.steps if isinstance(signal.pattern, Follow) else ()
        for condition in conditions:
            at = condition.path[1] if condition.path[0] == "follow" else None
            step = steps[at] if isinstance(at, int) else None
            read = pinned(condition.expression, "properties.signal") if step and FIRED in step.types else None
            if read and running.isdisjoint(read):
                found = f"a step that waits for {', '.join(sorted(read))}, which doesn't run"
                yield self.found(condition.spot(linted), found, "a signal in shadow or live")


class Constant(Check):
    """A part of a condition that always comes out the same."""

    name = "constant-condition"
    reason = "What always comes out the same says nothing, and was meant to say something."
    fix = "mend it, or leave it out"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        conditions = [*shared_conditions(linted)]
        for signal in linted.kept:
            conditions += conditions_of(linted, signal)
        for condition in conditions:
            yield from self._whole(linted, condition)
            yield from self._parts(linted, condition)

    def _whole(self, linted: Linted, condition: Condition) -> Iterator[Finding]:
        """`Unreachable` has told what makes a signal never fire."""
        told = condition.kind == "signal" and (condition.verdict is False or condition.path == ("when",))
        if condition.verdict is not None and not told:
            yield self._found(linted, condition, condition.expression.tree, condition.verdict)

    def _parts(self, linted: Linted, condition: Condition) -> Iterator[Finding]:
        if condition.verdict is None:
            for node, verdict in _settled(condition.expression.tree, condition.truth):
                yield self._found(linted, condition, node, verdict)

    def _found(self, linted: Linted, condition: Condition, node: Node, verdict: bool) -> Finding:
        at = node.at.offset - condition.expression.tree.at.offset
        text = condition.expression.text[at : at + node.at.length]
        found = f"`{text}`, which is {'always' if verdict else 'never'} true"
        return self.found(condition.spot(linted, node), found, "a condition that can come out both ways")
