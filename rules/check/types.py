"""Types that are named must be in the catalogue, where the library has one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rules.check.parts import Parts
from rules.names import nearest
from rules.problem import Problem
from rules.schema import Declared, FeatureEntry
from rules.schema_kinds import TYPE_PATTERN
from rules.schema_reading import Placed
from rules.source import Path, Scalar, Sequence, Table

# What the system itself writes to the log; `trigger.*` are what connectors report.
_SYSTEM: Final = (
    "signal.fired",
    "profile.updated",
    "identity.linked",
    "identity.unlinked",
    "clock.tick",
    "library.switched",
    "trigger.sent",
)
_NOBODYS: Final = {  # what no customer does, and what to do instead
    "context.updated": "ask for `context.NAME` in an `if`",
    "signal.addressed": "read `signal.fired`",
    "customer.erased": "take it away: nothing is left that could fire",
}
_WILD: Final = "signal.*"  # which signals are meant must be said, so the wildcard is of no use


def check_types(parts: Parts) -> Iterator[Problem]:
    """Every type that features and signals name exists, every wildcard means one at least."""
    known = _known(parts)
    for feature in parts.features:
        yield from _check(feature.entry, paths_of_feature(feature.entry), known)
    for signal in parts.signals:
        yield from _check(signal, [*paths_of_signal(signal), *paths_of_ends(signal)], known)


def check_named(placed: Placed[Declared], paths: list[Path], parts: Parts) -> Iterator[Problem]:
    """What is wrong with the types that stand at these paths."""
    yield from _check(placed, paths, _known(parts))


def _known(parts: Parts) -> frozenset[str] | None:
    """The types of the catalogue; None where there is none, or it can't be read."""
    return frozenset(parts.interactions) if parts.has_catalogue and parts.interactions is not None else None


def paths_of_feature(entry: Placed[FeatureEntry]) -> list[Path]:
    """Where the entry of a feature may name types."""
    score = entry.document.keys((*entry.path, "score"))
    return [("count",), ("trend",), ("of",), *[("score", key) for key in score]]


def paths_of_signal(signal: Placed[Declared]) -> list[Path]:
    """Where a signal may name types."""
    return [("of",), *_step_paths(signal)]


def paths_of_ends(signal: Placed[Declared]) -> list[Path]:
    """Where a signal may name types that take its triggers back, or that it is for."""
    paths: list[Path] = [("then", "cancel_on"), ("goal",)]
    return [path for path in paths if signal.has(*path)]


def at_key(path: Path) -> bool:
    """Whether the type at a path is a key there."""
    return path[0] == "score"


def _step_paths(signal: Placed[Declared]) -> Iterator[Path]:
    follow = signal.document.node(("follow",))
    steps = follow.items if isinstance(follow, Sequence) and signal.has("follow") else ()
    for index, step in enumerate(steps):
        if isinstance(step, Table):
            yield from (("follow", index, key) for key in ("type", "without") if key in step.entries)
        else:
            yield "follow", index


def _check(placed: Placed[Declared], paths: list[Path], known: frozenset[str] | None) -> Iterator[Problem]:
    for path, name in named(placed, paths):
        if name == _WILD:
            words = f"`{_WILD}`, a wildcard of what signals make", "`signal.fired` by its name", "write `signal.fired`"
            yield from placed.problem(path, *words, at_key=at_key(path))
        elif name in _NOBODYS:
            words = f"`{name}`, which no customer does", "a type of touchpoint", _NOBODYS[name]
            yield from placed.problem(path, *words, at_key=at_key(path))
        elif known is not None and not _exists(name, known):
            yield from placed.problem(path, *_unknown(name, known), at_key=at_key(path))


def named(placed: Placed[Declared], paths: list[Path]) -> Iterator[tuple[Path, str]]:
    """Each type that is written at these paths, with its own path."""
    for path in paths:
        if path[0] == "score":
            yield path, str(path[1])
            continue
        node = placed.document.node((*placed.path, *path))
        if not placed.has(*path):
            continue
        items = enumerate(node.items) if isinstance(node, Sequence) else ()
        places = [(path, node), *[((*path, index), item) for index, item in items]]
        for place, item in places:
            if isinstance(item, Scalar) and isinstance(item.value, str) and re.fullmatch(TYPE_PATTERN, item.value):
                yield place, item.value


def _exists(name: str, known: frozenset[str]) -> bool:
    if name == "*" or name in _SYSTEM or name.startswith("trigger."):
        return True
    if name.endswith(".*"):
        return any(candidate.startswith(name[:-1]) for candidate in (*known, *_SYSTEM))
    return name in known


def _unknown(name: str, known: frozenset[str]) -> tuple[str, str, str]:
    if name.endswith(".*"):
        groups = {f"{candidate.rpartition('.')[0]}.*" for candidate in known if "." in candidate}
        near = nearest(name, groups)
        found, advice = f"`{name}`, which means no type of interactions.yaml", f"add a type below `{name[:-1]}` there"
        return found, "a wildcard that means one at least", f"write `{near}`" if near else advice
    near = nearest(name, known)
    found, advice = f"the type `{name}`, which interactions.yaml lacks", f"add `{name}: {{}}` there"
    return found, "a type of the catalogue", f"write `{near}`, or {advice}" if near else advice
