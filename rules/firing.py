"""The moment a signal's pattern comes true, and what an instance remembers of its last one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson
from msgspec import Struct

from rules.declaration import Signal
from rules.fields import Getter, as_key
from rules.identity import trigger_id
from rules.state import Parts, Profile, State
from rules.touchpoint import Touchpoint

Condition = Callable[[Parts, Profile, Touchpoint | None, int, str | None], Any]
"""An expression about a customer: (parts, profile, the touchpoint at hand, now in ms, the instance's per value)."""

INSTANCE_LIMIT: Final = 100
AGAIN_LIMIT: Final = 512  # last firings kept of a signal: those of its instances, and of some of older libraries
FIRED: Final = "signal.fired"
ADDRESSED: Final = "signal.addressed"
"""A firing on its way to somebody whom the customer's profile names."""
_NUMBERS: Final = frozenset({"attention", "dwell", "value"})


@dataclass(frozen=True, slots=True)
class Carry:
    """A value that the trigger carries. ``is_time``: epoch milliseconds, written as RFC 3339."""

    name: str
    value: Condition
    is_time: bool


@dataclass(frozen=True, slots=True)
class SignalPlan:
    """What every pattern of a signal shares. ``key`` names the instance in state, by its definition; ``again_key`` its
    last firing, by name and `per` alone, so that it outlives a change of the rest. ``again``: the least time between
    two firings of an instance (ms)."""

    declared: Signal
    key: int
    again_key: int
    per: Getter | None
    condition: Condition | None
    carry: tuple[Carry, ...]
    unless: Condition | None = None
    again: int | None = None

    @property
    def name(self) -> str:
        return self.declared.name

    def at_hand(self, touchpoint: Touchpoint | None, per: str | None) -> Touchpoint | None:
        """The touchpoint as an instance's expressions may see it: only that of its own per value."""
        if touchpoint is None or self.per is None or as_key(self.per(touchpoint)) == per:
            return touchpoint
        return None


class Firing(Struct, frozen=True, gc=False):
    """One firing of one instance. ``moment``: event time in ms. ``touchpoints``: ids of those that made it fire.

    ``refused``: the signal's `if` was false then. ``late``: a late touchpoint made it. ``ended``: when the silences
    were over by which it fired (ms). ``lost``: the profile doesn't say to whom it is addressed. Of one that another
    customer made for this one, ``about`` is that customer, ``origin`` when it fired there (ms), and ``carried`` what it
    carries.
    """

    signal: SignalPlan
    per: str | None
    moment: int
    touchpoints: tuple[str, ...]
    late: bool
    refused: bool
    touchpoint: Touchpoint | None
    ended: int | None = None
    lost: bool = False
    about: str | None = None
    origin: int | None = None
    carried: dict[str, Any] | None = None

    def identity(self, customer: str) -> str:
        """The id of its decision and trigger; the same firing always has the same."""
        moment = self.moment if self.origin is None else self.origin
        return trigger_id(self.signal.name, customer, self.per, moment, self.about)


class Moment(Struct, gc=False):
    """Where firings are gathered: the time (ms), the touchpoint at hand (None for a timer), whether it is late.

    ``evicted`` counts the per values that had to go for new ones. ``waited``: whether deferred triggers are to go.
    ``counts``: whether the touchpoint is one that can still change what was decided. ``forgotten``: the customer was,
    with all there was.
    """

    now: int
    touchpoint: Touchpoint | None
    late: bool
    firings: list[Firing] = []
    evicted: int = 0
    waited: bool = False
    counts: bool = True
    forgotten: bool = False


def fire(
    state: State,
    signal: SignalPlan,
    per: str | None,
    touchpoints: tuple[str, ...],
    at: Moment,
    ended: int | None = None,
) -> None:
    """Lets an instance fire now, unless it has in this millisecond or `again` forbids it.

    ``ended``: when the silences were over by which it fires (ms).

    `again` is asked before `if`; a firing refused by `if` starts no `again`, but takes the millisecond: its
    decision has the same id.
    """
    if _fired_now(state, signal.again_key, per, at.now) or not again_allows(state, signal, per, at.now):
        return
    if not state.fired or state.fired[0] != at.now:
        state.fired = [at.now]
    state.fired += [signal.again_key, per]
    condition = signal.condition
    touchpoint = signal.at_hand(at.touchpoint, per)
    refused = condition is not None and not condition(state.parts, state.profile, touchpoint, at.now, per)
    if not refused and signal.declared.again is not None:
        _note(state, signal, per, at.now)
    at.firings.append(Firing(signal, per, at.now, touchpoints, at.late, refused, touchpoint, ended))


def _fired_now(state: State, key: int, per: str | None, now: int) -> bool:
    fired = state.fired
    if not fired or fired[0] != now:
        return False
    return any(fired[at] == key and fired[at + 1] == per for at in range(1, len(fired), 2))


def last_firing(state: State, signal: SignalPlan, per: str | None) -> int | None:
    """When (ms) the instance last fired; None where it hasn't, or where `again` doesn't ask for it."""
    memory = state.parts.get(signal.again_key)
    return memory.get(per) if isinstance(memory, dict) else memory


def again_allows(state: State, signal: SignalPlan, per: str | None, now: int) -> bool:
    """Whether `again` lets the instance fire at ``now`` (ms). What it forbids isn't made up for."""
    again = signal.again
    if again is None:
        return True
    last = last_firing(state, signal, per)
    return last is None or now - last >= again


def _note(state: State, signal: SignalPlan, per: str | None, now: int) -> None:
    if per is None:
        state.parts[signal.again_key] = now
        return
    touch(state.parts.setdefault(signal.again_key, {}), per, now, AGAIN_LIMIT)


def forget(state: State, signal: SignalPlan, per: str) -> None:
    """Forgets when an instance fired last, as its value had to go."""
    memory = state.parts.get(signal.again_key)
    if memory is not None:
        memory.pop(per, None)


def seen_by_when(touchpoint: Touchpoint) -> Touchpoint | None:
    """What `touchpoint.X` of a `when` reads at a touchpoint: at a firing nothing, as no `where` says which is meant."""
    return None if touchpoint.type == FIRED else touchpoint


def as_touchpoint(customer: str, firing: Firing) -> Touchpoint:
    """A firing as the touchpoint `signal.fired` that signals read: its trigger's id, the signal, the per field.

    Whatever the per field is, its time is the moment, and `properties.signal` the signal's name.
    """
    signal = firing.signal.declared
    touchpoint = Touchpoint(
        id=trigger_id(signal.name, customer, firing.per, firing.moment),
        type=FIRED,
        time=firing.moment,
        customer=customer,
    )
    if signal.per is not None:
        _put(touchpoint, signal.per.split("."), _value_of(signal.per, firing.per))
    touchpoint.time = firing.moment
    touchpoint.properties = {**(touchpoint.properties or {}), "signal": signal.name}
    return touchpoint


def _value_of(field: str, per: str | None) -> Any:
    """What a field holds whose value was told apart as ``per``: fields of numbers hold numbers."""
    return per if per is None or field not in _NUMBERS else orjson.loads(per)


def _put(touchpoint: Touchpoint, path: list[str], value: Any) -> None:
    first, *rest = path
    if not rest:
        setattr(touchpoint, first, value)
        return
    inner: dict[str, Any] = getattr(touchpoint, first) or {}
    setattr(touchpoint, first, inner)
    for name in rest[:-1]:
        inner = inner.setdefault(name, {})
    inner[rest[-1]] = value


def among(ours: dict[str, Any], theirs: dict[str, Any], limit: int) -> tuple[list[str], list[str]]:
    """The per values of both in the order of being touched, so far as that is known, and those that are too many.

    Each of the two knows its own order alone: those touched last stand beside one another, and ours behind theirs.
    """
    rank: dict[str, int] = {}
    for keys in (reversed(ours), reversed(theirs)):
        for at, key in enumerate(keys):
            rank[key] = min(at, rank.get(key, at))
    ordered = sorted(rank, key=lambda key: (rank[key], key not in ours, key))
    return ordered[:limit][::-1], ordered[limit:]


def touch(instances: dict[str, Any], per: str, value: Any, limit: int | None = None) -> str | None:
    """Puts an instance last, as the one touched latest; gives back the one that had to go for it, if any."""
    instances.pop(per, None)
    instances[per] = value
    if len(instances) <= (limit or INSTANCE_LIMIT):
        return None
    oldest = next(iter(instances))
    del instances[oldest]
    return oldest
