"""A partition's library and the ones that it goes over to: how each customer's state takes up another version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, Protocol

import msgspec
from msgspec import Struct

from rules.bound import grow
from rules.firing import AGAIN_LIMIT, SignalPlan, touch
from rules.forgetting import begin_life
from rules.plan import Plan
from rules.policy import set_timer
from rules.state import State, decode_state
from rules.switch import Switch

Warmed = Mapping[bytes, bytes]
"""The encoded states that the new library alone has made of a partition, by customer."""


class Standing(Protocol):
    """The encoded states of a partition."""

    def items(self) -> Iterable[tuple[bytes, bytes]]: ...


class Prepared(NamedTuple):
    """What a switch needs. ``warmed``: None where its library wasn't warmed."""

    plan: Plan
    warmed: Warmed | None


class Adoption:
    """How customers go over from one plan to another. ``everyone``: whether all do so at the switch.

    They do where time alone may make a part fire that the old plan hasn't, and where states were warmed. Else each does
    so at the customer's next record or timer, to the same effect.
    """

    def __init__(self, old: Plan, new: Plan, warmed: Warmed | None) -> None:
        self.new, self.warmed = new, warmed
        self.everyone = warmed is not None or new.sooner_than(old)
        kept = [*(feature.key for feature in new.features), *(story.key for story in new.stories)]
        parts = {*kept, *(signal.key for signal in new.signals)}
        self._changed = tuple(sorted(parts - old.keys))
        self._signals = tuple(signal for signal in new.signals if signal.key not in old.keys)
        self._whens = [when for when in new.whens if when.signal.key not in old.keys and when.keeps]

    def customers(self, states: Standing, aside: frozenset[bytes]) -> list[bytes]:
        """Those who are still to go over, in order of their keys; those ``aside`` are no customers'."""
        digest, warmed = self.new.digest, self.warmed or {}
        keys = {key for key, raw in states.items() if key not in aside and _library_of(raw) != digest}
        if warmed:
            known = {key for key, _ in states.items()}
            keys.update(key for key in warmed if key not in known)
        return sorted(keys - aside)

    def born(self, key: bytes) -> State:
        """The state of a customer whom only the warmed states know: nothing has been sent."""
        state = decode_state((self.warmed or {})[key])
        state.policy = b""
        set_timer(state)
        return state

    def adopt(self, key: bytes, state: State, now: int) -> None:
        """Takes a customer over at ``now`` (ms): a condition's value then counts as its value before."""
        if state.links is not None and state.links.alias is not None:
            state.library = self.new.digest  # nothing is kept of an alias
            return
        # What was warmed of one who was erased may be from before that.
        erased = state.links is not None and state.links.erased is not None
        raw = self.warmed.get(key) if self.warmed and not erased else None
        now = max(now, state.clock)
        if raw is None:
            self.new.adopt(state, now)
            return
        warm = decode_state(raw)
        now = max(now, warm.clock)
        self._merge(state, warm)
        self.new.adopt(state, now)
        for when in self._whens:
            when.join(state, warm, now)
        grow(self.new, state, len(raw))

    def give_up(self, state: State) -> None:
        """For a customer whose state can't be taken over: it goes on without timers, but for triggers that wait."""
        state.timers = {}
        begin_life(state, state.clock, self.new.library.forget_after)
        set_timer(state)
        state.library = self.new.digest

    def _merge(self, state: State, warm: State) -> None:
        """New and changed parts are the warm ones; what is remembered of firings is the later of both."""
        state.clock = max(state.clock, warm.clock)
        for key in self._changed:
            _replace(state.parts, warm.parts, key)
            _replace(state.timers, warm.timers, key)
        for signal in self._signals:
            _remember(state, warm, signal)
        keys = {signal.again_key for signal in self._signals}
        state.fired = latest_firings(state.fired, _only(warm.fired, keys))


def _replace(parts: dict[int, Any], warm: dict[int, Any], key: int) -> None:
    if key in warm:
        parts[key] = warm[key]
    else:
        parts.pop(key, None)


