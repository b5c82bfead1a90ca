"""follow: fires when its steps have happened in event-time order, late touchpoints read in their place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any, Final

from rules.declaration import Follow, Library, Step, Types
from rules.expression import Scope, compile_touchpoint, parse
from rules.fields import Getter, as_key, getter, matches_any
from rules.firing import Moment, SignalPlan, again_allows, fire
from rules.patterns.matcher import Instances, See
from rules.patterns.run import Completion, Run, Seen, compared_fields, compile_nodes, run_of
from rules.state import State
from rules.touchpoint import Touchpoint

KEEP: Final = 8  # touchpoints read again when a late one comes
LONG_AGO: Final = -1

RUN: Final = 0  # the run, or None
KEPT: Final = 1  # the last touchpoints, by time and then log order
BASE: Final = 2  # the run as it stood before them
FOLDED: Final = 3  # time of the last touchpoint that went into it
DONE: Final = 4  # time of the last completion

Instance = list[Any]


class FollowMatcher:
    """Matches a follow. The n-th of the declared steps speaks by the bit 1 << n of a touchpoint's mask.

    An instance is [run, kept, base, folded, done], as above; the run is what comes of reading ``kept`` from ``base``.
    """

    def __init__(
        self,
        signal: SignalPlan,
        pattern: Follow,
        per: Getter | None,
        library: Library,
        latency_of: Callable[[Types], int],
    ) -> None:
        self.signal = signal
        self.pattern = pattern
        self.per = per
        self.late_by = library.latest_by
        self.late_by_of = library.late_by_of
        self.zone = library.time_zone
        self.nodes = compile_nodes(pattern, latency_of)
        self.timed = any(quiet is not None for quiet in self.nodes.quiet)
        self.same = [getter(field) for field in compared_fields(pattern)]
        self.breakers = sum(1 << at for at, step in enumerate(pattern.steps) if not isinstance(step, Step))
        self.instances = Instances(signal, per is not None, self._due)

    def types(self) -> tuple[str, ...]:
        return tuple(name for step in self.pattern.steps for name in step.types)

    def see_of(self, name: str) -> See:
        """The function that sees touchpoints of one type."""
        certain, asked = 0, []
        for at, step in enumerate(self.pattern.steps):
            if not matches_any(step.types, name):
                continue
            if isinstance(step, Step) and step.where is not None:
                asked.append((1 << at, compile_touchpoint(parse(step.where, Scope(kind="touchpoint")), self.zone)))
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

    def run_at(self, instance: Instance, now: int) -> Run | None:
        """The run as of ``now`` (ms), silences that have ended by then passed; None without one.

        It may wait for a step that has become too late, as what comes later finds out.
        """
        run = None if instance[RUN] is None else self.nodes.settle(run_of(instance[RUN]), now)
        return run if isinstance(run, Run) else None

    def times_of(self, instance: Instance) -> dict[str, int]:
        """The times (ms), by id, of the last touchpoints that had an effect."""
        return {seen.id: seen.time for seen in (Seen(*kept) for kept in instance[KEPT])}

    def wake(self, state: State, at: Moment) -> None:
        for per, instance in self.instances.all(state):
            if self._due(state, per, instance) == at.now:
                completion = self._pass(instance, at.now)
                if completion is not None:
                    fire(state, self.signal, per, completion.ids, at, completion.time)
        self.instances.set_timer(state)

    def adopt(self, state: State, now: int) -> None:
        for per, instance in self.instances.all(state):
            due = self._due(state, per, instance)
            if due is not None and due <= now:
                self._pass(instance, due)
        self.instances.set_timer(state)

    def unite(self, state: State, moved: State, at: Moment) -> None:
        """Takes over another customer's instances; a silence that is over by now, and that neither broke, fires now."""
        at.evicted += self.instances.unite(state, moved, lambda _, ours, theirs: self._joined(ours, theirs, at.now))
        for per, instance in self.instances.all(state):
            completion = self._pass(instance, at.now)
            if completion is not None:
                fire(state, self.signal, per, completion.ids, at)
        self.instances.set_timer(state)

    def _joined(self, ours: Instance, theirs: Instance, now: int) -> Instance:
        """What both keep, read again from the further of the two runs before it; what that completes fires nothing.

        Where nothing is left to be read, that is the further of the two runs, and of two as far the earlier.
        """
        first = max((ours, theirs), key=lambda one: _progress(one[BASE]))
        other = theirs if first is ours else ours
        since = first[FOLDED] if first[BASE] is not None else LONG_AGO
        kept = [*first[KEPT], *(seen for seen in other[KEPT] if seen[0] > since)]
        instance = [None, sorted(kept, key=lambda seen: int(seen[0])), first[BASE], max(ours[FOLDED], theirs[FOLDED])]
        instance.append(max(ours[DONE], theirs[DONE]))
        instance[RUN] = None if first[BASE] is None else run_of(first[BASE])
        self._read_again(instance, instance[KEPT][-1][0] if instance[KEPT] else LONG_AGO)
        self._fold(instance, now)
        return instance

    def _due(self, state: State, per: str | None, instance: Instance) -> int | None:
        run = instance[RUN]
        due = None if run is None else self.nodes.due(run_of(run))
        return due if due is not None and again_allows(state, self.signal, per, due) else None

    def _see(self, state: State, touchpoint: Touchpoint, mask: int, at: Moment) -> None:
        same = [as_key(read(touchpoint)) for read in self.same] if self.same else []
        seen = Seen(touchpoint.time, mask, same, touchpoint.id)
        if self.per is None:
            self._apply(state, None, seen, at)
        elif (per := as_key(self.per(touchpoint))) is not None:
            self._apply(state, per, seen, at)
        else:
            self._break_all(state, seen._replace(mask=mask & self.breakers), at)
        if self.timed:
            self.instances.set_timer(state)

    def _break_all(self, state: State, seen: Seen, at: Moment) -> None:
        """A touchpoint without the per field: it begins and fulfils nothing, but counts as one of `without`."""
        if seen.mask:
            for per, instance in self.instances.all(state):
                self._read(state, per, instance, seen, at)

    def _apply(self, state: State, per: str | None, seen: Seen, at: Moment) -> None:
        instance = self.instances.get(state, per)
        if instance is None:
            instance = [None, [], None, LONG_AGO, LONG_AGO]
        self._read(state, per, instance, seen, at)
        at.evicted += self.instances.put(state, per, instance)

    def _read(self, state: State, per: str | None, instance: Instance, seen: Seen, at: Moment) -> None:
        if at.late or instance[RUN] is not None or seen.mask & self.nodes.begins:
            self._pass(instance, at.now)  # a silence that is over but hasn't fired: `again` forbade it
            completion = self._late(instance, seen, at) if at.late else self._in_order(instance, seen)
            if completion is not None:
                fire(state, self.signal, per, completion.ids, at, completion.time)
        else:
            instance[KEPT].append(seen)
        kept = instance[KEPT]
        if len(kept) > KEEP or (kept and kept[0][0] < at.now - self.late_by):
            self._fold(instance, at.now)

    def _pass(self, instance: Instance, now: int) -> Completion | None:
        """Lets the silences pass that end by now; gives back the completion where that was all."""
        if instance[RUN] is None:
            return None
        settled = self.nodes.settle(run_of(instance[RUN]), now)
        if isinstance(settled, Completion):
            _complete(instance, settled.time, len(instance[KEPT]))
            return settled
        instance[RUN] = settled
        return None

    def _in_order(self, instance: Instance, seen: Seen) -> Completion | None:
        after = self.nodes.feed(instance[RUN], seen)
        if isinstance(after, Completion):
            _complete(instance, after.time, len(instance[KEPT]))
            return after
        instance[RUN] = after
        instance[KEPT].append(seen)
        return None

    def _late(self, instance: Instance, seen: Seen, at: Moment) -> Completion | None:
        """Puts a late touchpoint in its place and reads all that is kept again; gives back the last completion."""
        late_by = self.late_by_of(at.touchpoint.source if at.touchpoint else None)
        if seen.time < max(instance[FOLDED], instance[DONE], at.now - late_by):
            return None
        kept = instance[KEPT]
        kept.insert(bisect_right(kept, seen.time, key=lambda one: one[0]), seen)
        instance[RUN] = None if instance[BASE] is None else run_of(instance[BASE])
        return self._read_again(instance, at.now)

    def _read_again(self, instance: Instance, clock: int) -> Completion | None:
        completion, read = None, 0
        while True:
            more = read < len(instance[KEPT])
            until = instance[KEPT][read][0] if more else clock
            after = None if instance[RUN] is None else self.nodes.settle(instance[RUN], until)
            if more and not isinstance(after, Completion):
                after = self.nodes.feed(after, Seen(*instance[KEPT][read]))
                read += 1
            if isinstance(after, Completion):
                completion = after
                _complete(instance, after.time, read)
                read = 0
                continue
            instance[RUN] = after
            if not more:
                return completion

    def _fold(self, instance: Instance, clock: int) -> None:
        """Lets what is too old, or too much, to be read again go into the run before it."""
        kept = instance[KEPT]
        base = None if instance[BASE] is None else run_of(instance[BASE])
        while kept and (len(kept) > KEEP or kept[0][0] < clock - self.late_by):
            seen = Seen(*kept.pop(0))
            instance[FOLDED] = seen.time
            if base is None and not seen.mask & self.nodes.begins:
                continue
            settled = base and self.nodes.settle(base, seen.time)
            after = self.nodes.feed(settled if isinstance(settled, Run) else None, seen)
            base = after if isinstance(after, Run) else None
        instance[BASE] = base


def _progress(run: Any) -> tuple[int, int, int]:
    """How far a run is: by the awaited step, how often that was fulfilled, and by being early."""
    return (-1, 0, 0) if run is None else (run_of(run).at, run_of(run).done, -run_of(run).since)


def _complete(instance: Instance, time: int, read: int) -> None:
    """A completion uses up all until then: the first ``read`` of what is kept."""
    instance[RUN] = instance[BASE] = None
    instance[KEPT] = instance[KEPT][read:]
    instance[DONE] = time
