"""A customer's life as the topics of a running installation hold it: the state, what was decided, sent and seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from rules.explaining.explained import At, Fired, Sighting
from rules.explaining.life import Life, fired_of, noted, run_on
from rules.explaining.sightings import Sightings
from rules.plan import Plan
from rules.state import decode_state
from rules.touchpoint import BadRecord, decode_touchpoint
from rules.wire import decode_marker


@dataclass(frozen=True, slots=True)
class Kept:
    """Records of one customer as they are in the topics, each kind in order.

    ``state``: the encoded one, None where there is none; ``marker``: the partition record beside it; ``context``: the
    partition's.
    """

    state: bytes | None
    marker: bytes | None = None
    touchpoints: Sequence[bytes] = ()
    decisions: Sequence[bytes] = ()
    triggers: Sequence[bytes] = ()
    context: bytes | None = None


class _Data(msgspec.Struct):
    touchpoints: tuple[str, ...] = ()


class _Trigger(msgspec.Struct):
    id: str
    data: _Data


_decode_trigger = msgspec.json.Decoder(_Trigger).decode


def life_in(kept: Kept, plan: Plan, customer: str, now: int | None) -> Life:
    """The life that these records tell, time running on to ``now`` (ms); without it to the partition's time.

    It never ends before the customer's own clock. What can't be read is left out.
    """
    ends = [now or 0, decode_marker(kept.marker).time if kept.marker is not None and now is None else 0]
    if kept.state is not None:
        ends.append(decode_state(kept.state).clock)
    known = {one.id: one for one in _sightings(kept.touchpoints)}
    life = Life(customer, max(ends), None, tuple(_fired(kept, Sightings(known))), known)
    return run_on(plan, life, kept.state, max(ends), kept.context)


def _sightings(touchpoints: Iterable[bytes]) -> Iterator[Sighting]:
    for raw in touchpoints:
        try:
            touchpoint = decode_touchpoint(raw)
        except BadRecord:
            continue
        yield Sighting(touchpoint.id, touchpoint.type, At(touchpoint.time))


def _fired(kept: Kept, sightings: Sightings) -> Iterable[Fired]:
    """The firings that were decided, each once: a restart may have written some twice."""
    by_id = dict(_touchpoints(kept.triggers))
    found: list[Fired] = []
    for raw in kept.decisions:
        try:
            one = fired_of(raw, by_id, sightings)
        except (msgspec.MsgspecError, ValueError):
            continue
        noted(raw, found, one)
    once = {(one.signal, one.per, one.at): one for one in found if not one.later}
    once |= {(one.signal, one.per, one.at): one for one in found if one.later}
    return sorted(once.values(), key=lambda one: one.at)


def _touchpoints(triggers: Iterable[bytes]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The touchpoints of triggers, by their ids; decisions don't say them."""
    for raw in triggers:
        try:
            trigger = _decode_trigger(raw)
        except msgspec.MsgspecError:
            continue
        yield trigger.id, trigger.data.touchpoints
