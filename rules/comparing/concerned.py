"""Which signals a change of a library can change: the others needn't be run to know that they stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rules.declaration import Library
from rules.relations import Relations


def concerned(before: Library, after: Library) -> frozenset[str]:
    """The names of the signals that may fire, or be decided, differently.

    A signal hangs on its own declaration, on the features and segments that it reads, and on what the library says for
    all. Where signals read one another's firings, along whatever chain, they are all concerned once one is.
    """
    old, new = Relations(before), Relations(after)
    changed = {name for name in old.signals.keys() | new.signals.keys() if _meaning(old, name) != _meaning(new, name)}
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


def reduced(library: Library, names: frozenset[str]) -> Library:
    """The library with these of its signals, and the features and segments that they read."""
    relations = Relations(library)
    signals = tuple(signal for signal in library.signals if signal.name in names)
    read = {name for signal in signals for name in relations.features_read(signal)}
    asked = {name for signal in signals for name in relations.segments_read(signal)}
    return replace(
        library,
        signals=signals,
        features=tuple(feature for feature in library.features if feature.name in read),
        segments=tuple(segment for segment in library.segments if segment.name in asked),
        timelines=(),
    )


def _meaning(relations: Relations, name: str) -> Any:
    """All that a signal hangs on; None where there is no such signal."""
    signal, library = relations.signals.get(name), relations.library
    if signal is None:
        return None
    features = sorted(relations.features_read(signal))
    segments = relations.segments_read(signal)
    return (
        replace(signal, owner=None, reason=None),
        [relations.features[feature] for feature in features],
        [segment for segment in library.segments if segment.name in segments],
        _for_all(library),
    )


def _for_all(library: Library) -> Any:
    latencies = [(one.name, one.latency) for one in library.interactions if one.latency]
    times = library.time_zone, library.late_by, library.sources, library.forget_after, latencies
    return times, library.channels
