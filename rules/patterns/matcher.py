"""What step asks of a pattern, and where the instances of a signal are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from rules.firing import INSTANCE_LIMIT, Moment, SignalPlan, among, forget, touch
from rules.state import State
from rules.touchpoint import Touchpoint

See = Callable[[State, Touchpoint, Moment], None]
"""Shows a pattern a touchpoint of a type that concerns it, after the features took it."""

Due = Callable[[State, "str | None", Any], "int | None"]
"""When time alone will make an instance fire: (state, per value, instance). Never a moment that `again` forbids."""


Join = Callable[["str | None", Any, Any], Any]
"""Makes one of two customers' instances: (per value, the one's, the other's)."""


class Instances:
    """The instances of one signal in a customer's parts: one, or one for each per value, the latest touched last.

    The signal's timer stands at the earliest due of them all.
    """

    __slots__ = ("due", "key", "per", "signal")

    def __init__(self, signal: SignalPlan, per: bool, due: Due) -> None:
        self.signal, self.key, self.per, self.due = signal, signal.key, per, due

    def get(self, state: State, per: str | None) -> Any:
        part = state.parts.get(self.key)
        return part if not self.per or part is None else part.get(per)

    def all(self, state: State) -> list[tuple[str | None, Any]]:
        part = state.parts.get(self.key)
        if part is None:
            return []
        return list(part.items()) if self.per else [(None, part)]

    def put(self, state: State, per: str | None, instance: Any) -> bool:
        """Keeps an instance as the one touched latest; True when another one had to go for it."""
        if not self.per:
            state.parts[self.key] = instance
            return False
        gone = touch(state.parts.setdefault(self.key, {}), per or "", instance)
        if gone is None:
            return False
        forget(state, self.signal, gone)
        return True

    def replace(self, state: State, per: str | None, instance: Any) -> None:
        """Puts another in the place of an instance that is kept; it isn't touched by that."""
        if self.per:
            state.parts[self.key][per] = instance
        else:
            state.parts[self.key] = instance

    def keep(self, state: State, per: str | None, instance: Any) -> bool:
        """Puts an instance, as `put` does, and sets the timer."""
        if not self.per:
            state.parts[self.key] = instance
            state.set_timer(self.key, self.due(state, None, instance))
            return False
        gone = self.put(state, per, instance)
        self.set_timer(state)
        return gone

    def end(self, state: State, per: str | None) -> None:
        """Ends an instance without firing."""
        if self.per:
            state.parts.get(self.key, {}).pop(per, None)
        else:
            state.parts.pop(self.key, None)

    def unite(self, state: State, moved: State, join: Join) -> int:
        """Takes over the instances of another customer; those of the same per value are joined. How many had to go."""
        ours, theirs = state.parts.get(self.key), moved.parts.get(self.key)
        if theirs is None:
            return 0
        if not self.per:
            state.parts[self.key] = theirs if ours is None else join(None, ours, theirs)
            return 0
        ours = ours or {}
        kept, gone = among(ours, theirs, INSTANCE_LIMIT)
        state.parts[self.key] = {per: _joined(per, ours.get(per), theirs.get(per), join) for per in kept}
        for per in gone:
            forget(state, self.signal, per)
        return len(gone)

    def set_timer(self, state: State) -> None:
        if not self.per:
            instance = state.parts.get(self.key)
            state.set_timer(self.key, None if instance is None else self.due(state, None, instance))
            return
        dues = [due for per, instance in self.all(state) if (due := self.due(state, per, instance)) is not None]
        state.set_timer(self.key, min(dues, default=None))


def _joined(per: str, ours: Any, theirs: Any, join: Join) -> Any:
    if ours is None or theirs is None:
        return ours if theirs is None else theirs
    return join(per, ours, theirs)


class Matcher(Protocol):
    """A pattern that keeps something in state and has timers."""

    signal: SignalPlan
    instances: Instances

    def wake(self, state: State, at: Moment) -> None:
        """Does what is due at ``at.now`` by time alone, and sets the next timer."""

    def adopt(self, state: State, now: int) -> None:
        """Takes up a state that another version of the library wrote; ``now`` (ms) is at or after the customer's clock.

        A part that it has already stays. But `again` may be another: what it forbade until now isn't made up for.
        """