def _remember(state: State, warm: State, signal: SignalPlan) -> None:
    """The last firing of each instance, whichever of the two knows it."""
    key = signal.again_key
    theirs = warm.parts.get(key)
    if theirs is None:
        return
    if not isinstance(theirs, dict):
        state.parts[key] = max(theirs, state.parts.get(key, theirs))
        return
    ours = state.parts.setdefault(key, {})
    for per, moment in theirs.items():
        touch(ours, per, max(moment, ours.get(per, moment)), AGAIN_LIMIT)


def _only(fired: list[Any], keys: set[int]) -> list[Any]:
    """The firings of these signals in the latest millisecond with firings; empty where there are none."""
    kept = [one for at in range(1, len(fired), 2) if fired[at] in keys for one in fired[at : at + 2]]
    return [fired[0], *kept] if kept else []


def latest_firings(one: list[Any], other: list[Any]) -> list[Any]:
    """Of two states' `fired` what is of the latest millisecond."""
    if not one or not other:
        return one or other
    if one[0] == other[0]:
        return [*one, *other[1:]]
    return max(one, other, key=lambda fired: fired[0])


class _Head(Struct, array_like=True, gc=False):
    """As much of an encoded state as says whose it is: the library comes behind parts that needn't be read."""

    due: int
    clock: int
    ids: msgspec.Raw
    parts: msgspec.Raw
    timers: msgspec.Raw
    profile: msgspec.Raw
    fired: msgspec.Raw
    library: int = 0


_decode_head: Final = msgspec.msgpack.Decoder(_Head).decode


def _library_of(raw: bytes) -> int:
    return _decode_head(raw).library


class Sweep:
    """The customers who go over at a switch, in order; ``at``: how many of them have."""

    def __init__(self, adoption: Adoption, keys: list[bytes]) -> None:
        self.adoption, self.keys, self.at = adoption, keys, 0


class Holding:
    """The library of a partition, and those that are ready for it to go over to, by sequence."""

    def __init__(self, plan: Plan, sequence: int) -> None:
        self.plan, self.sequence = plan, sequence
        self._prepared: dict[int, Prepared] = {}
        self._adoptions: dict[int, Adoption] = {}
        self._sweep: tuple[int, Sweep] | None = None

    def prepare(self, sequence: int, plan: Plan, warmed: Warmed | None) -> None:
        """Has a library ready, for good or until a newer one is switched to."""
        self._prepared[sequence] = Prepared(plan, warmed)
        self._adoptions.pop(sequence, None)

    def adoption(self, switch: Switch) -> Adoption | None:
        """How a switch is to be done; None where what it needs isn't ready."""
        prepared, warm = self._prepared.get(switch.sequence), switch.warm_from is not None
        if prepared is None or (warm and prepared.warmed is None):
            return None
        if switch.sequence not in self._adoptions:
            adoption = Adoption(self.plan, prepared.plan, prepared.warmed if warm else None)
            self._adoptions[switch.sequence] = adoption
        return self._adoptions[switch.sequence]

    def sweep(self, switch: Switch, adoption: Adoption, states: Standing, aside: frozenset[bytes]) -> Sweep:
        """The sweep of a switch, begun where there is none yet."""
        if self._sweep is None or self._sweep[0] != switch.sequence or self._sweep[1].adoption is not adoption:
            self._sweep = switch.sequence, Sweep(adoption, adoption.customers(states, aside))
        return self._sweep[1]

    def swept(self, count: int) -> None:
        """So many more have been taken over for good."""
        if self._sweep is not None:
            self._sweep[1].at += count

    def switched(self, sequence: int) -> None:
        """The partition has gone over."""
        self.plan, self.sequence, self._sweep = self._prepared[sequence].plan, sequence, None
        self._prepared = {number: one for number, one in self._prepared.items() if number > sequence}
        self._adoptions.clear()
