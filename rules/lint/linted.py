"""A library as lint looks at it: what is declared, where, what reads what, and what its timelines make fire."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Final

from rules.compile import compile_plan
from rules.declaration import Signal
from rules.expression import Expression, Scope, parse
from rules.lint.known import known_of_customer, known_of_touchpoint
from rules.lint.truth import Truth
from rules.places import PlacedLibrary
from rules.relations import Relations
from rules.timeline.run import BadTimeline, run_timeline

Fired = tuple[int, int, str | None]
"""The number of a timeline, the time (ms) and the per value of a firing in it."""

_TOUCHPOINT: Final = Scope("touchpoint")


class Linted:
    """A library and what checks ask of it; what takes time is worked out once."""

    def __init__(self, placed: PlacedLibrary) -> None:
        self.library, self.places = placed.library, placed.places
        self.relations = Relations(placed.library)
        self.of_customer = Truth(known_of_customer(self.relations.features))

    @property
    def live(self) -> tuple[Signal, ...]:
        return tuple(signal for signal in self.library.signals if signal.status == "live")

    @property
    def kept(self) -> tuple[Signal, ...]:
        """All signals but those that are over."""
        return tuple(signal for signal in self.library.signals if signal.status != "retired")

    @property
    def running(self) -> tuple[Signal, ...]:
        return tuple(signal for signal in self.library.signals if signal.status in ("shadow", "live"))

    def of_touchpoint(self, text: str, types: tuple[str, ...]) -> tuple[Expression, Truth]:
        """A `where` over touchpoints of these types."""
        return parse(text, _TOUCHPOINT), Truth(known_of_touchpoint(types))

    @cached_property
    def fired(self) -> Mapping[str, frozenset[Fired]]:
        """What each running signal fires in all timelines, those of others too."""
        plan, fired = compile_plan(self.library), defaultdict[str, set[Fired]](set)
        for number, timeline in enumerate(self.library.timelines):
            try:
                for one in run_timeline(plan, timeline):
                    if one.fired:
                        fired[one.signal].add((number, one.time, one.per))
            except BadTimeline:  # `test` says what is wrong with it
                continue
        return {name: frozenset(moments) for name, moments in fired.items()}
