"""What policy remembers of two customers, as of one: caps count the triggers of both."""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from rules.policy import decayed, set_timer
from rules.remembered import MOST_TRIGGERS, Policy, Response, Trigger, decode_policy, encode_policy
from rules.state import State

K = TypeVar("K", str, int)


def unite_policy(state: State, moved: State, alias: str) -> None:
    """The triggers of both, and how both respond; those of ``alias`` keep its name, as their ids have it."""
    if not moved.policy:
        return
    ours, theirs = decode_policy(state.policy), decode_policy(moved.policy)
    named = [replace(one, customer=one.customer or alias) for one in theirs.triggers]
    both = Policy(
        triggers=_bounded([*ours.triggers, *named]),
        channels=_both(ours.channels, theirs.channels),
        formats=_both(ours.formats, theirs.formats),
        hours=_both(ours.hours, theirs.hours),
    )
    state.policy = encode_policy(both)
    set_timer(state)


def _bounded(triggers: list[Trigger]) -> list[Trigger]:
    """In the order of their firings; of too many those that matter longest. What waits is never lost."""
    ordered = sorted(triggers, key=lambda one: one.moment)
    longest = sorted(ordered, key=lambda one: (one.held is not None, one.until), reverse=True)[:MOST_TRIGGERS]
    kept = {id(one) for one in longest}
    return [one for one in ordered if id(one) in kept]


def _both(ours: dict[K, Response], theirs: dict[K, Response]) -> dict[K, Response]:
    return {**ours, **{key: _sum(ours.get(key), one) for key, one in theirs.items()}}


def _sum(ours: Response | None, theirs: Response) -> Response:
    """What was sent and answered adds up. When either last responded isn't known: the longer row counts."""
    if ours is None:
        return theirs
    at = max(ours.at, theirs.at)
    one, other = decayed(ours, at), decayed(theirs, at)
    return Response(
        sent=one.sent + other.sent,
        answered=one.answered + other.answered,
        at=at,
        row=max(one.row, other.row),
        last=max(one.last, other.last),
    )
