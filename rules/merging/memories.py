"""What is remembered beside features and patterns, of two customers as of one."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import Any, Final

from rules.firing import AGAIN_LIMIT
from rules.plan import Plan
from rules.profile import PROFILE_LIMIT, united
from rules.state import RECENT_IDS, Profile, State

_DIGEST: Final = 8


def newest_ids(ours: bytes, theirs: bytes) -> bytes:
    """The last 64 of both, one by one from each end: when they came isn't known."""
    both = zip_longest(_newest(ours), _newest(theirs))
    newest = dict.fromkeys(digest for digest in chain.from_iterable(both) if digest is not None)
    return b"".join(list(newest)[:RECENT_IDS][::-1])


def _newest(ids: bytes) -> list[bytes]:
    return [ids[at : at + _DIGEST] for at in range(0, len(ids), _DIGEST)][::-1]


def newest_profile(ours: Profile, theirs: Profile) -> Profile:
    """Each field as the newest event time has it, ours where both are as new, with what both have added since; the one
    set longest ago goes first."""
    fields = dict(ours)
    for name, entry in theirs.items():
        fields[name] = united(fields[name], entry) if name in fields else entry
    return dict(sorted(fields.items(), key=lambda field: int(field[1][1]))[-PROFILE_LIMIT:])


def unite_again(plan: Plan, state: State, moved: State) -> None:
    """The last firing of each instance, whoever of the two had it."""
    for signal in plan.signals:
        key = signal.again_key
        ours, theirs = state.parts.get(key), moved.parts.get(key)
        if theirs is not None:
            state.parts[key] = theirs if ours is None else _later(ours, theirs)


def _later(ours: Any, theirs: Any) -> Any:
    if not isinstance(ours, dict):
        return max(ours, theirs)
    moments = {per: max(ours.get(per, 0), theirs.get(per, 0)) for per in (*ours, *theirs)}
    return dict(sorted(moments.items(), key=lambda one: one[1])[-AGAIN_LIMIT:])
