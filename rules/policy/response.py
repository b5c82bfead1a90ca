"""How a customer responds: chances by what was sent and what came back, with a prior where little is known."""

from __future__ import annotations

from math import exp2
from typing import Final, TypeVar

from msgspec.structs import replace

from rules.dates import local_time
from rules.features.accumulator import tidy
from rules.identity import trigger_id
from rules.policy.plan import RESPONDED_WITHIN, ChannelPolicy
from rules.policy.question import Customer
from rules.remembered import Policy, Response, Trigger
from rules.touchpoint import Touchpoint

HALF_LIFE: Final = 90 * 86_400_000  # ms
PRIOR_WEIGHT: Final = 10  # triggers
MOST_FORMATS: Final = 16  # of a customer; the one seen longest ago goes
LONGEST_FORMAT: Final = 100
RESPONSES: Final = frozenset({"trigger.opened", "trigger.clicked", "trigger.converted"})
NEVER_CAME: Final = frozenset({"trigger.failed", "trigger.refused"})

K = TypeVar("K", str, int)


def chance(memory: Policy, channel: ChannelPolicy, now: int) -> float:
    """The chance, from 0 to 1, that the customer responds on a channel: as if ten triggers had met the prior."""
    known = memory.channels.get(channel.name)
    if known is None:
        return tidy(channel.prior)
    left = _left(known.at, now)
    met = known.answered * left + channel.prior * PRIOR_WEIGHT
    return tidy(min(met / (known.sent * left + PRIOR_WEIGHT), 1.0))


def note_sent(customer: Customer, trigger: Trigger) -> None:
    """A trigger has gone: it counts on its channel and in its hour, and until a response as one in a row without."""
    memory = customer.memory
    channel = _counted(memory.channels, trigger.channel, trigger.goes, sent=1.0)
    channel.row, channel.last = channel.row + 1, trigger.goes
    _counted(memory.hours, _hour(customer, trigger), trigger.goes, sent=1.0)


def note_outcome(customer: Customer, touchpoint: Touchpoint, now: int) -> None:
    """What a connector reports of a trigger: the first response to it counts, and that it never came."""
    trigger = _meant(customer, touchpoint)
    if trigger is None:
        return
    if touchpoint.type in NEVER_CAME:
        _never_came(customer, trigger, now)
    elif touchpoint.type in RESPONSES:
        _answered(customer, trigger, now)
    style = _format(touchpoint)
    if style is not None and touchpoint.type not in NEVER_CAME:
        delivered = touchpoint.type == "trigger.delivered"
        _counted(customer.memory.formats, style, now, sent=float(delivered), answered=float(not delivered))
        _bound(customer.memory.formats, style)


def _answered(customer: Customer, trigger: Trigger, now: int) -> None:
    trigger.answered = True
    _counted(customer.memory.channels, trigger.channel, now, answered=1.0).row = 0
    _counted(customer.memory.hours, _hour(customer, trigger), now, answered=1.0)


def _never_came(customer: Customer, trigger: Trigger, now: int) -> None:
    trigger.answered = True
    gone = -_left(trigger.goes, now)
    channel = _counted(customer.memory.channels, trigger.channel, now, sent=gone)
    channel.row = max(channel.row - 1, 0)
    _counted(customer.memory.hours, _hour(customer, trigger), now, sent=gone)


def _hour(customer: Customer, trigger: Trigger) -> int:
    """The hour of the customer's day at which it went."""
    return local_time(trigger.goes, customer.zone()).hour


def _meant(customer: Customer, touchpoint: Touchpoint) -> Trigger | None:
    """The trigger that an outcome names, where it went and nothing has answered it yet."""
    name = (touchpoint.properties or {}).get("trigger")
    for one in customer.memory.triggers if isinstance(name, str) else ():
        if name == _name_of(one, customer.name):
            fresh = one.held is None and not one.answered and touchpoint.time < one.goes + RESPONDED_WITHIN
            return one if fresh else None
    return None


def _name_of(trigger: Trigger, customer: str) -> str:
    """The id that its decision and its event have."""
    moment = trigger.moment if trigger.origin is None else trigger.origin
    return trigger_id(trigger.signal, trigger.of or customer, trigger.per, moment, trigger.about)


def _format(touchpoint: Touchpoint) -> str | None:
    style = (touchpoint.properties or {}).get("format")
    return style if isinstance(style, str) and 0 < len(style) <= LONGEST_FORMAT else None


def _counted(kept: dict[K, Response], key: K, now: int, sent: float = 0.0, answered: float = 0.0) -> Response:
    """Adds to the counts of a key, decayed until ``now`` (ms)."""
    one = kept[key] = decayed(kept.get(key) or Response(at=now), now)
    one.sent = max(one.sent + sent, 0.0)
    one.answered += answered
    return one


def decayed(one: Response, now: int) -> Response:
    """The same as of ``now`` (ms)."""
    if now <= one.at:
        return one
    left = _left(one.at, now)
    return replace(one, sent=one.sent * left, answered=one.answered * left, at=now)


def _bound(kept: dict[str, Response], latest: str) -> None:
    kept[latest] = kept.pop(latest)
    while len(kept) > MOST_FORMATS:
        del kept[next(iter(kept))]


def _left(then: int, now: int) -> float:
    """What is left at ``now`` of a trigger that counted as one at ``then`` (ms)."""
    return exp2((then - now) / HALF_LIFE) if now > then else 1.0
