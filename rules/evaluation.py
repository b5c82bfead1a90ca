"""The evaluation of one slice: decoded states are staged here, and encoded when the slice is full."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import islice
from typing import Any, Final, NamedTuple, Protocol

from msgspec.structs import replace

from rules.adopting import Adoption, Holding
from rules.context import CONTEXT_KEY, Context, read_context
from rules.context import UPDATED as CONTEXT
from rules.dues import Dues
from rules.firing import ADDRESSED, Firing, Moment
from rules.forgetting import begin_life
from rules.identity import trigger_id
from rules.linking import Linking, forwarded
from rules.links import IDENTITY, Links, Place, place_in
from rules.policy import Decision, cancel_all, decide, decided, refused
from rules.profile import UPDATED, check_profile
from rules.related import address, addressed, people
from rules.slice import DeadLetter, Forward, LogRecord, Outgoing, Slice
from rules.state import NEVER, UNBORN, State, decode_state, due_of, encode_state
from rules.step import Outcome as Applied
from rules.step import advance, step
from rules.switch import SWITCHED, Switch, read_switch
from rules.touchpoint import BadRecord, Control, Touchpoint, decode_control, decode_touchpoint
from rules.wire import (
    ASIDE,
    MARKER_KEY,
    Marker,
    encode_cancel,
    encode_decision,
    encode_marker,
    encode_refusal,
    encode_trigger,
    rfc3339,
)

MAX_CHANGES: Final = 512 * 1024  # bytes of one slice's changelog, so that it is one record batch
MAX_TIMERS: Final = 5_000  # moments in one slice, so that a million at 08:00 don't block a partition
GROWTH: Final = 192  # bytes that a touchpoint may add to a state, by a generous guess
OVERHEAD: Final = 80  # bytes of a record beside key and value, by a generous guess
SPECIAL: Final = frozenset({"clock.tick", "library.switched", "signal.fired", ADDRESSED, CONTEXT, UPDATED})

Decode = Callable[[Any], Touchpoint]
"""Gives a record's touchpoint, as `decode_touchpoint` would of its value; raises BadRecord as it does."""


class States(Protocol):
    def get(self, key: bytes, /) -> bytes | None: ...
    def items(self) -> Iterable[tuple[bytes, bytes]]: ...


class Reading(NamedTuple):
    """How a partition reads its log: as `Partition` says."""

    number: int
    log_clock: bool
    decode: Decode | None
    loops: bool


