"""when: fires as a condition turns from false to true, by a touchpoint or by time alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rules.features import FeaturePlan, Readable
from rules.firing import FIRED, Condition, Moment, SignalPlan, again_allows, fire, forget, seen_by_when
from rules.past import Past
from rules.patterns.matcher import Instances
from rules.state import UNBORN, State
from rules.touchpoint import Touchpoint

CENTURIES: Final = 300 * 365 * 24 * 3_600_000  # how far ahead a condition about dates is looked at (ms)
SCAN_LIMIT: Final = 64  # moments looked ahead at once; behind them a timer looks again
TRUE_BEFORE: Final = -1  # true, but not turned so: it fires only after it has been false
SINCE: Final = 0
AS_OF: Final = 1
DUE: Final = 2

_ALONE: Final = (None,)
_NONE: Final = ()

Before = list[tuple[str | None, Any]]


@dataclass(frozen=True, slots=True)
class Reads:
    """What a condition reads: features and stories of the customer, features kept per the signal's field, touchpoint
    fields."""

    shared: tuple[tuple[Readable, str | None], ...]
    own: tuple[FeaturePlan, ...]
    profile: bool
    touchpoint: bool

    def concern(self, name: str) -> bool:
        """Whether a touchpoint of this type can change the value."""
        features = [*(plan for plan, _ in self.shared), *self.own]
        by_profile = self.profile and name == "profile.updated"
        by_touchpoint = self.touchpoint and name != FIRED
        return by_touchpoint or by_profile or any(plan.concerns(name) for plan in features)

    def parts(self) -> set[int]:
        """The keys of the parts that it is read from."""
        return {plan.key for plan, _ in self.shared} | {plan.key for plan in self.own}

    def all_instances(self, name: str) -> bool:
        """Whether a touchpoint of this type can change instances of other per values than its own."""
        return (self.profile and name == "profile.updated") or any(plan.concerns(name) for plan, _ in self.shared)

    def instances(self, state: State) -> list[str]:
        """The per values that such a feature keeps."""
        return list(dict.fromkeys(key for plan in self.own for key in state.parts.get(plan.key, ())))


class EdgeMatcher:
    """A condition that only a touchpoint can turn true: its value just before the touchpoint is asked for then."""

    def __init__(self, signal: SignalPlan, condition: Condition, reads: Reads) -> None:
        self.signal, self.condition, self.reads = signal, condition, reads


class WhenMatcher:
    """A condition that time can turn, that must hold, or that is kept per the value of a field.

    An instance is kept only where it has a timer or a `hold`: [true since, as of, due]. ``since`` is None while it
    is false, TRUE_BEFORE while it is true without having turned so, or after it has fired. Where it reads ``several``
    features per its field it is always kept: it ends with the value in any of them, and what the others still keep
    doesn't tell that it has ended.
    """

    def __init__(
        self,
        signal: SignalPlan,
        condition: Condition,
        reads: Reads,
        moving: tuple[Condition, ...],
        per: Callable[[Touchpoint], str | None] | None,
        timed: bool,
        hold: int | None,
        clocked: bool = False,
    ) -> None:
        self.signal, self.condition, self.reads, self.moving = signal, condition, reads, moving
        self.per, self.timed, self.hold = per, timed, hold or 0
        self.horizon = CENTURIES if clocked else 0
        self.several = len(reads.own) > 1
        self.keeps = timed or hold is not None or self.several
        self.instances = Instances(signal, per is not None, _due)

    def turned_by_dates(self) -> bool:
        """Whether a date that the library says turns a comparison for a customer of whom nothing is known."""
        return self.timed and self.per is None and any(True for _ in self._flips(State(), None, 0))

    def before(self, state: State, touchpoint: Touchpoint, every: bool, now: int) -> Before:
        """Of one with `hold`: since when each instance that the touchpoint concerns is true, just before it."""
        own = self.per(touchpoint) if self.per else None
        return [(per, self._before(state, per, now)) for per in self._asked(state, own, every)]

    def after(self, state: State, before: Before, at: Moment, counts: bool) -> None:
        """Of one with `hold`: asks again, and sets timers anew. Where it doesn't count, what turned was true before."""
        for per, since in before:
            if self.per and not self._lives(state, per):
                self.instances.end(state, per)
            elif not self._true(state, per, at.now):
                self._keep(state, per, None, at.now)
            elif since is None:
                self._keep(state, per, at.now if counts else TRUE_BEFORE, at.now)
            else:
                self._keep(state, per, since, at.now)
        self.instances.set_timer(state)

    def ask(self, state: State, touchpoint: Touchpoint, every: bool, past: Past | None, at: Moment) -> None:
        """Of one without `hold`: fires what the touchpoint has turned true since ``past``, and sets timers anew.

        Without ``past`` it is too late to fire anything.
        """
        own = self.per(touchpoint) if self.per else None
        seen = seen_by_when(touchpoint) if past is not None else None
        for per in self._asked(state, own, every):
            if self.per and not self._lives(state, per):
                self.instances.end(state, per)
            else:
                self._ask(state, per, seen if per == own else None, past, at)
        if self.timed:
            self.instances.set_timer(state)

    def wake(self, state: State, at: Moment) -> None:
        for per, instance in self.instances.all(state):
            if instance[DUE] is not None and instance[DUE] <= at.now:
                self._wake(state, per, instance, at)
        self.instances.set_timer(state)

    def begin(self, state: State, touchpoint: Touchpoint) -> None:
        """A feature has taken a touchpoint: the instance of its value lives from now on."""
        per = self.per(touchpoint) if self.several and self.per else None
        if per is not None and not self._lives(state, per):
            self._put(state, per, [None, state.clock, None])

    def end(self, state: State, per: str) -> None:
        """A feature let a per value go: its instance ends without firing, and is as never seen."""
        forget(state, self.signal, per)
        if self.keeps:
            self.instances.end(state, per)
            self.instances.set_timer(state)

    def since(self, state: State, per: str | None, now: int) -> int | None:
        """Since when (ms) the condition has been true, of a `hold` that is still to end; None where there is none."""
        instance = self.instances.get(state, per)
        since = self._since_at(state, per, instance, now) if self.hold and instance is not None else None
        return None if since == TRUE_BEFORE else since

    def adopt(self, state: State, now: int) -> None:
        """Takes up a state that another version of the library wrote: the value now counts as the value before.

        A `hold` that it keeps goes on as it was: what time does to it is as of the customer's next record.
        """
        if not self.keeps:
            return
        for per in self.living(state):
            instance = self.instances.get(state, per) if self.hold else None
            if instance is None:
                self._keep(state, per, self._before(state, per, now), now)
            else:
                self._look_ahead(state, per, instance, now)
        self.instances.set_timer(state)

    def join(self, state: State, warm: State, now: int) -> None:
        """Takes up the instances that were kept beside another state, `warm`.

        Where the condition has another value here than there, that counts as the value before.
        """
        there, living = self.living(warm), self._living_beside(state, warm)
        for per, _ in self.instances.all(state):
            if per not in living:
                self.instances.end(state, per)
        for per in living:
            true = self._true(state, per, now)
            if per not in there or true != self._true(warm, per, now):
                self._keep(state, per, TRUE_BEFORE if true else None, now)
        self.instances.set_timer(state)

    def standing(self, state: State, now: int) -> dict[str | None, int | None]:
        """Since when each instance has been true, as its memory has it; empty for one who has had no record."""
        return {per: self._before(state, per, now) for per in self.living(state)} if state.clock != UNBORN else {}

    def unite(self, state: State, moved: State, known: Sequence[Mapping[str | None, int | None]], now: int) -> None:
        """Sets the instances anew where two customers have become one; ``known``: what was `standing` of each.

        Of two moments since which a `hold` runs the earlier counts; what only turns true by that counts as true before.
        """
        lasting = dict.fromkeys(per for one in (state, moved) for per, _ in self.instances.all(one))
        state.parts.pop(self.signal.key, None)
        for per in lasting if self.several else self.living(state):
            sinces = [since for one in known if (since := one.get(per)) is not None]
            true = self._true(state, per, now)
            self._keep(state, per, min(sinces, default=TRUE_BEFORE) if true else None, now)
        self.instances.set_timer(state)

    def _living_beside(self, state: State, warm: State) -> Sequence[str | None]:
        """The per values that the features of this state keep, but for those that had ended beside `warm`."""
        if self.per is None:
            return [None]
        ended = set(self.reads.instances(warm)) - set(self.living(warm))
        return [per for per in self.reads.instances(state) if per not in ended]

    def living(self, state: State) -> Sequence[str | None]:
        """The per values of the instances that there are; those that its features keep where it keeps none itself."""
        if self.per is None:
            return [None]
        kept = state.parts.get(self.signal.key) if self.several else None
        return self.reads.instances(state) if kept is None else list(kept)

    def _asked(self, state: State, own: str | None, every: bool) -> Sequence[str | None]:
        if self.per is None:
            return _ALONE
        if not every:
            return _NONE if own is None else [own]
        living = self.living(state)
        return living if own is None or own in living else [*living, own]

    def _lives(self, state: State, per: str | None) -> bool:
        if self.several:
            return per in state.parts.get(self.signal.key, ())
        return any(per in state.parts.get(plan.key, ()) for plan in self.reads.own)

    def _true(self, state: State, per: str | None, now: int, touchpoint: Touchpoint | None = None) -> bool:
        return bool(self.condition(state.parts, state.profile, touchpoint, now, per))

    def _before(self, state: State, per: str | None, now: int) -> int | None:
        instance = self.instances.get(state, per) if self.hold else None
        if instance is None:
            return TRUE_BEFORE if self._true(state, per, now) else None
        return self._since_at(state, per, instance, now)

    def _since_at(self, state: State, per: str | None, instance: list[Any], now: int) -> int | None:
        """Since when a condition with `hold` is true, by what time alone did since the instance was last asked."""
        since: int | None = instance[SINCE]
        for moment in self._moments(state, per, instance[AS_OF]):
            if moment > now:
                break
            since = self._next_since(state, per, self._passed(since, moment - 1), moment)
        return self._passed(since, now)

    def _passed(self, since: int | None, now: int) -> int | None:
        """What has held for long enough has had its moment, fired or forbidden by `again`."""
        held_at = self._held_at(since)
        return TRUE_BEFORE if held_at is not None and held_at <= now else since

    def _next_since(self, state: State, per: str | None, since: int | None, moment: int) -> int | None:
        if not self._true(state, per, moment):
            return None
        return moment if since is None else since

    def _ask(self, state: State, per: str | None, touchpoint: Touchpoint | None, past: Past | None, at: Moment) -> None:
        true = self._true(state, per, at.now, touchpoint)
        was = past is not None and (true or self.reads.touchpoint) and past.true(state, self.condition, at.now, per)
        if true and not was and past is not None:
            fire(state, self.signal, per, (at.touchpoint.id,) if at.touchpoint else (), at)
        if self.timed:
            stays = self._true(state, per, at.now) and (true or was) if self.reads.touchpoint else true
            self._keep(state, per, TRUE_BEFORE if stays else None, at.now)

    def _keep(self, state: State, per: str | None, since: int | None, now: int) -> None:
        due = self._next_due(state, per, since, now)
        if self.hold or self.several or due is not None:
            self._put(state, per, [since, now, due])
        else:
            self.instances.end(state, per)

    def _put(self, state: State, per: str | None, instance: list[Any]) -> None:
        if self.per:
            state.parts.setdefault(self.signal.key, {})[per] = instance
        else:
            state.parts[self.signal.key] = instance

    def _wake(self, state: State, per: str | None, instance: list[Any], at: Moment) -> None:
        if self._turns(state, per, instance, at.now):
            fire(state, self.signal, per, (), at)
            self._keep(state, per, TRUE_BEFORE, at.now)
        else:
            self._look_ahead(state, per, instance, at.now)

    def _look_ahead(self, state: State, per: str | None, instance: list[Any], now: int) -> None:
        """Sets the timer anew; nothing has happened, so all else stays as it was."""
        instance[DUE] = self._next_due(state, per, self._before(state, per, now), now)

    def _turns(self, state: State, per: str | None, instance: list[Any], now: int) -> bool:
        if self.hold:
            before = self._held_at(self._since_at(state, per, instance, now - 1))
            return before == now and self._true(state, per, now)
        return self._true(state, per, now) and not self._true(state, per, now - 1)

    def _next_due(self, state: State, per: str | None, since: int | None, now: int) -> int | None:
        """The next moment at which time alone makes it fire, or behind which it must be looked at again."""
        if not self.timed and since in (None, TRUE_BEFORE):
            return None
        for looked, moment in enumerate(self._moments(state, per, now), 1):
            held_at = self._held_at(since)
            if held_at is not None and held_at < moment:
                if again_allows(state, self.signal, per, held_at):
                    return held_at
                since = TRUE_BEFORE
            was, since = since, self._next_since(state, per, since, moment)
            turned = not self.hold and was is None and since is not None
            if looked == SCAN_LIMIT or (turned and again_allows(state, self.signal, per, moment)):
                return moment
        held_at = self._held_at(since)
        return held_at if held_at is not None and again_allows(state, self.signal, per, held_at) else None

    def _held_at(self, since: int | None) -> int | None:
        return since + self.hold if self.hold and since is not None and since != TRUE_BEFORE else None

    def _moments(self, state: State, per: str | None, now: int) -> list[int]:
        """The moments after ``now`` at which time alone may turn the condition, in order."""
        moments = set(self._flips(state, per, now))
        for plan, key in self._features(per):
            moments.update(plan.changes(state.parts, now, key))
        return sorted(moments)

    def _features(self, per: str | None) -> Iterable[tuple[Readable, str | None]]:
        yield from self.reads.shared
        for plan in self.reads.own:
            yield plan, per

    def _flips(self, state: State, per: str | None, now: int) -> Iterable[int]:
        """When each comparison that moves by itself turns: once at most, so it is found by halving."""
        settled = max([now + self.horizon, *(plan.settles(state.parts, now, key) for plan, key in self._features(per))])
        for comparison in self.moving:
            value = bool(comparison(state.parts, state.profile, None, now, per))
            if bool(comparison(state.parts, state.profile, None, settled, per)) == value:
                continue
            low, high = now, settled
            while high - low > 1:
                middle = (low + high) // 2
                if bool(comparison(state.parts, state.profile, None, middle, per)) == value:
                    low = middle
                else:
                    high = middle
            yield high


def _due(state: State, per: str | None, instance: list[Any]) -> int | None:
    due: int | None = instance[DUE]
    return due
