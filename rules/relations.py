"""What the parts of a library read: features, segments, stories, firings of other signals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from rules.declaration import Feature, Follow, Library, Signal, Silent, Step, Types, When
from rules.expression import Expression, Scope, parse, pinned, read_segments
from rules.expression.tree import Call, Node
from rules.expression.tree import Feature as Read
from rules.feature_types import feature_info
from rules.stories import story_infos
from rules.story import Story

FIRED: Final = "signal.fired"


class Relations:
    """Answers for one checked library; each expression is read once."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.features: Mapping[str, Feature] = {feature.name: feature for feature in library.features}
        self.signals: Mapping[str, Signal] = {signal.name: signal for signal in library.signals}
        self.stories: Mapping[str, Story] = {story.name: story for story in library.stories}
        self._infos = {feature.name: feature_info(feature) for feature in library.features}
        self._values = story_infos(library.stories)
        conditions = {segment.name: segment.condition for segment in library.segments}
        self._read: dict[tuple[str, str | None], Expression] = {}
        self.segments = read_segments(conditions, self._infos, stories=self._values).expressions

    def expression(self, text: str, per: str | None = None) -> Expression:
        """A condition about a customer, in a signal that is kept ``per`` that field."""
        if (text, per) not in self._read:
            scope = Scope("customer", self._infos, per, segments=self.segments, stories=self._values)
            self._read[text, per] = parse(text, scope)
        return self._read[text, per]

    def features_read(self, signal: Signal, *, carried: bool = True) -> frozenset[str]:
        """The features that a signal reads, by its segments too; those that it only carries where ``carried``."""
        read = (read for one in self._expressions(signal, carried=carried) for read in one.reads)
        return frozenset(one.name for one in read if one.story is None)

    def stories_read(self, signal: Signal, *, carried: bool = True) -> frozenset[str]:
        """The stories of which a signal reads a value, or whose mix orders its channels."""
        read = (read for one in self._expressions(signal, carried=carried) for read in one.reads)
        mixed = {signal.then.mix} if signal.then.mix is not None else set[str]()
        return frozenset(mixed.union(one.story for one in read if one.story is not None))

    def story_values_read(self, signal: Signal) -> frozenset[str]:
        """The values of stories on which a signal's firing hangs, such as ``module.cardio.safety.done``."""
        read = (read for one in self._expressions(signal, carried=False) for read in one.reads)
        return frozenset(one.name for one in read if one.story is not None)

    def values_read(self, signal: Signal) -> frozenset[str]:
        """Of the features on which its firing hangs those whose value it asks for, not only whether there is one."""
        trees = (one.tree for one in self._expressions(signal, carried=False))
        return frozenset(name for tree in trees for name in _valued(tree))

    def segments_read(self, signal: Signal, *, carried: bool = True) -> frozenset[str]:
        """The segments that a signal reads, and those that they read."""
        return frozenset(name for one in self._expressions(signal, carried=carried) for name in one.segments)

    def reads_firings(self, signal: Signal) -> bool:
        """Whether what a signal does hangs on the firings of others."""
        read = (types_of_feature(self.features[name]) for name in self.features_read(signal))
        return FIRED in types_of_signal(signal) or any(FIRED in types for types in read)

    def firings_read(self, signal: Signal) -> frozenset[str]:
        """The signals whose firings it reads, itself or by its features."""
        steps = signal.pattern.steps if isinstance(signal.pattern, Follow) else ()
        wheres = [step.where for step in steps if isinstance(step, Step) and FIRED in step.types]
        features = (self.features[name] for name in self.features_read(signal))
        wheres += [feature.where for feature in features if FIRED in types_of_feature(feature)]
        return frozenset().union(*map(_fired, wheres))

    def _expressions(self, signal: Signal, *, carried: bool) -> Iterator[Expression]:
        if isinstance(signal.pattern, When):
            yield self.expression(signal.pattern.condition, signal.per)
        if signal.condition is not None:
            yield self.expression(signal.condition, signal.per)
        if signal.unless is not None:
            yield self.expression(signal.unless, signal.per)
        for _, text in signal.then.carry if carried else ():
            yield self.expression(text, signal.per)


def _fired(where: str | None) -> frozenset[str]:
    """The signals that a reader of firings means, as each must say."""
    said = None if where is None else pinned(parse(where, Scope("touchpoint")), "properties.signal")
    return said or frozenset()


def _valued(node: Node) -> Iterator[str]:
    if isinstance(node, Read):
        yield node.read.name
    elif not (isinstance(node, Call) and node.function == "exists"):
        for part in node.parts():
            yield from _valued(part)


def types_of_signal(signal: Signal) -> Types:
    """The types that a signal's pattern names."""
    match signal.pattern:
        case Follow(steps):
            return tuple(name for step in steps for name in step.types)
        case Silent(_, types):
            return types
    return ()


def types_of_feature(feature: Feature) -> Types:
    """The types that a feature names."""
    return (*feature.types, *(weight.type for weight in feature.weights))