class Evaluation:
    """One slice in the making.

    ``careful`` keeps a copy of the state before each record, so that the one record which can't be evaluated can be
    left out; it is only used after the quick way has failed.
    """

    def __init__(
        self,
        library: Holding,
        states: States,
        dues: Dues,
        marker: Marker,
        context: Context,
        reading: Reading,
        careful: bool,
    ) -> None:
        self.plan, self.states, self.dues, self.marker = library.plan, states, dues, marker
        self.library = library
        self.log_clock, self.careful, self.decode = reading.log_clock, careful, reading.decode
        self.number, self.loops = reading.number, reading.loops
        self.staged: dict[bytes, State] = {}
        self.gone: set[bytes] = set()
        self.record: LogRecord
        self.key = b""
        self.size = 0
        self.slice = Slice(offset=marker.offset, time=marker.time)
        self.context = context
        self.plan.surroundings.values = context.values
        self.forwarding, self.made = marker.unfinished

    def run(self, records: Iterable[LogRecord]) -> Slice:
        done, passed, loops = self.slice, self.marker.offset, self.loops
        for record in records:
            offset, key = record.offset, record.key
            if offset > passed:
                if self.size > MAX_CHANGES or done.stats.timers >= MAX_TIMERS:
                    break
                try:
                    if key:
                        self._touchpoint(record, key)
                    elif not self._control(record):
                        break
                except BadRecord as bad:
                    if key and record.value is None:  # for those who keep tables: an erased customer's last record
                        done.stats.deletions += 1
                    else:
                        self._dead(record, bad.reason, bad.place, bad.detail)
                done.offset = offset
            done.consumed += 1
            if loops and done.forwards:
                break
        return self._finished()

    def undo(self) -> None:
        """Puts the index of dues back for all customers that were touched."""
        for key in (*self.staged, *self.gone):
            raw = self.states.get(key)
            if raw is not None:
                self.dues.moved(key, due_of(raw))

    def _finished(self) -> Slice:
        done = self.slice
        changes: list[tuple[bytes, bytes | None]] = [(key, encode_state(state)) for key, state in self.staged.items()]
        changes += [(key, None) for key in sorted(self.gone) if key not in self.staged]
        if done.context is not None:
            changes.append((CONTEXT_KEY, done.context.encoded()))
        if self.forwarding > done.offset:
            done.unfinished = self.forwarding, self.made
        if done.offset != self.marker.offset or changes:
            told = self.marker
            marker = Marker(told.log, done.offset, done.time, told.library, told.digest, done.unfinished)
            changes.append((MARKER_KEY, encode_marker(marker)))
        done.changes = changes
        return done

    def _touchpoint(self, record: LogRecord, key: bytes) -> None:
        touchpoint = _decoded(record, key, self.decode)
        if touchpoint.type in SPECIAL:
            self._check(touchpoint)
        if not self.log_clock and touchpoint.time > record.timestamp:
            self._set_back(touchpoint, record.timestamp)
        state = self.staged.get(key) or self._stage(key, touchpoint.time)
        self.size += GROWTH
        raw = record.value or b""
        self.record, self.key, due = record, key, state.due
        linked = state.links is not None or touchpoint.forwarded is not None or touchpoint.type in IDENTITY
        if self.careful:
            self._carefully(partial(self._take if linked else self._step, state, touchpoint, raw))
        elif linked:
            self._take(state, touchpoint, raw)
        else:
            self.step(state, touchpoint, len(raw))
        if state.due != due:
            self.dues.moved(key, state.due)

    def _check(self, touchpoint: Touchpoint) -> None:
        """Sees whether a touchpoint of a type that means something to the detector may be one."""
        if touchpoint.type == ADDRESSED and place_in(touchpoint.forwarded) is not None:
            return
        if touchpoint.type != UPDATED:
            raise BadRecord("reserved type", "$.type", f"{touchpoint.type!r} is made by the detector alone")
        self.slice.stats.too_large += check_profile(touchpoint)

    def _take(self, state: State, touchpoint: Touchpoint, raw: bytes) -> None:
        # The linking isn't kept: it would close a circle, and hold all states until a collection.
        Linking(self.plan, self, self.slice.stats, self._done).take(state, touchpoint, raw)

    def _step(self, state: State, touchpoint: Touchpoint, raw: bytes) -> None:
        self.step(state, touchpoint, len(raw))

    def step(self, state: State, touchpoint: Touchpoint, size: int) -> Applied:
        """Applies a touchpoint to the state of its customer."""
        outcome = step(self.plan, state, touchpoint, size, self._done)
        stats = self.slice.stats
        stats.touchpoints[touchpoint.type] += 1
        if outcome != "applied":
            stats.outcomes[outcome] += 1
        return outcome

    def decide_addressed(self, state: State, touchpoint: Touchpoint, size: int) -> None:
        """Decides a firing that another customer has made for the one at hand."""
        if self.step(state, touchpoint, size) == "duplicate":
            return
        firing = addressed(self.plan, touchpoint, state.clock)
        if firing is None:
            detail = f"{(touchpoint.properties or {}).get('signal')!r:.80}; expected a signal of the library that runs"
            self._dead(self.record, "unknown signal", "$.properties.signal", detail)
        else:
            self._done(state, Moment(firing.moment, None, firing.late, firings=[firing]))

    def _own(self, state: State, at: Moment) -> Moment:
        """The firings that are decided here: those for others go to them, unless that isn't to be."""
        own, customer = list[Firing](), self.key.decode()
        for firing in at.firings:
            then, live = firing.signal.declared.then, firing.signal.declared.status == "live"
            if then.to is None or firing.about is not None or firing.refused or not live:
                own.append(firing)
                continue
            found = people(state.profile, then.to)
            if not found:
                own.append(replace(firing, lost=True))
            for one in found:
                self.forward(one, address(firing, customer, state))
        return replace(at, firings=own)

    def forward(self, to: str, fields: Mapping[str, Any]) -> None:
        """Sends the record at hand, or what is made of it, to another customer."""
        offset = self.record.offset
        if self.forwarding != offset:
            self.forwarding, self.made = offset, 0
        place = Place(self.number, offset, self.made)
        self.made += 1
        self.slice.forwards.append(Forward(to.encode(), forwarded(fields, to, place), offset))

    def refuse(self, touchpoint: Touchpoint, other: str, detail: str) -> None:
        """Decides that a link isn't made: the customer has too many identities."""
        done, customer, moment = self.slice, touchpoint.customer, rfc3339(touchpoint.time)
        identifier = trigger_id(touchpoint.type, customer, other, touchpoint.time)
        decision = encode_refusal(self.plan, touchpoint, identifier, moment, other, detail)
        done.decisions.append(Outgoing("", self.key, decision))
        done.firings.append(refused(touchpoint, other, self.record.timestamp))

    def take_back(self, state: State, touchpoint: Touchpoint) -> int:
        """Cancels all triggers of the customer at hand, who is erased; the moment (ms) of that."""
        now = touchpoint.time if self.log_clock else self.record.timestamp
        customer = self.key.decode()
        for decision in cancel_all(self.plan.policy, customer, state, touchpoint, self.record.timestamp):
            self._decided(customer, state, decision)
        return now

    def _set_back(self, touchpoint: Touchpoint, append_time: int) -> None:
        """A publisher's clock may run ahead: a time in the future is set back to the append time, and counted."""
        stats = self.slice.stats
        stats.set_back += 1
        stats.largest_skew = max(stats.largest_skew, touchpoint.time - append_time)
        touchpoint.time = append_time

    def _stage(self, key: bytes, time: int) -> State:
        """The state of a customer who has a record or a timer at ``time`` (ms)."""
        raw = self._raw(key)
        if raw is not None:
            state = decode_state(raw)
        else:
            state = self.plan.born()
            begin_life(state, time, self.plan.library.forget_after)
            self.dues.moved(key, state.due)
        self.staged[key] = state
        self.size += len(key) + OVERHEAD + (len(raw) if raw else 0)
        return state

    def _raw(self, key: bytes) -> bytes | None:
        """A customer's encoded state as it was before this slice; None where it has gone within it."""
        return None if key in self.gone else self.states.get(key)

    def _control(self, record: LogRecord) -> bool:
        if record.value is None:
            raise BadRecord("no value", "", "neither a key nor a value; expected a touchpoint keyed by its customer")
        control = decode_control(record.value)
        if control.type == SWITCHED:
            return self._switch(record, read_switch(control, record.offset))
        if control.type == CONTEXT:
            self._change_context(control, record)
            return True
        if control.type != "clock.tick":
            raise BadRecord("no key", "", f"a {control.type!r} without a key; expected the customer as the key")
        if control.time is None:
            raise BadRecord("wrong type", "$.time", "a tick without a time; expected epoch milliseconds")
        return self._tick(record, self._judged(control.time, record))

    def _change_context(self, control: Control, record: LogRecord) -> None:
        """What is so for everybody from this record on; nothing fires by it."""
        stats, change = self.slice.stats, read_context(control)
        stats.too_large += change.too_large
        self.context, gone = self.context.updated(change.properties, self._judged(change.time, record))
        stats.evicted += gone
        self.slice.context, self.size = self.context, self.size + len(record.value or b"")
        self.plan.surroundings.values = self.context.values

    def _judged(self, time: int, record: LogRecord) -> int:
        return time if self.log_clock else min(time, record.timestamp)

    def _switch(self, record: LogRecord, switch: Switch) -> bool:
        """Goes over to another library, after all that the old one makes of the time until then.

        It is the last record of its slice, and where all customers go over at once the only one.
        """
        if switch.sequence <= self.marker.library:
            return True
        time = self._judged(switch.time, record)
        if not self._tick(record, time):
            return False
        adoption = self.library.adoption(switch)
        if adoption is None:
            self.slice.awaiting = switch
            return False
        if adoption.everyone and (self.staged or self.gone or not self._sweep(record, switch, adoption, time)):
            return False
        self._switched(record, switch, adoption)
        return False

    def _switched(self, record: LogRecord, switch: Switch, adoption: Adoption) -> None:
        """Ends the slice behind this record; no other pays for asking whether it was one."""
        done = self.slice
        done.switched, done.offset = switch.sequence, record.offset
        done.consumed += 1
        self.marker = replace(self.marker, library=switch.sequence, digest=adoption.new.digest)

    def _sweep(self, record: LogRecord, switch: Switch, adoption: Adoption, time: int) -> bool:
        """Takes customers over to another library; False where they are too many for one slice."""
        done, sweep = self.slice, self.library.sweep(switch, adoption, self.states, ASIDE)
        for key in islice(sweep.keys, sweep.at, None):
            if self.size > MAX_CHANGES or done.swept >= MAX_TIMERS:
                return False
            self._adopt(record, key, adoption, time)
            done.swept += 1
        return True

    def _adopt(self, record: LogRecord, key: bytes, adoption: Adoption, time: int) -> None:
        self.record, self.key = record, key
        if self.states.get(key) is None:
            state = self.staged[key] = adoption.born(key)
            self.size += len(key) + OVERHEAD + len(encode_state(state))
        else:
            state = self._stage(key, time)
            if not self.careful:
                adoption.adopt(key, state, time)
            elif not self._carefully(lambda: adoption.adopt(key, state, time)):
                adoption.give_up(self.staged[key])
        self.dues.moved(key, self.staged[key].due)

    def _tick(self, record: LogRecord, time: int) -> bool:
        """Fires all timers due by then, in order of (due, customer); False where there are too many for one slice."""
        stats = self.slice.stats
        while (entry := self.dues.pop(time)) is not None:
            due, key = entry
            if self._due_of(key) == due:
                self._wake(record, key, due)
                stats.timer_lateness = max(stats.timer_lateness, record.timestamp - due)
                stats.timers += 1
            self.dues.moved(key, self._due_of(key))
            if self.size > MAX_CHANGES or stats.timers >= MAX_TIMERS:
                return False
        self.slice.time = max(self.slice.time, time)
        return True

    def _due_of(self, key: bytes) -> int:
        state = self.staged.get(key)
        if state is not None:
            return state.due
        raw = self._raw(key)
        return NEVER if raw is None else due_of(raw)

    def _wake(self, record: LogRecord, key: bytes, due: int) -> None:
        state = self.staged.get(key) or self._stage(key, due)
        self.size += GROWTH
        self.record, self.key = record, key
        if not self.careful:
            advance(self.plan, state, key.decode(), due, self._done)
        elif not self._carefully(lambda: advance(self.plan, state, key.decode(), due, self._done)):
            self._give_up_timers(self.staged[key], due)
        state = self.staged[key]
        if state.clock == UNBORN and state.due == NEVER and not _is_linked(state.links):
            self._forget(key)

    def _give_up_timers(self, state: State, due: int) -> None:
        """For a customer whose timers can't be evaluated; that for forgetting them stays."""
        life = self.plan.library.forget_after
        state.drop_timers(due)
        begin_life(state, max(state.clock, due + 1 - life), life)

    def _forget(self, key: bytes) -> None:
        """Nothing is kept of a customer any more: what comes next begins as for one never seen."""
        del self.staged[key]
        self.gone.add(key)

    def _carefully(self, evaluate: Callable[[], object]) -> bool:
        """Evaluates; where that fails, restores the customer's state and makes the record a dead letter."""
        key, done = self.key, self.slice
        kept = encode_state(self.staged[key])
        lengths = len(done.triggers), len(done.decisions), len(done.firings), len(done.forwards)
        try:
            evaluate()
            encode_state(self.staged[key])
        except Exception as error:  # one customer's trouble must not stop the others
            self.staged[key] = decode_state(kept)
            del done.triggers[lengths[0] :], done.decisions[lengths[1] :], done.firings[lengths[2] :]
            del done.forwards[lengths[3] :]
            if isinstance(error, BadRecord):
                raise
            self._dead(self.record, "evaluation failed", "", f"{type(error).__name__}: {error}")
            return False
        return True

    def _dead(self, record: LogRecord, reason: str, place: str, detail: str) -> None:
        letter = DeadLetter(record.offset, reason, place, detail, record.key, record.value)
        self.slice.dead_letters.append(letter)

    def _done(self, state: State, at: Moment) -> None:
        """Decides the firings of one moment of the customer at hand."""
        self.slice.stats.evicted += at.evicted
        self.slice.stats.forgotten += at.forgotten
        if at.firings and self.plan.addresses:
            at = self._own(state, at)
        if at.firings or state.policy:
            append_time = None if self.log_clock else self.record.timestamp
            customer = self.key.decode()
            for decision in decide(self.plan.policy, customer, state, at, append_time):
                self._decided(customer, state, decision)

    def _decided(self, customer: str, state: State, decision: Decision) -> None:
        firing, done, key, channel = decision.firing, self.slice, self.key, decision.channel
        first = decision.of or customer
        identifier = firing.identity(first)
        moment = rfc3339(firing.moment)
        done.decisions.append(
            Outgoing("", key, encode_decision(self.plan, customer, identifier, moment, decision, state))
        )
        if decision.outcome == "sent" and channel is not None:
            raw = encode_trigger(self.plan, customer, identifier, moment, decision, state)
            done.triggers.append(Outgoing(channel.name, key, raw))
        elif decision.went and channel is not None:
            raw = encode_cancel(self.plan, first, identifier, decision)
            done.triggers.append(Outgoing(channel.name, first.encode(), raw))
        done.firings.append(decided(decision, self.record.timestamp))


def _is_linked(links: Links | None) -> bool:
    """Whether there are other identities, whose records still come here."""
    return links is not None and bool(links.identities or links.alias)


def _decoded(record: LogRecord, key: bytes, decode: Decode | None) -> Touchpoint:
    value = record.value
    if value is None:
        raise BadRecord("no value", "", "a key without a value; expected a touchpoint")
    if key in ASIDE:
        raise BadRecord("wrong key", "$.customer", "a key of the detector's own; expected a customer")
    touchpoint = decode_touchpoint(value) if decode is None else decode(record)
    if touchpoint.customer.encode() != key:
        raise BadRecord("wrong key", "$.customer", f"the key isn't the customer {touchpoint.customer!r}")
    return touchpoint
