"""follow: fires when its steps have happened in event-time order, late touchpoints read in their place."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, Final

from rules.declaration import Follow, Step
from rules.expression import Scope, compile_touchpoint, parse
from rules.fields import Getter, as_key, getter, matches_any
from rules.firing import Moment, SignalPlan, again_allows, fire
from rules.patterns.matcher import Instances, See
from rules.patterns.run import Completion, Run, Seen, compared_fields, compile_nodes
from rules.state import State
from rules.touchpoint import Touchpoint

KEPT: Final = 8  # touchpoints read again when a late one comes
LONG_AGO: Final = -1


class Instance:
    """One instance, as kept: the run, the last touchpoints, the run before them, and how far back it is settled.

    ``folded``: time of the last touchpoint that went into ``base``. ``done``: time of the last completion.
    """

    __slots__ = ("base", "done", "folded", "kept", "run")

    def __init__(self, raw: list[Any] | None) -> None:
        run, kept, base, folded, done = raw or (None, [], None, LONG_AGO, LONG_AGO)
        self.folded: int = folded
        self.done: int = done
        self.run = Run(*run) if run else None
        self.base = Run(*base) if base else None
        self.kept = [Seen(*seen) for seen in kept]

    def encoded(self) -> list[Any]:
        return [self.run, self.kept, self.base, self.folded, self.done]

    def complete(self, time: int, read: int) -> None:
        """A completion uses up all until then: the first ``read`` of what is kept."""
        self.run = self.base = None
        self.kept = self.kept[read:]
        self.done = time


class FollowMatcher:
    """Matches a follow. The n-th of the declared steps speaks by the bit 1 << n of a touchpoint's mask."""

    def __init__(self, signal: SignalPlan, pattern: Follow, per: Getter | None, late_by: int) -> None:
        self.signal = signal
        self.pattern = pattern
        self.per = per
        self.late_by = late_by
        self.nodes = compile_nodes(pattern)
        self.same = [getter(field) for field in compared_fields(pattern)]
        self.breakers = sum(1 << at for at, step in enumerate(pattern.steps) if not isinstance(step, Step))
        self.instances = Instances(signal.key, per is not None, self._due)

    def types(self) -> tuple[str, ...]:
        return tuple(name for step in self.pattern.steps for name in step.types)

    def see_of(self, name: str) -> See:
        """The function that sees touchpoints of one type."""
        certain, asked = 0, []
        for at, step in enumerate(self.pattern.steps):
            if not matches_any(step.types, name):
                continue
            if isinstance(step, Step) and step.where is not None:
                asked.append((1 << at, compile_touchpoint(parse(step.where, Scope(kind="touchpoint")))))
            else:
                certain |= 1 << at

        def see(state: State, touchpoint: Touchpoint, at: Moment) -> None:
            mask = certain
            for bit, where in asked:
                if where(touchpoint):
                    mask |= bit
            if mask:
                self._see(state, touchpoint, mask, at)

        return see

    def wake(self, state: State, at: Moment) -> None:
        for per, raw in self.instances.all(state):
            if self._due(state, per, raw) == at.now:
                self._complete_by_time(state, per, raw, at)
        self.instances.set_timer(state)

    def _complete_by_time(self, state: State, per: str | None, raw: list[Any], at: Moment) -> None:
        instance = Instance(raw)
        completion = instance.run and self.nodes.settle(instance.run, at.now)
        if isinstance(completion, Completion):
            instance.complete(completion.time, len(instance.kept))
            raw[:] = instance.encoded()
            fire(state, self.signal, per, completion.ids, at)

    def _due(self, state: State, per: str | None, raw: list[Any]) -> int | None:
        due = self.nodes.due(Run(*raw[0])) if raw[0] else None
        return due if due is not None and again_allows(state, self.signal, per, due) else None

    def _see(self, state: State, touchpoint: Touchpoint, mask: int, at: Moment) -> None:
        same = [as_key(read(touchpoint)) for read in self.same]
        seen = Seen(touchpoint.time, mask, same, touchpoint.id)
        if self.per is None:
            self._apply(state, None, seen, at)
        elif (per := as_key(self.per(touchpoint))) is not None:
            self._apply(state, per, seen, at)
        else:
            self._break_all(state, seen._replace(mask=mask & self.breakers), at)
        self.instances.set_timer(state)

    def _break_all(self, state: State, seen: Seen, at: Moment) -> None:
        """A touchpoint without the per field: it begins and fulfils nothing, but counts as one of `without`."""
        if seen.mask:
            for per, raw in self.instances.all(state):
                raw[:] = self._read(state, per, Instance(raw), seen, at).encoded()

    def _apply(self, state: State, per: str | None, seen: Seen, at: Moment) -> None:
        instance = self._read(state, per, Instance(self.instances.get(state, per)), seen, at)
        at.evicted += self.instances.put(state, per, instance.encoded())

    def _read(self, state: State, per: str | None, instance: Instance, seen: Seen, at: Moment) -> Instance:
        self._let_pass(instance, at.now)
        completion = self._late(instance, seen, at.now) if at.late else self._in_order(instance, seen)
        if completion is not None:
            fire(state, self.signal, per, completion.ids, at)
        self._fold(instance, at.now)
        return instance

    def _let_pass(self, instance: Instance, now: int) -> None:
        """A silence at the end that is over by now, but hasn't fired: `again` forbade it, and it isn't made up for."""
        completion = instance.run and self.nodes.settle(instance.run, now)
        if isinstance(completion, Completion):
            instance.complete(completion.time, len(instance.kept))

    def _in_order(self, instance: Instance, seen: Seen) -> Completion | None:
        settled = instance.run and self._settled(instance.run, seen.time)
        after = self.nodes.feed(settled, seen)
        if isinstance(after, Completion):
            instance.complete(after.time, len(instance.kept))
            return after
        instance.run = after
        instance.kept.append(seen)
        return None

    def _settled(self, run: Run, until: int) -> Run | None:
        """The run after the silences until then; a silence at the end has fired by its timer before."""
        settled = self.nodes.settle(run, until)
        return settled if isinstance(settled, Run) else None

    def _late(self, instance: Instance, seen: Seen, clock: int) -> Completion | None:
        """Puts a late touchpoint in its place and reads all that is kept again; gives back the last completion."""
        if seen.time < max(instance.folded, instance.done, clock - self.late_by):
            return None
        instance.kept.insert(bisect_right(instance.kept, seen.time, key=lambda kept: kept.time), seen)
        completions = []
        at, instance.run = 0, instance.base
        while True:
            more = at < len(instance.kept)
            settled = instance.run and self.nodes.settle(instance.run, instance.kept[at].time if more else clock)
            if isinstance(settled, Completion):
                completions.append(settled)
                instance.complete(settled.time, at)
                at = 0
                continue
            instance.run = settled
            if not more:
                return completions[-1] if completions else None
            after = self.nodes.feed(settled, instance.kept[at])
            at += 1
            if isinstance(after, Completion):
                completions.append(after)
                instance.complete(after.time, at)
                at = 0
            else:
                instance.run = after

    def _fold(self, instance: Instance, clock: int) -> None:
        """Lets what is too old, or too much, to be read again go into the run before it."""
        kept = instance.kept
        while kept and (len(kept) > KEPT or kept[0].time < clock - self.late_by):
            seen = kept.pop(0)
            settled = instance.base and self._settled(instance.base, seen.time)
            after = self.nodes.feed(settled, seen)
            instance.base = after if isinstance(after, Run) else None
            instance.folded = seen.time
