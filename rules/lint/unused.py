"""What is declared and never read."""

from __future__ import annotations

from collections.abc import Iterator

from rules.lint.finding import Check, Finding
from rules.lint.linted import Linted


class UnusedFeature(Check):
    """A feature that no signal reads."""

    name = "unused-feature"
    reason = "A feature is kept for every customer, whether anything reads it or not."
    fix = "take it away, or read it"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        read = {name for signal in linted.kept for name in linted.relations.features_read(signal)}
        for feature in linted.library.features:
            if feature.name not in read:
                spot = linted.places.of("feature", feature.name, at_key=True)
                yield self.found(spot, f"the feature `{feature.name}`, which no signal reads", "one that is read")


class UnusedSegment(Check):
    """A segment that no signal reads."""

    name = "unused-segment"
    reason = "What nobody reads is kept up for nothing, or was forgotten where it belongs."
    fix = "take it away, or read it"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        read = {name for signal in linted.kept for name in linted.relations.segments_read(signal)}
        for segment in linted.library.segments:
            if segment.name not in read:
                spot = linted.places.of("segment", segment.name, at_key=True)
                yield self.found(spot, f"the segment `{segment.name}`, which no signal reads", "one that is read")
