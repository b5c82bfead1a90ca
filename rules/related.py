"""Firings for a person whom the customer's profile names: forwarded through the log, and decided as that person's.

So consent, caps and quiet hours are those of whoever gets the trigger, in the one place that knows them all. The
signal's pattern, its `if` and what it carries are the customer's who made it fire.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import orjson

from rules.firing import ADDRESSED, Firing
from rules.plan import Plan
from rules.state import Profile, State
from rules.touchpoint import Touchpoint
from rules.wire import carried

RELATED: Final = "related"  # the field of the profile that names people, by what they are to the customer
MOST_RELATED: Final = 8  # people that one relation may name; the others hear nothing
MAX_CARRIED: Final = 32 * 1024  # bytes of what is carried along
_LONGEST_ID: Final = 256


class Addressed(msgspec.Struct):
    """The properties of a `signal.addressed`: the firing as it was at the customer whom it is about."""

    signal: str
    about: str
    per: str | None = None
    touchpoints: tuple[str, ...] = ()
    carry: dict[str, Any] = {}
    late: bool = False


def people(profile: Profile, relation: str) -> tuple[str, ...]:
    """The ids that ``profile.related.RELATION`` names, one or a list of them; what is no id is left out."""
    entry = profile.get(RELATED)
    named = entry[0].get(relation) if entry and isinstance(entry[0], dict) else None
    ids = named if isinstance(named, list) else [named]
    known = dict.fromkeys(one for one in ids if isinstance(one, str) and 0 < len(one) <= _LONGEST_ID and one[0] != "\0")
    return tuple(known)[:MOST_RELATED]


def address(firing: Firing, customer: str, state: State) -> Mapping[str, Any]:
    """The fields of the record that takes a customer's firing to somebody else."""
    carry = carried(firing, state)
    while len(orjson.dumps(carry)) > MAX_CARRIED:
        del carry[max(carry, key=lambda name: len(orjson.dumps(carry[name])))]
    said = Addressed(firing.signal.name, customer, firing.per, firing.touchpoints, carry, firing.late)
    return {
        "id": firing.identity(customer),
        "type": ADDRESSED,
        "time": firing.moment,
        "properties": msgspec.to_builtins(said),
    }


def addressed(plan: Plan, touchpoint: Touchpoint, clock: int) -> Firing | None:
    """The firing that a record addresses to its customer, whose clock is at ``clock`` (ms) by then.

    None where the library has no such signal that runs, or the record isn't one of ours.
    """
    try:
        said = msgspec.convert(touchpoint.properties, Addressed)
    except msgspec.ValidationError:
        return None
    signal = next((one for one in plan.signals if one.name == said.signal), None)
    if signal is None:
        return None
    return Firing(
        signal=signal,
        per=said.per,
        moment=max(touchpoint.time, clock),
        touchpoints=said.touchpoints,
        late=said.late or touchpoint.time < clock,
        refused=False,
        touchpoint=None,
        about=said.about,
        origin=touchpoint.time,
        carried=said.carry,
    )
