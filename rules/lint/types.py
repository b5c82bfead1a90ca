"""Types that are on their way out."""

from __future__ import annotations

from collections.abc import Iterator

from rules.declaration import Follow, Signal, Silent
from rules.lint.finding import Check, Finding
from rules.lint.linted import Linted
from rules.places import Spot
from rules.story import touches


class Deprecated(Check):
    """A type that the catalogue calls deprecated."""

    name = "deprecated-type"
    reason = "A deprecated type stops coming one day, and what waits for it falls silent with it."
    fix = "read what has come in its place"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        instead = {one.name: one.deprecated for one in linted.library.interactions if one.deprecated is not None}
        for name, spot in _named(linted) if instead else ():
            if name in instead:
                yield self.found(spot, f"the deprecated type `{name}`", instead[name] or "another")


def _named(linted: Linted) -> Iterator[tuple[str, Spot]]:
    """The types that features, stories and signals name, each with its place."""
    for feature in linted.library.features:
        for key in ("count", "of", "trend"):
            yield from linted.places.texts("feature", feature.name, key)
        for weight in feature.weights:
            yield weight.type, linted.places.of("feature", feature.name, "score", weight.type, at_key=True)
    for story in linted.library.stories:
        for path, _ in touches(story):
            yield from linted.places.texts("story", story.name, *path, "of")
            if path[-1:] in (("answered",), ("by",)):
                yield from linted.places.texts("story", story.name, *path)
    for signal in linted.kept:
        yield from _named_by(linted, signal)


def _named_by(linted: Linted, signal: Signal) -> Iterator[tuple[str, Spot]]:
    match signal.pattern:
        case Silent():
            yield from linted.places.texts("signal", signal.name, "of")
        case Follow(steps):
            for at in range(len(steps)):
                for key in ((), ("type",), ("without",)):
                    yield from linted.places.texts("signal", signal.name, "follow", at, *key)
