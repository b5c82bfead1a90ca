"""The evaluation of one slice: decoded states are staged here, and encoded when the slice is full."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from typing import Any, Final, Protocol

from msgspec.structs import replace

from rules.adopting import Adoption, Holding
from rules.dues import Dues
from rules.firing import Moment
from rules.identity import trigger_id
from rules.policy import Decision, decide, decided
from rules.slice import DeadLetter, LogRecord, Outgoing, Slice
from rules.state import NEVER, State, decode_state, due_of, encode_state
from rules.step import advance, step
from rules.switch import SWITCHED, Switch, read_switch
from rules.touchpoint import BadRecord, Touchpoint, decode_control, decode_touchpoint
from rules.wire import MARKER_KEY, Marker, encode_decision, encode_marker, encode_trigger, rfc3339

MAX_CHANGES: Final = 512 * 1024  # bytes of one slice's changelog, so that it is one record batch
MAX_TIMERS: Final = 5_000  # moments in one slice, so that a million at 08:00 don't block a partition
GROWTH: Final = 192  # bytes that a touchpoint may add to a state, by a generous guess
OVERHEAD: Final = 80  # bytes of a record beside key and value, by a generous guess
RESERVED: Final = frozenset({"clock.tick", "library.switched", "signal.fired"})


Decode = Callable[[Any], Touchpoint]
"""Gives a record's touchpoint, as `decode_touchpoint` would of its value; raises BadRecord as it does."""


