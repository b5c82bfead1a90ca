"""What each part of a library reads, and by what it is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import NamedTuple

from rules.declaration import Channel, DateWindow, Feature, Follow, Segment, Signal, Step, Types, When
from rules.docs.phrase import Topic
from rules.expression import Expression, Scope, parse, pinned
from rules.expression.tree import Profile, walk
from rules.fields import matches_any
from rules.relations import FIRED, Relations, types_of_feature, types_of_signal
from rules.story import Story, touches

_TOUCHPOINT = Scope("touchpoint")


class Reader(NamedTuple):
    """A part of the library that reads another."""

    topic: Topic
    name: str


@dataclass(frozen=True, slots=True)
class Reads:
    """What a part of the library reads, each by name. ``fired``: signals by their firings. ``types`` may be wildcards;
    those that a feature or a story takes are its own reads, not those of who reads it."""

    features: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    profile: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    fired: frozenset[str] = frozenset()
    stories: frozenset[str] = frozenset()

    def __or__(self, other: Reads) -> Reads:
        return Reads(*(getattr(self, one.name) | getattr(other, one.name) for one in fields(Reads)))


class Uses:
    """Answers for one checked library."""

    def __init__(self, relations: Relations) -> None:
        self._relations, library = relations, relations.library
        self.signals = {one.name: self._signal(one) for one in library.signals}
        self.features = {one.name: _feature(one) for one in library.features}
        self.segments = {one.name: self._segment(one) for one in library.segments}
        self.stories = {one.name: _story(one) for one in library.stories}
        self._readers = self._inverted()

    def readers(self, topic: Topic, name: str) -> tuple[Reader, ...]:
        """What reads a part of the library, in order; of a signal: what reads its firings."""
        return tuple(sorted(self._readers.get((topic, name), ())))

    def readers_of_type(self, name: str) -> tuple[Reader, ...]:
        """What reads touchpoints of a type, by wildcards such as ``page.*`` too, but not by that of all types."""
        return tuple(sorted(reader for reader, reads in self._all() if matches_any(reads.types - {"*"}, name)))

    def names(self, topic: Topic) -> tuple[str, ...]:
        """All of a kind that anything reads."""
        return tuple(sorted(name for kind, name in self._readers if kind == topic))

    def through(self, signal: Signal) -> Reads:
        """All that a signal hangs on: what its features read too."""
        reads = self.signals[signal.name]
        for name in reads.features:
            reads |= self.features[name]
        for name in reads.stories:
            reads |= self.stories[name]
        return reads

    def _all(self) -> Iterator[tuple[Reader, Reads]]:
        yield from ((Reader("signal", name), reads) for name, reads in self.signals.items())
        yield from ((Reader("feature", name), reads) for name, reads in self.features.items())
        yield from ((Reader("segment", name), reads) for name, reads in self.segments.items())
        yield from ((Reader("story", name), reads) for name, reads in self.stories.items())

    def _inverted(self) -> dict[tuple[Topic, str], set[Reader]]:
        readers: dict[tuple[Topic, str], set[Reader]] = defaultdict(set)
        for reader, reads in self._all():
            for topic, names in _by_topic(reads):
                for name in names:
                    readers[topic, name].add(reader)
        return dict(readers)

    def _signal(self, signal: Signal) -> Reads:
        consents = {one.consent for one in self._channels(signal)} | {_purpose(signal)}
        reads = Reads(
            types=frozenset((*types_of_signal(signal), *signal.then.cancel_on)),
            profile=frozenset(field for field in consents if field is not None),
        )
        for expression in self._expressions(signal):
            reads |= _of_expression(expression)
        match signal.pattern:
            case Follow(steps):
                for step in steps:
                    reads |= _step(step) if isinstance(step, Step) else Reads()
            case DateWindow(field):
                reads |= Reads(profile=frozenset({field, "time_zone"}))
        named = frozenset({f"related.{signal.then.to}"} if signal.then.to is not None else ())
        return reads | Reads(fields=frozenset({signal.per} if signal.per else ()), profile=named)

    def _channels(self, signal: Signal) -> Iterator[Channel]:
        """The channels that its message may go to."""
        for channel in self._relations.library.channels:
            if signal.then.chooses_best or channel.name in signal.then.channels:
                yield channel

    def _expressions(self, signal: Signal) -> Iterator[Expression]:
        texts = [signal.pattern.condition] if isinstance(signal.pattern, When) else []
        texts += [text for text in (signal.condition, signal.unless) if text is not None]
        for text in (*texts, *(text for _, text in signal.then.carry)):
            yield self._relations.expression(text, signal.per)

    def _segment(self, segment: Segment) -> Reads:
        return _of_expression(self._relations.expression(segment.condition))


def _purpose(signal: Signal) -> str | None:
    return None if signal.purpose is None else f"consent.{signal.purpose}"


def _by_topic(reads: Reads) -> Iterable[tuple[Topic, frozenset[str]]]:
    return (
        ("feature", reads.features),
        ("segment", reads.segments),
        ("profile", reads.profile),
        ("field", reads.fields),
        ("type", reads.types),
        ("signal", reads.fired),
        ("story", reads.stories),
    )


def _of_expression(expression: Expression) -> Reads:
    paths = {".".join(node.path) for node in walk(expression.tree) if isinstance(node, Profile)}
    return Reads(
        features=frozenset(read.name for read in expression.reads if read.story is None),
        stories=frozenset(read.story for read in expression.reads if read.story is not None),
        segments=expression.segments,
        profile=frozenset(paths) | (expression.profile & {"time_zone"}),
        fields=expression.touchpoint,
    )


def _story(story: Story) -> Reads:
    """What a story reads: its types and all fields that a touchpoint is asked for."""
    reads = Reads(types=frozenset(name for _, touch in touches(story) for name in touch.types))
    fields = {"attention", "led_by", "reaction", "channel"} | ({"dwell"} if story.evidence.dwell is not None else set())
    fields |= {"module"} if any(module.of.where is None for module in story.modules) else set()
    for _, touch in touches(story):
        reads |= _where(touch.where, touch.types)
    return reads | Reads(fields=frozenset(fields))


def _where(text: str | None, types: Types) -> Reads:
    """What a condition on touchpoints reads: their fields, and which signals' firings."""
    if text is None:
        return Reads()
    expression = parse(text, _TOUCHPOINT)
    fired = pinned(expression, "properties.signal") if FIRED in types else None
    return Reads(fields=expression.touchpoint, fired=fired or frozenset())


def _step(step: Step) -> Reads:
    return _where(step.where, step.types) | Reads(fields=frozenset(step.same))


def _feature(feature: Feature) -> Reads:
    named = {name for name in (feature.field, feature.by, feature.per) if name}
    reads = Reads(fields=frozenset(named), types=frozenset(types_of_feature(feature)))
    for weight in feature.weights:
        reads |= _where(weight.amount if isinstance(weight.amount, str) else None, ())
    return reads | _where(feature.where, types_of_feature(feature))
