"""silent over types that may be long on their way: each touchpoint has its own silence, which a late one can break."""

from __future__ import annotations

from bisect import insort
from typing import Any, Final

from rules.declaration import Silent
from rules.fields import Getter, as_key
from rules.firing import Moment, SignalPlan, again_allows, fire
from rules.patterns.matcher import Instances
from rules.patterns.silent import Last
from rules.state import State
from rules.touchpoint import Touchpoint

TIME: Final = 0
ID: Final = 1
WAITS: Final = 2
KNOWN: Final = 128  # touchpoints kept of an instance, at most


class LaggingSilentMatcher:
    """Fires at t + duration + latency for each touchpoint at t with none in (t, t + duration).

    An instance is the touchpoints that still matter, by time: [time, id, whether its silence waits].
    """

    def __init__(self, signal: SignalPlan, pattern: Silent, per: Getter | None, late_by: int, latency: int) -> None:
        self.signal = signal
        self.types = pattern.types
        self.duration = pattern.duration
        self.wait = pattern.duration + latency
        self.memory = late_by + self.wait
        self.per = per
        self.instances = Instances(signal, per is not None, self._due)

    def _due(self, state: State, per: str | None, instance: list[list[Any]]) -> int | None:
        dues = (known[TIME] + self.wait for known in instance if known[WAITS])
        return next((due for due in dues if again_allows(state, self.signal, per, due)), None)

    def last(self, instance: list[list[Any]]) -> Last:
        """Of the touchpoints of an instance the one that fires next, or the last where none does."""
        return Last(*next((known for known in instance if known[WAITS]), instance[-1]))

    def see(self, state: State, touchpoint: Touchpoint, at: Moment) -> None:
        per = as_key(self.per(touchpoint)) if self.per else None
        if self.per and per is None:
            return
        instance = self.instances.get(state, per) or []
        self._let_pass(instance, at.now)
        self._take(instance, touchpoint)
        self._settle(state, per, instance, at)
        at.evicted += self.instances.put(state, per, self._remembered(instance, at.now))
        self.instances.set_timer(state)

    def wake(self, state: State, at: Moment) -> None:
        for per, instance in self.instances.all(state):
            if self._due(state, per, instance) == at.now:
                self._let_pass(instance, at.now - 1)
                self._settle(state, per, instance, at)
        self.instances.set_timer(state)

    def adopt(self, state: State, now: int) -> None:
        for _, instance in self.instances.all(state):
            self._let_pass(instance, now)
        self.instances.set_timer(state)

    def unite(self, state: State, moved: State, at: Moment) -> None:
        """Takes over another customer's instances: each one's touchpoints break the silences of the other's."""
        at.evicted += self.instances.unite(state, moved, self._joined)
        for per, instance in self.instances.all(state):
            self._settle(state, per, instance, at)
            self.instances.replace(state, per, self._remembered(instance, at.now))
        self.instances.set_timer(state)

    def _joined(self, per: str | None, ours: list[list[Any]], theirs: list[list[Any]]) -> list[list[Any]]:
        joined = {time: [time, name, self._waits(ours, theirs, time)] for time, name, _ in (*theirs, *ours)}
        return [joined[time] for time in sorted(joined)]

    def _waits(self, ours: list[list[Any]], theirs: list[list[Any]], time: int) -> bool:
        both = [*ours, *theirs]
        waited = all(known[WAITS] for known in both if known[TIME] == time)
        return waited and not any(time < known[TIME] < time + self.duration for known in both)

    def _let_pass(self, instance: list[list[Any]], now: int) -> None:
        """Moments that are over and haven't fired were forbidden by `again`, and aren't made up for."""
        for known in instance:
            if known[TIME] + self.wait <= now:
                known[WAITS] = False

    def _take(self, instance: list[list[Any]], touchpoint: Touchpoint) -> None:
        time, waits = touchpoint.time, True
        for known in instance:
            if known[TIME] < time < known[TIME] + self.duration:
                known[WAITS] = False
            elif known[TIME] == time:
                if known[WAITS]:
                    known[ID] = touchpoint.id
                return
            elif time < known[TIME] < time + self.duration:
                waits = False
        insort(instance, [time, touchpoint.id, waits], key=lambda known: known[TIME])

    def _settle(self, state: State, per: str | None, instance: list[list[Any]], at: Moment) -> None:
        for known in instance:
            if known[WAITS] and known[TIME] + self.wait <= at.now:
                known[WAITS] = False
                fire(state, self.signal, per, (known[ID],), at)

    def _remembered(self, instance: list[list[Any]], now: int) -> list[list[Any]]:
        """What a late one may still have to do with. Beyond the bound the oldest that doesn't wait goes first."""
        kept: list[list[Any]] = []
        for known in instance:
            if known[WAITS] or known[TIME] + self.memory > now:
                if len(kept) > 1 and known[TIME] - kept[-2][TIME] < self.duration:
                    kept.pop()  # broken, and whatever comes beside it is broken without it, too
                kept.append(known)
        if len(kept) > KNOWN:
            kept.remove(next((known for known in kept if not known[WAITS]), kept[0]))
        return kept
