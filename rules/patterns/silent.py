"""silent: fires a while after the last touchpoint of its types."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from rules.declaration import Silent
from rules.fields import Getter, as_key
from rules.firing import Moment, SignalPlan, again_allows, fire
from rules.patterns.matcher import Instances
from rules.state import State
from rules.touchpoint import Touchpoint

TIME: Final = 0
ID: Final = 1
WAITS: Final = 2  # whether this last one hasn't fired yet


class Last(NamedTuple):
    """A last touchpoint: its time (ms), its id, and whether it hasn't fired yet."""

    time: int
    id: str
    waits: bool


class SilentMatcher:
    """An instance is [time of the last touchpoint, its id, whether it still waits]."""

    def __init__(self, signal: SignalPlan, pattern: Silent, per: Getter | None) -> None:
        self.signal = signal
        self.duration = self.wait = pattern.duration
        self.types = pattern.types
        self.per = per
        self.instances = Instances(signal, per is not None, self._due)

    def _due(self, state: State, per: str | None, instance: list[Any]) -> int | None:
        due: int = instance[TIME] + self.duration
        return due if instance[WAITS] and again_allows(state, self.signal, per, due) else None

    def last(self, instance: list[Any]) -> Last:
        """The last touchpoint of an instance."""
        return Last(instance[TIME], instance[ID], instance[WAITS])

    def see(self, state: State, touchpoint: Touchpoint, at: Moment) -> None:
        per = as_key(self.per(touchpoint)) if self.per else None
        if self.per and per is None:
            return
        time: int = touchpoint.time
        instance = self.instances.get(state, per)
        if instance is None or time > instance[TIME]:
            instance = [time, touchpoint.id, True]
        elif instance[TIME] + self.duration <= at.now:
            instance[WAITS] = False  # its moment is over; `again` forbade it, else it has fired
        elif time == instance[TIME] and instance[WAITS]:
            instance[ID] = touchpoint.id
        if not at.late:
            at.evicted += self.instances.keep(state, per, instance)
            return
        at.evicted += self.instances.put(state, per, instance)
        self._settle(state, per, instance, at)
        self.instances.set_timer(state)

    def wake(self, state: State, at: Moment) -> None:
        for per, instance in self.instances.all(state):
            if self._due(state, per, instance) == at.now:
                self._settle(state, per, instance, at)
        self.instances.set_timer(state)

    def adopt(self, state: State, now: int) -> None:
        for _, instance in self.instances.all(state):
            if instance[TIME] + self.duration <= now:
                instance[WAITS] = False
        self.instances.set_timer(state)

    def unite(self, state: State, moved: State, at: Moment) -> None:
        """Takes over another customer's instances: the later last touchpoint is the last of both.

        A silence that is over, and that the other's touchpoint came too late to break, fires now.
        """

        def join(per: str | None, ours: list[Any], theirs: list[Any]) -> list[Any]:
            earlier, later = sorted((ours, theirs), key=lambda one: int(one[TIME]))
            if earlier[TIME] == later[TIME]:
                return [*ours[:WAITS], ours[WAITS] and theirs[WAITS]]
            if earlier[TIME] + self.duration <= later[TIME]:
                self._settle(state, per, earlier, at)
            return later

        at.evicted += self.instances.unite(state, moved, join)
        for per, instance in self.instances.all(state):
            self._settle(state, per, instance, at)
        self.instances.set_timer(state)

    def _settle(self, state: State, per: str | None, instance: list[Any], at: Moment) -> None:
        if instance[WAITS] and instance[TIME] + self.duration <= at.now:
            instance[WAITS] = False
            fire(state, self.signal, per, (instance[ID],), at, instance[TIME] + self.duration)
