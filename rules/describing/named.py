"""An encoded state as plain values, each under the name that the library gives it: all of it, nothing left out."""

from __future__ import annotations

from typing import Any

import msgspec

from rules.forgetting import FORGET
from rules.plan import Plan
from rules.policy import WAITING
from rules.remembered import decode_policy
from rules.state import NEVER, UNBORN, State, decode_state
from rules.wire import rfc3339

_TIMERS = {FORGET: "forgetting", WAITING: "triggers that wait"}


def exported_state(plan: Plan, raw: bytes) -> dict[str, Any]:
    """All of a state. Times are RFC 3339, digests hexadecimal.

    ``features`` and ``signals``: what is kept of each, as it is kept, with a feature's value now. ``others``: what the
    library has no name for, as another version wrote it, by the numbers of the parts.
    """
    state = decode_state(raw)
    features, signals = _features(plan, state), _signals(plan, state)
    named = {feature.key for feature in plan.features}
    named.update(key for signal in plan.signals for key in (signal.key, signal.again_key))
    return {
        "clock": None if state.clock == UNBORN else rfc3339(state.clock),
        "due": None if state.due == NEVER else rfc3339(state.due),
        "library": f"{state.library:012x}",
        "links": plain(state.links),
        "profile": {name: {"value": plain(one[0]), "since": rfc3339(one[1])} for name, one in state.profile.items()},
        "features": features,
        "signals": signals,
        "others": {str(key): plain(part) for key, part in state.parts.items() if key not in named},
        "timers": {_timer(plan, key): rfc3339(due) for key, due in state.timers.items()},
        "recent_ids": [state.ids[at : at + 8].hex() for at in range(0, len(state.ids), 8)],
        "last_fired": plain(state.fired),
        "policy": plain(decode_policy(state.policy)),
        "weight": state.weight,
    }


def _features(plan: Plan, state: State) -> dict[str, Any]:
    found = {}
    for feature in plan.features:
        if feature.key in state.parts:
            part, read = state.parts[feature.key], feature.reader(own=feature.per is not None, literal=None)
            keys = [None] if feature.per is None else list(part)
            values = {key: read(state.parts, state.clock, key) for key in keys}
            value = values[None] if feature.per is None else values
            found[feature.name] = {"value": plain(value), "kept": plain(part)}
    return found


def _signals(plan: Plan, state: State) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for signal in plan.signals:
        kept = {"kept": signal.key, "last": signal.again_key}
        parts = {name: plain(state.parts[key]) for name, key in kept.items() if key in state.parts}
        if parts:
            found[signal.name] = parts
    return found


def _timer(plan: Plan, key: int) -> str:
    names = {signal.key: signal.name for signal in plan.signals}
    return _TIMERS.get(key) or names.get(key) or str(key)


def plain(value: Any) -> Any:
    """A value that JSON can hold: structs by their fields' names, keys as text, bytes in hexadecimal."""
    if isinstance(value, msgspec.Struct):
        return {name: plain(one) for name, one in msgspec.structs.asdict(value).items()}
    if isinstance(value, dict):
        return {key if isinstance(key, str) else str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    return value.hex() if isinstance(value, bytes) else value
