"""Two customers who turn out to be one: what is remembered of both, as though it had been one's."""

from __future__ import annotations

from math import exp2
from typing import TypeVar

from rules.policy.response import HALF_LIFE, MOST_FORMATS
from rules.remembered import MOST_TRIGGERS, Policy, Response, Trigger, decode_policy, encode_policy

K = TypeVar("K", str, int)


def merge_policies(ours: bytes, theirs: bytes, they: str) -> bytes:
    """What one keeps of triggers, with that of another, whose name was ``they``; both as states encode it.

    Caps count the triggers of both. Triggers keep their ids, so that they can be taken back and answered. Of more than
    128 the latest stay, those that wait in any case. Timers are to be set anew: `set_timer`.
    """
    if not theirs:
        return ours
    one, other = decode_policy(ours), decode_policy(theirs)
    for trigger in other.triggers:
        trigger.of = trigger.of or they
    triggers = sorted((*one.triggers, *other.triggers), key=_order)
    surplus = len(triggers) - MOST_TRIGGERS
    settled = [trigger for trigger in triggers if trigger.held is None]
    gone = {id(trigger) for trigger in settled[: max(surplus, 0)]}
    return encode_policy(
        Policy(
            [trigger for trigger in triggers if id(trigger) not in gone],
            _added(one.channels, other.channels),
            dict(list(_added(one.formats, other.formats).items())[-MOST_FORMATS:]),
            _added(one.hours, other.hours),
        )
    )


def _order(trigger: Trigger) -> tuple[int, str, str, str]:
    return trigger.moment, trigger.signal, trigger.per or "", trigger.of or ""


def _added(ours: dict[K, Response], theirs: dict[K, Response]) -> dict[K, Response]:
    both = {key: _sum(one, theirs[key]) if key in theirs else one for key, one in ours.items()}
    return both | {key: one for key, one in theirs.items() if key not in ours}


def _sum(one: Response, other: Response) -> Response:
    """Counts as of the later; a response to either ends both rows."""
    at = max(one.at, other.at)
    shares = [(each, exp2((each.at - at) / HALF_LIFE)) for each in (one, other)]
    return Response(
        sum(each.sent * left for each, left in shares),
        sum(each.answered * left for each, left in shares),
        at,
        min(one.row, other.row),
        max(one.last, other.last),
    )
