"""What differs between two versions of a library, and whose memory it costs: without a touchpoint being run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from rules.compile import compile_plan
from rules.declaration import Library
from rules.features import FeaturePlan
from rules.plan import Plan
from rules.relations import Relations
from rules.stories import StoryPlan

_KINDS: Final = ("signals", "features", "segments", "stories", "interactions", "channels")
_SETTINGS: Final = ("name", "time_zone", "currency", "late_by", "sources", "forget_after")
_WORDS: Final = {"condition": "if", "type": "types"}
"""Fields of declarations that a library's file calls otherwise."""


@dataclass(frozen=True, slots=True)
class Altered:
    """What became of the declarations of one kind, such as ``signals``: names, of those changed with what changed."""

    kind: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """All that differs.

    ``settings``: keys of library.yaml. ``features_anew``, ``signals_anew`` and ``stories_anew``: what ran before and
    begins anew, as what it had counted is not what it is to count now.
    """

    settings: tuple[str, ...]
    altered: tuple[Altered, ...]
    features_anew: tuple[str, ...]
    signals_anew: tuple[str, ...]
    stories_anew: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.settings or self.altered)

    def lines(self) -> Iterator[str]:
        """The changes in words, a line each."""
        if self.settings:
            yield f"library.yaml: {', '.join(self.settings)} changed"
        for one in self.altered:
            yield from (f"{one.kind}: {name} added" for name in one.added)
            yield from (f"{one.kind}: {name} removed" for name in one.removed)
            yield from (f"{one.kind}: {name} changed ({', '.join(parts)})" for name, parts in one.changed)


def changes(before: Library, after: Library) -> Changes:
    """What differs from one checked library to another."""
    compared = (_altered(kind, getattr(before, kind), getattr(after, kind)) for kind in _KINDS)
    old, new = compile_plan(before), compile_plan(after)
    features = _moved(_keys(old.features), _keys(new.features))
    stories = _moved(_keys(old.stories), _keys(new.stories))
    return Changes(
        settings=tuple(name for name in _SETTINGS if getattr(before, name) != getattr(after, name)),
        altered=tuple(one for one in compared if one.added or one.removed or one.changed),
        features_anew=tuple(sorted(features)),
        signals_anew=tuple(_signals_anew(old, new, features, stories)),
        stories_anew=tuple(sorted(stories)),
    )


def _altered(kind: str, before: Sequence[Any], after: Sequence[Any]) -> Altered:
    old, new = {one.name: one for one in before}, {one.name: one for one in after}
    changed = ((name, tuple(_fields(old[name], new[name]))) for name in sorted(old.keys() & new.keys()))
    return Altered(
        kind,
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple((name, parts) for name, parts in changed if parts),
    )


def _fields(old: Any, new: Any) -> Iterator[str]:
    """The keys that differ, as a library's file calls them."""
    for field in fields(old):
        a, b = getattr(old, field.name), getattr(new, field.name)
        if a == b:
            continue
        if field.name == "pattern":
            yield _pattern(b)
        elif field.name == "then":
            yield from (f"then.{part}" for part in _fields(a, b))
        else:
            yield _WORDS.get(field.name, field.name)


def _pattern(pattern: Any) -> str:
    return {"DateWindow": "date"}.get(type(pattern).__name__, type(pattern).__name__.lower())


def _keys(kept: Sequence[FeaturePlan | StoryPlan]) -> Mapping[str, int]:
    return {one.name: one.key for one in kept}


def _moved(before: Mapping[str, int], after: Mapping[str, int]) -> frozenset[str]:
    """The names on both sides whose part another definition keeps now."""
    return frozenset(name for name in before.keys() & after.keys() if before[name] != after[name])


def _signals_anew(before: Plan, after: Plan, features: frozenset[str], stories: frozenset[str]) -> Iterator[str]:
    relations = Relations(after.library)
    for signal in after.library.signals:
        earlier, later = before.matcher_of(signal.name), after.matcher_of(signal.name)
        if earlier is None or later is None:
            continue
        read = relations.features_read(signal, carried=False) & features
        told = relations.stories_read(signal, carried=False) & stories
        if earlier.signal.key != later.signal.key or read or told:
            yield signal.name
