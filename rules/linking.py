"""Records about identities, and all records of those who have any: applied, forwarded, or skipped as come before.

A link goes to the customer that the two are from then on, who may refuse it, and from there to the other identity.
That one becomes an alias, sends its state, and forwards all that comes later. So each customer is changed in one place
alone, by the log, and whatever comes twice after a crash is skipped by the place that it was forwarded from.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol

import msgspec
from msgspec.structs import replace

from rules.bound import grow
from rules.erasing import erase, has_had, kept_for, refuses
from rules.firing import ADDRESSED, Moment
from rules.forgetting import begin_life
from rules.links import ERASED, LINKED, MOVED, UNLINKED, Links, Place, canonical, place_in
from rules.merging import unite
from rules.plan import Plan
from rules.slice import Stats
from rules.state import UNBORN, State, decode_state, encode_state
from rules.step import Done, advance, read_firings
from rules.touchpoint import BadRecord, Touchpoint

MAX_NAME: Final = 256  # characters
MAX_LINK: Final = 16 * 1024  # bytes: it travels with the state
LINK_BYTES: Final = 256  # of a link, for the guess of the state's weight
_MARKER: Final = "\0"

Fields = dict[str, msgspec.Raw]
"""A record's JSON, field by field as it was written."""

_decode: Final = msgspec.json.Decoder(Fields | None).decode
_encode: Final = msgspec.json.Encoder().encode


class Hand(Protocol):
    """What an evaluation does for a record at hand."""

    def step(self, state: State, touchpoint: Touchpoint, size: int, /) -> object:
        """Applies it as any other."""

    def decide_addressed(self, state: State, touchpoint: Touchpoint, size: int, /) -> None:
        """Decides the firing that it takes to the customer."""

    def forward(self, to: str, fields: Mapping[str, Any], /) -> None:
        """Sends a record to another customer."""

    def refuse(self, touchpoint: Touchpoint, other: str, detail: str, /) -> None:
        """Decides that a link isn't made."""

    def take_back(self, state: State, touchpoint: Touchpoint, /) -> int:
        """Cancels all triggers, as the customer is erased; the moment (ms) of the record at hand."""


class Said(NamedTuple):
    """What a record about identities says. ``other``: the id beside the record's own; ``names``: those that the other
    has already; ``settled``: whether the other has done its part; ``state``: what is moved; ``keep``: for how long (ms)
    it is known that a customer was erased."""

    other: str | None = None
    names: tuple[str, ...] = ()
    settled: bool = False
    state: State | None = None
    keep: int = 0


def _fields_of(raw: bytes | msgspec.Raw) -> Fields:
    return _decode(raw) or {}


def forwarded(fields: Mapping[str, Any], to: str, place: Place) -> bytes:
    """A record of the log for another customer. All else stands as it was written."""
    return _encode({**fields, "customer": to, "from": str(place)})


