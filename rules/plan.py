"""A plan: a library ready to run. What a touchpoint type concerns is worked out once, when the type is first seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from rules.context import Surroundings
from rules.declaration import Library, Types
from rules.features import FeaturePlan, Kept, Readable, Takes, takes_of
from rules.features.accumulator import newest_half
from rules.fields import matches, matches_any
from rules.firing import FIRED, Condition, SignalPlan
from rules.forgetting import FORGET
from rules.patterns import (
    DateMatcher,
    EdgeMatcher,
    FollowMatcher,
    LaggingSilentMatcher,
    Matcher,
    SilentMatcher,
    WhenMatcher,
)
from rules.patterns.matcher import See
from rules.policy import WAITING, PolicyPlan
from rules.state import UNBORN, Parts, State
from rules.stories import StoryPlan

TYPES_CACHED: Final = 4096  # types come from outside: what is kept of them is bounded


@dataclass(frozen=True, slots=True)
class Concern:
    """What a touchpoint of one type concerns.

    ``takes``: features and stories that take it; ``late_takes``: those that still do beyond ``late_by``; ``readers``:
    by the keys of those kept per a field, the whens whose instances begin with that, and end as it lets a per value go.
    ``edges``: conditions that only a touchpoint can turn; ``whens``: the others, each with whether all its instances
    are asked; ``holds``: those that must hold, which are asked before it is taken too. ``kept``: the parts that edges
    and whens read and it changes, each with how to keep it, so that their value before can still be told.
    ``sees``: follows and silents. ``dates``: those that a change of the profile may move. ``watched``: whether
    something must be asked before it is taken; ``asked``: whether something must be asked after.
    ``keepers``: how many parts may keep something of it. ``policed``: whether it may take triggers back, or answer one.
    """

    takes: Takes
    late_takes: Takes
    readers: Mapping[int, tuple[WhenMatcher, ...]]
    kept: tuple[tuple[int, Kept | None], ...]
    edges: tuple[tuple[Condition, SignalPlan], ...]
    whens: tuple[tuple[WhenMatcher, bool], ...]
    holds: tuple[tuple[WhenMatcher, bool], ...]
    sees: tuple[See, ...]
    dates: tuple[DateMatcher, ...]
    profile: bool
    watched: bool
    asked: bool
    keepers: int
    policed: bool


class Patterns(NamedTuple):
    """What matches the signals that run, by kind."""

    edges: Sequence[EdgeMatcher]
    whens: Sequence[WhenMatcher]
    follows: Sequence[FollowMatcher]
    silents: Sequence[SilentMatcher | LaggingSilentMatcher]
    dates: Sequence[DateMatcher]


class Plan:
    """A compiled library. ``digest`` is the short one that states carry; ``version`` what triggers show.

    ``surroundings``: where its expressions find the context; whoever evaluates sees to it that they do.
    """

    def __init__(
        self,
        library: Library,
        features: Sequence[FeaturePlan],
        patterns: Patterns,
        *,
        stories: Sequence[StoryPlan],
        segments: Mapping[str, Condition],
        latency_of: Callable[[Types], int],
        surroundings: Surroundings,
    ) -> None:
        self.library, self.surroundings = library, surroundings
        self._late_by = {source.name: source.late_by for source in library.sources}
        self.digest = int(library.digest[:12], 16)
        self.version = f"{library.name}@{library.digest[:12]}"
        self.channels = tuple(channel.name for channel in library.channels)
        self.known_types = frozenset(interaction.name for interaction in library.interactions)
        edges, whens, follows, silents, dates = patterns
        self._features, self._edges, self._whens = features, edges, whens
        self.stories, self.segments = stories, segments
        values = {name: value for story in stories for name, value in story.values.items()}
        self.readable: Mapping[str, Readable] = {**{feature.name: feature for feature in features}, **values}
        self._takers: Sequence[FeaturePlan | StoryPlan] = (*features, *stories)
        self._follows, self._silents, self._dates = follows, silents, dates
        matchers: list[Matcher] = [*whens, *follows, *silents, *dates]
        self.matchers = {matcher.signal.key: matcher for matcher in matchers}
        self._kept_by_touchpoints = frozenset(matcher.signal.key for matcher in (*follows, *silents))
        self._kept_by_time: Sequence[WhenMatcher | DateMatcher] = (*(when for when in whens if when.keeps), *dates)
        self._taker_of = {taker.key: taker for taker in self._takers}
        self.signals = (*(edge.signal for edge in edges), *(matcher.signal for matcher in matchers))
        self._dated = tuple(when for when in whens if when.turned_by_dates())
        self.keys = self._all_keys()
        self.policy = PolicyPlan(library, self.signals, latency_of, stories)
        self.chains = self._reads_firings()
        self.addresses = any(signal.declared.then.to is not None for signal in self.signals)
        self.concerns: dict[str, Concern] = {}
        self._unnamed: dict[tuple[str, ...], Concern] = {}
        self._named, self._wildcards = self._patterns()

    def concern(self, name: str) -> Concern:
        """What a touchpoint of type ``name`` concerns; ``concerns`` holds it from then on, as long as there is room."""
        concern = self.concerns.get(name)
        if concern is None:
            if len(self.concerns) >= TYPES_CACHED:
                self.concerns.clear()
            concern = self.concerns[name] = self._worked_out(name)
        return concern

    def _worked_out(self, name: str) -> Concern:
        """A type that nothing names concerns what the wildcards that match it say: alike for all such types."""
        if name in self._named:
            return self._concern(name)
        matching = tuple(pattern for pattern in self._wildcards if matches(pattern, name))
        if matching not in self._unnamed:
            self._unnamed[matching] = self._concern(name)
        return self._unnamed[matching]

    def _patterns(self) -> tuple[frozenset[str], tuple[str, ...]]:
        """The types that are named, and the wildcards."""
        used = set(self.policy.watched)
        used.update(name for feature in self._features for name in feature.types())
        used.update(name for story in self.stories for name in story.told_apart())
        used.update(name for follow in self._follows for name in follow.types())
        used.update(name for silent in self._silents for name in silent.types)
        wildcards = {pattern for pattern in used if pattern.endswith("*")}
        return frozenset(used - wildcards), tuple(sorted(wildcards))

    @property
    def whens(self) -> Sequence[WhenMatcher]:
        return self._whens

    @property
    def sighted(self) -> Sequence[FollowMatcher | SilentMatcher | LaggingSilentMatcher]:
        """What matches signals by seeing touchpoints."""
        return (*self._follows, *self._silents)

    @property
    def dates(self) -> Sequence[DateMatcher]:
        return self._dates

    @property
    def features(self) -> Sequence[FeaturePlan]:
        return self._features

    def matcher_of(self, name: str) -> EdgeMatcher | Matcher | None:
        """What matches the signal of that name; None where it doesn't run."""
        matchers: list[EdgeMatcher | Matcher] = [*self._edges, *self.matchers.values()]
        return next((matcher for matcher in matchers if matcher.signal.name == name), None)

    def late_by(self, source: str | None) -> int:
        """How late (ms) a touchpoint of this source may come."""
        return self._late_by.get(source, self.library.late_by) if source and self._late_by else self.library.late_by

    def born(self) -> State:
        """The state of a customer without a record; `begin` awaits the first, where dates of the library matter."""
        return State() if self._dated else State(library=self.digest)

    def begin(self, state: State, now: int) -> None:
        """Has the dates that the library says come for a customer whose first record is at ``now`` (ms)."""
        state.library = self.digest
        for when in self._dated:
            when.adopt(state, now)

    def adopt(self, state: State, now: int | None = None) -> None:
        """Takes up a state that another version of the library wrote: unchanged parts stay, others go.

        The values of conditions at ``now`` (ms; the customer's clock where it isn't said) count as those before.
        """
        for parts in (state.parts, state.timers):
            for key in [key for key in parts if key not in self.keys and key != WAITING]:
                del parts[key]
        if state.clock != UNBORN:
            state.timers[FORGET] = state.clock + self.library.forget_after
        state.due = state.next_due()
        state.library = self.digest
        now = state.clock if now is None else now
        for key in [key for key in state.parts if key in self._kept_by_touchpoints]:
            self.matchers[key].adopt(state, now)
        for matcher in self._kept_by_time:
            matcher.adopt(state, now)

    def sooner_than(self, old: Plan) -> bool:
        """Whether time alone may make something fire that it wouldn't have under an older plan."""
        shorter = self.library.forget_after < old.library.forget_after
        return (
            shorter
            or bool(self._turned_by_time() - old.keys)
            or any(
                _sooner(matcher.signal, old.matchers[key].signal)
                for key, matcher in self.matchers.items()
                if key in old.matchers
            )
        )

    def _turned_by_time(self) -> set[int]:
        """The signals that may fire for a customer who has done nothing since they were declared."""
        timed = [when.signal.key for when in self._whens if when.timed]
        return {*timed, *(one.signal.key for one in self._dates)}

    def halve(self, state: State, key: int) -> None:
        """Lets the older half of a part go, and all of it where it has no halves; instances end without firing."""
        part, taker = state.parts[key], self._taker_of.get(key)
        halve = taker.halve if taker is not None else newest_half
        half = halve(part) if taker is not None or isinstance(part, dict) else None
        if half:
            state.parts[key] = half
        else:
            del state.parts[key]
        if key in self.matchers:
            self.matchers[key].instances.set_timer(state)
        if isinstance(taker, FeaturePlan) and taker.per is not None and isinstance(part, dict):
            for per in set(part).difference(half or ()):
                for when in self.reading(taker):
                    when.end(state, per)

    def _reads_firings(self) -> bool:
        """Whether any part of the library reads the firings of signals."""
        named = [feature.types() for feature in self._features]
        named += [follow.types() for follow in self._follows] + [silent.types for silent in self._silents]
        return any(FIRED in types for types in named)

    def _all_keys(self) -> frozenset[int]:
        keys = {signal.key for signal in self.signals} | {signal.again_key for signal in self.signals}
        return frozenset(keys | {taker.key for taker in self._takers})

    def _concern(self, name: str) -> Concern:
        takers = [taker for taker in self._takers if taker.concerns(name)]
        edges = [edge for edge in self._edges if edge.reads.concern(name)]
        whens = [(when, when.reads.all_instances(name)) for when in self._whens if when.reads.concern(name)]
        reads = [edge.reads for edge in edges] + [when.reads for when, _ in whens if not when.hold]
        read = {key for one in reads for key in one.parts()}
        sees = self._sees(name)
        dates = tuple(self._dates) if name == "profile.updated" else ()
        return Concern(
            takes=takes_of(takers, name),
            late_takes=takes_of([taker for taker in takers if taker.late], name),
            readers={taker.key: reading for taker in takers if (reading := self.reading(taker))},
            kept=tuple((taker.key, taker.kept()) for taker in takers if taker.key in read),
            edges=tuple((edge.condition, edge.signal) for edge in edges),
            whens=tuple(one for one in whens if not one[0].hold),
            holds=tuple(one for one in whens if one[0].hold),
            sees=sees,
            dates=dates,
            profile=name == "profile.updated",
            watched=bool(dates or any(when.hold for when, _ in whens)),
            asked=bool(edges or whens),
            policed=self.policy.watches(name),
            keepers=sum(taker.keeps for taker in takers) + len(sees) + len(whens) + 1,
        )

    def _sees(self, name: str) -> tuple[See, ...]:
        follows = [m.see_of(name) for m in self._follows if matches_any(m.types(), name)]
        return (*follows, *(m.see for m in self._silents if matches_any(m.types, name)))

    def reading(self, taker: FeaturePlan | StoryPlan) -> tuple[WhenMatcher, ...]:
        """The whens whose instances a feature begins and ends, as it is kept per their field."""
        return tuple(when for when in self._whens if taker in when.reads.own)

    def segments_of(self, state: State, now: int) -> list[str]:
        """The names of the segments that a customer is in at ``now`` (ms)."""
        return [name for name, inside in self.segments.items() if inside(state.parts, state.profile, None, now, None)]

    def stages(self, parts: Parts) -> dict[str, str]:
        """The stage that a customer is in, by story."""
        return {story.name: story.stage(parts) for story in self.stories}


def _sooner(new: SignalPlan, old: SignalPlan) -> bool:
    """Whether `again` forbids less than it did."""
    before, after = old.declared.again, new.declared.again
    return before is not None and (after is None or after < before)
