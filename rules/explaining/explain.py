"""Why a customer's signals fired, and why others didn't: what each waits for, and how near it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rules.declaration import Signal, When
from rules.explaining.asking import Instant, Question
from rules.explaining.date import of_date
from rules.explaining.explained import At, Explained, Fired, Instance, PatternNow, SignalNow
from rules.explaining.follow import of_follow
from rules.explaining.life import Life
from rules.explaining.near import Near
from rules.explaining.sightings import Sightings
from rules.explaining.silent import of_silent
from rules.explaining.standing import Standing
from rules.explaining.story import of_story
from rules.explaining.when import of_when
from rules.firing import last_firing
from rules.patterns import (
    DateMatcher,
    EdgeMatcher,
    FollowMatcher,
    LaggingSilentMatcher,
    Matcher,
    SilentMatcher,
    WhenMatcher,
)
from rules.plan import Plan
from rules.relations import Relations
from rules.state import UNBORN, State, decode_state
from rules.stories import StoryPlan


class Explainer:
    """Explains customers by one plan; what it has read of the library's conditions is kept."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._relations = Relations(plan.library)
        names = [signal.name for signal in plan.library.signals]
        self._matchers = {name: plan.matcher_of(name) for name in names}
        self._questions: dict[tuple[str, str | None], Question] = {}

    def explain(
        self,
        life: Life,
        *,
        signals: Collection[str] | None = None,
        near: Mapping[str, Near] | None = None,
    ) -> Explained:
        """What there is to say of a customer at the end of a life.

        Args:
            life: no timer due before its end waits. A state that another version of the library wrote is taken up.
            signals: the names of those to explain; all without it.
            near: how near signals came to firing, by name.
        """
        state = life.state or State(library=self.plan.digest)
        if state.library != self.plan.digest:
            self.plan.adopt(state)
        library, sightings = self.plan.library, Sightings(life.known)
        wanted = [one for one in library.signals if signals is None or one.name in signals]
        explained = [self._signal(one, state, life.now, life.fired, sightings) for one in wanted]
        misses = near or {}
        return Explained(
            customer=life.customer,
            at=At(life.now),
            clock=None if state.clock == UNBORN else At(state.clock),
            library=self.plan.version,
            time_zone=library.time_zone,
            signals=tuple(self._with_nearest(one, misses.get(one.signal), sightings) for one in explained),
            stories=tuple(of_story(one, state, life.now) for one in self._stories(wanted, signals is None)),
        )

    def _stories(self, wanted: Sequence[Signal], every: bool) -> list[StoryPlan]:
        """The stories that these signals read, or all of them."""
        read = {name for signal in wanted for name in self._relations.stories_read(signal)}
        return [story for story in self.plan.stories if every or story.name in read]

    def _signal(
        self, signal: Signal, state: State, now: int, fired: Sequence[Fired], sightings: Sightings
    ) -> SignalNow:
        matcher = self._matchers[signal.name]
        instances: list[Instance] = []
        if matcher is not None:
            standing = self._standing(signal, matcher, state, now, sightings)
            instances = [self._instance(signal, matcher, state, now, one) for one in standing]
        return SignalNow(
            signal=signal.name,
            status=signal.status,
            pattern=type(signal.pattern).__name__.removesuffix("Window").lower(),
            per=signal.per,
            fired=tuple(one for one in fired if one.signal == signal.name),
            instances=tuple(sorted(instances, key=_nearness)),
        )

    def matcher(self, signal: str) -> EdgeMatcher | Matcher | None:
        """What matches a signal; None for one that doesn't run."""
        return self._matchers[signal]

    def gaps(self, signal: Signal, state: State, now: int) -> Iterator[tuple[str | None, float]]:
        """How far each instance of a signal is from firing, by per value; see `Asked`."""
        matcher = self._matchers[signal.name]
        if matcher is not None:
            for standing in self._standing(signal, matcher, state, now, Sightings({}), brief=True):
                yield standing.per, standing.gap

    def _with_nearest(self, signal: SignalNow, near: Near | None, sightings: Sightings) -> SignalNow:
        if near is None or signal.fired or any(one.gap <= near.gap for one in signal.instances):
            return signal
        declared = self._relations.signals[signal.signal]
        then = self._signal(declared, decode_state(near.raw), near.now, (), sightings)
        nearest = next((one for one in then.instances if one.per == near.per), None)
        return replace(signal, nearest_at=At(near.now), nearest=nearest)

    def _standing(
        self,
        signal: Signal,
        matcher: EdgeMatcher | Matcher,
        state: State,
        now: int,
        sightings: Sightings,
        brief: bool = False,
    ) -> Iterator[Standing[PatternNow]]:
        """How each instance's pattern stands. A new kind of pattern takes its place here."""
        match matcher:
            case EdgeMatcher() | WhenMatcher():
                yield from of_when(matcher, self._question(_condition(signal), signal.per), state, now, brief)
            case FollowMatcher():
                yield from of_follow(matcher, state, now, sightings)
            case SilentMatcher() | LaggingSilentMatcher():
                yield from of_silent(matcher, state, now, sightings)
            case DateMatcher():
                yield from of_date(matcher, state, now)
            case _:
                raise TypeError(f"{type(matcher).__name__} can't be explained")

    def _instance(
        self,
        signal: Signal,
        matcher: EdgeMatcher | Matcher,
        state: State,
        now: int,
        standing: Standing[PatternNow],
    ) -> Instance:
        condition = None
        if signal.condition is not None:
            condition = self._question(signal.condition, signal.per).ask(Instant(state, now, standing.per))
        last = last_firing(state, matcher.signal, standing.per)
        again_at = None if last is None or signal.again is None else last + signal.again
        return Instance(
            per=standing.per,
            now=standing.now,
            fires_at=self._before_forgotten(standing.fires_at, state),
            again_at=At(again_at) if again_at is not None and again_at > now else None,
            condition=condition,
            gap=standing.gap,
        )

    def _before_forgotten(self, due: At | None, state: State) -> At | None:
        """When it fires, where the customer is still known then."""
        return due if due is not None and due <= state.clock + self.plan.library.forget_after else None

    def _question(self, text: str, per: str | None) -> Question:
        key = (text, per)
        if key not in self._questions:
            expression = self._relations.expression(text, per)
            self._questions[key] = Question(
                expression, self.plan.readable, self.plan.library.time_zone, self.plan.surroundings
            )
        return self._questions[key]


def _condition(signal: Signal) -> str:
    return signal.pattern.condition if isinstance(signal.pattern, When) else ""


def _nearness(instance: Instance) -> tuple[Any, ...]:
    """What fires soonest by itself, then what is nearest to it."""
    return instance.fires_at is None, instance.fires_at or 0, instance.gap, instance.per or ""