class Linking:
    """What is done with the records of one slice."""

    def __init__(self, plan: Plan, hand: Hand, stats: Stats, done: Done) -> None:
        self._plan, self._hand, self._stats, self._done = plan, hand, stats, done
        self._limit = plan.library.identities

    def take(self, state: State, touchpoint: Touchpoint, raw: bytes) -> None:
        """Does with a record what the state's links, and its own type, ask for.

        Raises:
            BadRecord: where it doesn't say what it must; the state is as it was then.
        """
        came = place_in(touchpoint.forwarded)
        if touchpoint.type in _SAYS and came is None and len(raw) > MAX_LINK:
            raise BadRecord(
                "too large", "", f"{len(raw):,} bytes; expected {MAX_LINK:,} at most of {touchpoint.type!r}"
            )
        said = _SAYS[touchpoint.type](touchpoint, came) if touchpoint.type in _SAYS else Said()
        if came is not None:
            state.links = state.links or Links()
            if not state.links.hears(came):
                self._stats.repeated += 1
                return
        if touchpoint.type == ERASED:
            self._erase(state, touchpoint, said.keep, raw)
            return
        if refuses(state, touchpoint):
            self._stats.refused += 1
            return
        alias = state.links.alias if state.links is not None else None
        if alias is None and state.clock == UNBORN:
            begin_life(state, touchpoint.time, self._plan.library.forget_after)
        if alias is not None:
            self._at_alias(state, alias, touchpoint, said, raw)
        elif touchpoint.type == LINKED:
            self._link(state, touchpoint, said, raw)
        elif touchpoint.type == MOVED:
            self._unite(state, touchpoint, said, len(raw))
        elif touchpoint.type == UNLINKED:
            self._let_go(state, touchpoint, said, raw)
        elif touchpoint.type == ADDRESSED:
            self._hand.decide_addressed(state, touchpoint, len(raw))
        else:
            self._hand.step(state, touchpoint, len(raw))

    def _erase(self, state: State, touchpoint: Touchpoint, keep: int, raw: bytes) -> None:
        """Removes all that is kept of an identity, and has the same done to the customer's others."""
        if has_had(state, touchpoint):
            return
        at = self._hand.take_back(state, touchpoint)
        for other in erase(state, touchpoint, at, keep):
            self._hand.forward(other, _fields_of(raw))
        state.library = self._plan.digest
        self._stats.erased += 1

    def _at_alias(self, state: State, alias: str, touchpoint: Touchpoint, said: Said, raw: bytes) -> None:
        """All goes on to the customer, links in the customer's name; but an alias may be split off."""
        if touchpoint.type == UNLINKED and said.other is None:
            state.links = replace(state.links or Links(), alias=None)
            self._stats.split += 1
            self._forward(raw, alias, identity=touchpoint.customer, settled=True)
        elif touchpoint.type != LINKED:
            self._hand.forward(alias, _fields_of(raw))
        elif said.other not in {alias, touchpoint.customer}:
            self._forward(raw, alias, to=said.other, names=() if said.settled else said.names)

    def _link(self, state: State, touchpoint: Touchpoint, said: Said, raw: bytes) -> None:
        own, other = touchpoint.customer, said.other or ""
        if own == other:
            return
        if canonical(own, other) == own:
            if self._admits(state, touchpoint, said):
                self._forward(raw, other, to=own, settled=True)
        elif said.settled:
            self._move(state, touchpoint, other, raw)
        else:
            names = state.links.identities if state.links is not None else []
            self._forward(raw, other, to=own, names=names)

    def _admits(self, state: State, touchpoint: Touchpoint, said: Said) -> bool:
        """Takes another identity up, unless there are too many then."""
        other, own = said.other or "", touchpoint.customer
        known = state.links.identities if state.links is not None else []
        names = [name for name in dict.fromkeys([*known, other, *said.names]) if name != own]
        if len(names) > max(self._limit, len(known)):
            self._hand.refuse(touchpoint, other, f"{len(names)} identities; {self._limit} at most")
            return False
        state.links = replace(state.links or Links(), identities=names)
        return True

    def _move(self, state: State, touchpoint: Touchpoint, to: str, raw: bytes) -> None:
        """Becomes an alias. What has become due by then was this identity's own."""
        advance(self._plan, state, touchpoint.customer, touchpoint.time, self._done)
        links = state.links or Links()
        packed = b64encode(encode_state(replace(state, links=None))).decode()
        self._forward(raw, to, MOVED, alias=touchpoint.customer, names=links.identities, state=packed)
        for name, value in zip(State.__struct_fields__, msgspec.structs.astuple(State()), strict=True):
            setattr(state, name, value)
        state.library, state.links = self._plan.digest, Links(to, links.heard, erased=links.erased)
        self._stats.united += 1

    def _unite(self, state: State, touchpoint: Touchpoint, said: Said, size: int) -> None:
        """Takes the state of an alias over, and then the link as a touchpoint of the customer."""
        plan, customer = self._plan, touchpoint.customer
        moved = said.state or State()
        if moved.library != plan.digest:
            plan.adopt(moved)
        advance(plan, state, customer, touchpoint.time, self._done)
        at = Moment(max(state.clock, moved.clock), None, False)
        unite(plan, state, moved, at, said.other or "")
        if at.firings or at.evicted:
            self._done(state, at)
            if plan.chains and at.firings:
                read_firings(plan, state, customer, at, self._done)
        grow(plan, state, size)
        links = state.links or Links()
        names = dict.fromkeys([*links.identities, said.other or "", *said.names])
        state.links = replace(links, identities=[name for name in names if name != customer])
        self._hand.step(state, _told(touchpoint, said.other), LINK_BYTES)

    def _let_go(self, state: State, touchpoint: Touchpoint, said: Said, raw: bytes) -> None:
        """An identity stands by itself again, or must hear that it is to."""
        links, other = state.links or Links(), said.other
        if other is None or other not in links.identities:
            return
        if not said.settled:
            self._forward(raw, other)
            return
        state.links = replace(links, identities=[name for name in links.identities if name != other])
        self._hand.step(state, _told(touchpoint, other), LINK_BYTES)

    def _forward(self, raw: bytes, receiver: str, kind: str | None = None, /, **properties: Any) -> None:
        """Forwards a record about identities, with other properties of ours."""
        fields: dict[str, Any] = dict(_fields_of(raw))
        if kind is not None:
            fields["type"] = kind
        theirs = _fields_of(fields.get("properties") or b"{}")
        others = {name: value for name, value in theirs.items() if name not in _OURS}
        fields["properties"] = {**others, **{name: value for name, value in properties.items() if value}}
        self._hand.forward(receiver, fields)