class States(Protocol):
    def get(self, key: bytes, /) -> bytes | None: ...
    def items(self) -> Iterable[tuple[bytes, bytes]]: ...


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
        log_clock: bool,
        careful: bool,
        decode: Decode | None = None,
    ) -> None:
        self.plan, self.states, self.dues, self.marker = library.plan, states, dues, marker
        self.library = library
        self.log_clock, self.careful, self.decode = log_clock, careful, decode
        self.staged: dict[bytes, State] = {}
        self.record: LogRecord
        self.key = b""
        self.size = 0
        self.slice = Slice(offset=marker.offset, time=marker.time)

    def run(self, records: Iterable[LogRecord]) -> Slice:
        done, passed = self.slice, self.marker.offset
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
                    self._dead(record, bad.reason, bad.place, bad.detail)
                done.offset = offset
            done.consumed += 1
        return self._finished()

    def undo(self) -> None:
        """Puts the index of dues back for all customers that were touched."""
        for key in self.staged:
            raw = self.states.get(key)
            if raw is not None:
                self.dues.moved(key, due_of(raw))

    def _finished(self) -> Slice:
        done = self.slice
        changes: list[tuple[bytes, bytes]] = [(key, encode_state(state)) for key, state in self.staged.items()]
        if done.offset != self.marker.offset or changes:
            marker = Marker(self.marker.log, done.offset, done.time, self.marker.library, self.marker.digest)
            changes.append((MARKER_KEY, encode_marker(marker)))
        done.changes = changes
        return done

    def _touchpoint(self, record: LogRecord, key: bytes) -> None:
        touchpoint = _decoded(record, key, self.decode)
        if not self.log_clock and touchpoint.time > record.timestamp:
            self._set_back(touchpoint, record.timestamp)
        state = self.staged.get(key) or self._stage(key)
        self.size += GROWTH
        size = len(record.value or b"")
        self.record, self.key, due = record, key, state.due
        if self.careful:
            self._carefully(partial(self._step, state, touchpoint, size))
        else:
            self._step(state, touchpoint, size)
        if state.due != due:
            self.dues.moved(key, state.due)

    def _step(self, state: State, touchpoint: Touchpoint, size: int) -> None:
        outcome = step(self.plan, state, touchpoint, size, self._done)
        stats = self.slice.stats
        stats.touchpoints[touchpoint.type] += 1
        if outcome != "applied":
            stats.outcomes[outcome] += 1

    def _set_back(self, touchpoint: Touchpoint, append_time: int) -> None:
        """A publisher's clock may run ahead: a time in the future is set back to the append time, and counted."""
        stats = self.slice.stats
        stats.set_back += 1
        stats.largest_skew = max(stats.largest_skew, touchpoint.time - append_time)
        touchpoint.time = append_time

    def _stage(self, key: bytes) -> State:
        raw = self.states.get(key)
        state = self.plan.born() if raw is None else decode_state(raw)
        self.staged[key] = state
        self.size += len(key) + OVERHEAD + (len(raw) if raw else 0)
        return state

    def _control(self, record: LogRecord) -> bool:
        if record.value is None:
            raise BadRecord("no value", "", "neither a key nor a value; expected a touchpoint keyed by its customer")
        control = decode_control(record.value)
        if control.type == SWITCHED:
            return self._switch(record, read_switch(control, record.offset))
        if control.type != "clock.tick":
            raise BadRecord("no key", "", f"a {control.type!r} without a key; expected the customer as the key")
        if control.time is None:
            raise BadRecord("wrong type", "$.time", "a tick without a time; expected epoch milliseconds")
        return self._tick(record, self._judged(control.time, record))

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
        if adoption.everyone and (self.staged or not self._sweep(record, switch, adoption, time)):
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
        done, sweep = self.slice, self.library.sweep(switch, adoption, self.states, MARKER_KEY)
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
            state = self._stage(key)
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
        raw = self.states.get(key)
        return NEVER if raw is None else due_of(raw)

    def _wake(self, record: LogRecord, key: bytes, due: int) -> None:
        state = self.staged.get(key) or self._stage(key)
        self.size += GROWTH
        self.record, self.key = record, key
        if not self.careful:
            advance(self.plan, state, key.decode(), due, self._done)
        elif not self._carefully(lambda: advance(self.plan, state, key.decode(), due, self._done)):
            self.staged[key].drop_timers(due)

    def _carefully(self, evaluate: Callable[[], object]) -> bool:
        """Evaluates; where that fails, restores the customer's state and makes the record a dead letter."""
        key, done = self.key, self.slice
        kept = encode_state(self.staged[key])
        lengths = len(done.triggers), len(done.decisions), len(done.firings)
        try:
            evaluate()
            encode_state(self.staged[key])
        except Exception as error:  # noqa: BLE001  # one customer's trouble must not stop the others
            self.staged[key] = decode_state(kept)
            del done.triggers[lengths[0] :], done.decisions[lengths[1] :], done.firings[lengths[2] :]
            self._dead(self.record, "evaluation failed", "", f"{type(error).__name__}: {error}")
            return False
        return True

    def _dead(self, record: LogRecord, reason: str, place: str, detail: str) -> None:
        letter = DeadLetter(record.offset, reason, place, detail, record.key, record.value)
        self.slice.dead_letters.append(letter)

    def _done(self, state: State, at: Moment) -> None:
        """Decides the firings of one moment of the customer at hand."""
        self.slice.stats.evicted += at.evicted
        if at.firings:
            append_time = None if self.log_clock else self.record.timestamp
            for decision in decide(at.firings, append_time):
                self._decided(state, decision)

    def _decided(self, state: State, decision: Decision) -> None:
        firing, done, key = decision.firing, self.slice, self.key
        customer, channel = key.decode(), firing.signal.declared.then.channel
        identifier = trigger_id(firing.signal.name, customer, firing.per, firing.moment)
        moment = rfc3339(firing.moment)
        done.decisions.append(Outgoing("", key, encode_decision(self.plan, customer, identifier, moment, decision)))
        if decision.outcome == "sent" and channel is not None:
            raw = encode_trigger(self.plan, customer, identifier, moment, decision, state)
            done.triggers.append(Outgoing(channel, key, raw))
        done.firings.append(decided(decision, self.record.timestamp))


def _decoded(record: LogRecord, key: bytes, decode: Decode | None) -> Touchpoint:
    value = record.value
    if value is None:
        raise BadRecord("no value", "", "a key without a value; expected a touchpoint")
    if key == MARKER_KEY:
        raise BadRecord("wrong key", "$.customer", "the key of the partition record; expected a customer")
    touchpoint = decode_touchpoint(value) if decode is None else decode(record)
    if touchpoint.customer.encode() != key:
        raise BadRecord("wrong key", "$.customer", f"the key isn't the customer {touchpoint.customer!r}")
    if touchpoint.type in RESERVED:
        raise BadRecord("reserved type", "$.type", f"{touchpoint.type!r} is made by the detector alone")
    return touchpoint
