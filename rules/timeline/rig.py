"""The part of a library that a signal's timelines need: the signal as if it were live, and all that it reads."""

from __future__ import annotations

from dataclasses import replace

from rules.compile import compile_plan
from rules.declaration import Library, Signal, Timeline
from rules.plan import Plan
from rules.relations import Relations
from rules.timeline.outcome import Outcome, held_against
from rules.timeline.run import run_timeline


class Rig:
    """Runs timelines of a checked library, each against its own signal alone; plans are kept.

    A signal that is a draft or in the shadow is run as if it were live: its timelines say what it is to do. Other
    signals take no part, unless it reads firings; those of its group do. Nobody is in a holdout.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self.relations = Relations(library)
        self._plans: dict[str, Plan] = {}
        self._parts: dict[str, Library] = {}

    def run(self, timeline: Timeline) -> Outcome:
        """What the timeline's signal makes of it."""
        return held_against(timeline, run_timeline(self.plan(timeline.signal), timeline))

    def plan(self, name: str) -> Plan:
        """A signal alone, as if it were live, ready to run."""
        if name not in self._plans:
            self._plans[name] = compile_plan(self.part(name))
        return self._plans[name]

    def part(self, name: str) -> Library:
        """The library with that signal, and nothing that it doesn't need."""
        if name not in self._parts:
            self._parts[name] = self._part(self.relations.signals[name])
        return self._parts[name]

    def _part(self, signal: Signal) -> Library:
        others = self._others(signal)
        signals = tuple(sorted((replace(signal, status="live", holdout=0.0), *others), key=lambda one: one.name))
        read = {name for one in signals for name in self.relations.features_read(one)}
        told = {name for one in signals for name in self.relations.stories_read(one)}
        asked = {name for one in signals for name in self.relations.segments_read(one)}
        return replace(
            self.library,
            signals=signals,
            features=tuple(feature for feature in self.library.features if feature.name in read),
            segments=tuple(segment for segment in self.library.segments if segment.name in asked),
            timelines=(),
            stories=tuple(story for story in self.library.stories if story.name in told),
        )

    def _others(self, signal: Signal) -> list[Signal]:
        others = [replace(other, holdout=0.0) for other in self.library.signals if other.name != signal.name]
        if self.relations.reads_firings(signal):
            return others
        return [other for other in others if signal.group is not None and other.group == signal.group]