_OURS: Final = frozenset({"to", "identity", "alias", "names", "settled", "state"})


def _told(touchpoint: Touchpoint, identity: str | None) -> Touchpoint:
    """The touchpoint that signals read of a link, or of its end: ``properties.identity`` is the other id."""
    kind = UNLINKED if touchpoint.type == UNLINKED else LINKED
    others = {name: value for name, value in (touchpoint.properties or {}).items() if name not in _OURS}
    return replace(touchpoint, type=kind, properties={**others, "identity": identity})


def _linked(touchpoint: Touchpoint, came: Place | None) -> Said:
    properties = touchpoint.properties or {}
    other = _name(properties, "to", "the id that is the same customer's")
    if came is None:
        return Said(other)
    return Said(other, _names(properties), properties.get("settled") is True)


def _unlinked(touchpoint: Touchpoint, came: Place | None) -> Said:
    properties = touchpoint.properties or {}
    other = _name(properties, "identity", "the id that is split off") if "identity" in properties else None
    settled = came is not None and properties.get("settled") is True
    return Said(other if settled or other != touchpoint.customer else None, settled=settled)


def _moved(touchpoint: Touchpoint, came: Place | None) -> Said:
    if came is None:
        raise BadRecord("reserved type", "$.type", f"{MOVED!r} is made by the detector alone")
    properties = touchpoint.properties or {}
    alias = _name(properties, "alias", "the id whose state it is")
    return Said(alias, _names(properties), state=_state(properties.get("state")))


def _erased(touchpoint: Touchpoint, _came: Place | None) -> Said:
    return Said(keep=kept_for(touchpoint))


_SAYS: Final = {LINKED: _linked, UNLINKED: _unlinked, MOVED: _moved, ERASED: _erased}


def _name(properties: Mapping[str, Any], field: str, expected: str) -> str:
    name = properties.get(field)
    if not isinstance(name, str) or not name or len(name) > MAX_NAME or name.startswith(_MARKER):
        raise BadRecord("wrong type", f"$.properties.{field}", f"{name!r:.80}; expected {expected}, a text")
    return name


def _names(properties: Mapping[str, Any]) -> tuple[str, ...]:
    names = properties.get("names")
    return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()


def _state(packed: Any) -> State:
    try:
        return decode_state(b64decode(packed, validate=True))
    except (TypeError, ValueError, msgspec.MsgspecError):
        raise BadRecord(
            "wrong type", "$.properties.state", "no state; expected one as the detector writes it"
        ) from None
