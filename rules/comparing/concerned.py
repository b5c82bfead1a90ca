"""Which signals a change of a library can change: the others needn't be run to know that they stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rules.declaration import Library
from rules.relations import Relations


def concerned(before: Library, after: Library) -> frozenset[str]:
    """The names of the signals that may fire, or be decided, differently.

    A signal hangs on its own declaration, on the features, segments and stories that it reads, and on what the library
    says for all. Where signals read one another's firings, along whatever chain, they are all concerned once one is;
    where they share what policy allows, all of the library are.
    """
    old, new = Relations(before), Relations(after)
    changed = {name for name in old.signals.keys() | new.signals.keys() if _meaning(old, name) != _meaning(new, name)}
    if changed and (_shares(before) or _shares(after)):
        return frozenset(old.signals.keys() | new.signals.keys())
    return _with_chained(changed, [*_chains(old), *_chains(new)])


def _chains(relations: Relations) -> Iterator[frozenset[str]]:
    """Each signal that reads firings, with those that make them."""
    for name, signal in relations.signals.items():
        makers = relations.firings_read(signal)
        if makers:
            yield makers | {name}


def _with_chained(names: set[str], chains: list[frozenset[str]]) -> frozenset[str]:
    """The names, and all that hang together with them."""
    found, left = frozenset(names), chains
    while touched := [chain for chain in left if not found.isdisjoint(chain)]:
        left = [chain for chain in left if found.isdisjoint(chain)]
        found = found.union(*touched)
    return found


def _shares(library: Library) -> bool:
    """Whether what becomes of one signal's firing may hang on another's: by a cap, a group, a content, a response."""
    channels = any(channel.caps or channel.rest or channel.response is not None for channel in library.channels)
    best = any(signal.then.chooses_best for signal in library.signals)
    return bool(library.caps or library.content_again or library.groups or channels or best)


def reduced(library: Library, names: frozenset[str]) -> Library:
    """The library with these of its signals, and the features, segments and stories that they read."""
    relations = Relations(library)
    signals = tuple(signal for signal in library.signals if signal.name in names)
    read = {name for signal in signals for name in relations.features_read(signal)}
    asked = {name for signal in signals for name in relations.segments_read(signal)}
    told = {name for signal in signals for name in relations.stories_read(signal)}
    return replace(
        library,
        signals=signals,
        features=tuple(feature for feature in library.features if feature.name in read),
        segments=tuple(segment for segment in library.segments if segment.name in asked),
        timelines=(),
        stories=tuple(story for story in library.stories if story.name in told),
    )


def _meaning(relations: Relations, name: str) -> Any:
    """All that a signal hangs on; None where there is no such signal."""
    signal, library = relations.signals.get(name), relations.library
    if signal is None:
        return None
    features = sorted(relations.features_read(signal))
    segments, stories = relations.segments_read(signal), sorted(relations.stories_read(signal))
    return (
        replace(signal, owner=None, reason=None, goal=()),
        [relations.features[feature] for feature in features],
        [segment for segment in library.segments if segment.name in segments],
        [replace(relations.stories[story], owner=None, reason=None) for story in stories],
        [(one.name, one.evidence) for one in library.interactions] if stories else [],
        _for_all(library),
    )


def _for_all(library: Library) -> Any:
    latencies = [(one.name, one.latency) for one in library.interactions if one.latency]
    times = library.time_zone, library.late_by, library.sources, library.forget_after, latencies
    return times, library.channels, library.identities, library.groups, library.caps, library.content_again
