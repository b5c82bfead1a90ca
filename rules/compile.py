"""From declarations to a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from rules.dates import zone_named
from rules.declaration import DateWindow, Follow, Library, Segment, Signal, Silence, Silent, Step, Types, When
from rules.expression import (
    Expression,
    FeatureRead,
    Scope,
    Tendency,
    compile_customer,
    counts_days,
    parse,
    read_segments,
    segments_in,
)
from rules.feature_types import feature_info
from rules.features import Reader, plan_feature
from rules.fields import Getter, as_key, getter, matches_any
from rules.firing import Carry, Condition, SignalPlan
from rules.identity import part_key
from rules.patterns import (
    DateMatcher,
    EdgeMatcher,
    FollowMatcher,
    LaggingSilentMatcher,
    SilentMatcher,
    WhenMatcher,
)
from rules.patterns.when import Reads
from rules.plan import Plan

_RUNS = ("shadow", "live")


def compile_plan(library: Library) -> Plan:
    """The plan of a checked library (one that `load_library` gave)."""
    return _Compiler(library).plan()


class _Compiler:
    def __init__(self, library: Library) -> None:
        self.library = library
        self.features = {feature.name: plan_feature(feature, library.time_zone) for feature in library.features}
        self.zone = zone_named(library.time_zone) or ZoneInfo("UTC")
        self.infos = {feature.name: feature_info(feature) for feature in library.features}
        self.conditions = {segment.name: segment.condition for segment in library.segments}
        self.segments = read_segments(self.conditions, self.infos).expressions

    def plan(self) -> Plan:
        signals = [signal for signal in self.library.signals if signal.status in _RUNS]
        whens = [self._when(signal, signal.pattern) for signal in signals if isinstance(signal.pattern, When)]
        plan = Plan(
            library=self.library,
            features=tuple(self.features.values()),
            edges=[when for when in whens if isinstance(when, EdgeMatcher)],
            whens=[when for when in whens if isinstance(when, WhenMatcher)],
            follows=[self._follow(signal, signal.pattern) for signal in signals if isinstance(signal.pattern, Follow)],
            silents=[self._silent(signal, signal.pattern) for signal in signals if isinstance(signal.pattern, Silent)],
            dates=[
                DateMatcher(self._signal(signal), signal.pattern, self.zone)
                for signal in signals
                if isinstance(signal.pattern, DateWindow)
            ],
            latency_of=self._latency_of,
        )
        plan.segments = [(one.name, self._segment(one)) for one in self.library.segments]
        return plan

    def _segment(self, segment: Segment) -> Condition:
        return self._compiled(parse(segment.condition, Scope("customer", self.infos, segments=self.segments)))

    def _follow(self, signal: Signal, pattern: Follow) -> FollowMatcher:
        return FollowMatcher(self._signal(signal), pattern, _getter(signal.per), self.library, self._latency_of)

    def _silent(self, signal: Signal, pattern: Silent) -> SilentMatcher | LaggingSilentMatcher:
        latency = self._latency_of(pattern.types)
        if latency:
            latest_by = self.library.latest_by
            return LaggingSilentMatcher(self._signal(signal), pattern, _getter(signal.per), latest_by, latency)
        return SilentMatcher(self._signal(signal), pattern, _getter(signal.per))

    def _latency_of(self, types: Types) -> int:
        """The largest latency of these types in the catalogue (ms)."""
        catalogue = self.library.interactions
        return max((one.latency for one in catalogue if matches_any(types, one.name)), default=0)

    def _when(self, signal: Signal, pattern: When) -> EdgeMatcher | WhenMatcher:
        scope = self._scope(signal, holds=pattern.hold is not None)
        expression = parse(pattern.condition, scope, timed=True)
        condition, reads = self._compiled(expression), self._reads(expression)
        timed = expression.tendency in (Tendency.RISES, Tendency.EITHER)
        if signal.per is None and not timed and pattern.hold is None:
            return EdgeMatcher(self._signal(signal), condition, reads)
        read_per = _getter(signal.per)
        return WhenMatcher(
            signal=self._signal(signal),
            condition=condition,
            reads=reads,
            moving=tuple(self._compiled(comparison) for comparison in expression.moving),
            per=None if read_per is None else lambda touchpoint: as_key(read_per(touchpoint)),
            timed=timed,
            hold=pattern.hold,
            clocked=expression.clocked,
        )

    def _reads(self, expression: Expression) -> Reads:
        return Reads(
            shared=tuple((self.features[read.name], read.key) for read in _sorted(expression) if not read.own),
            own=tuple(self.features[read.name] for read in _sorted(expression) if read.own),
            profile=bool(expression.profile) or expression.clocked,
            touchpoint=bool(expression.touchpoint),
        )

    def _signal(self, signal: Signal) -> SignalPlan:
        scope = self._scope(signal)
        return SignalPlan(
            declared=signal,
            key=part_key("signal", [signal.name, signal.per, signal.pattern, self._definitions(signal)]),
            again_key=part_key("again", [signal.name, signal.per]),
            per=_getter(signal.per),
            condition=self._compiled(parse(signal.condition, scope)) if signal.condition else None,
            carry=tuple(self._carry(name, text, scope) for name, text in signal.then.carry),
            unless=self._compiled(parse(signal.unless, scope)) if signal.unless else None,
        )

    def _definitions(self, signal: Signal) -> list[Any]:
        """What else the library says that the meaning of what a signal's instances keep hangs on."""
        match signal.pattern:
            case When(condition):
                features = [self.features[read.name].key for read in _sorted(parse(condition, self._scope(signal)))]
                segments = self._segments_in(condition)
                return [*features, *segments, *self._zone_of(condition, *(text for _, text in segments))]
            case Follow(steps):
                wheres = (step.where for step in steps if isinstance(step, Step))
                latencies = [self._latency_of(step.types) for step in steps if isinstance(step, Silence)]
                return [*([latencies] if any(latencies) else ()), *self._zone_of(*wheres)]
            case Silent(types=types):
                latency = self._latency_of(types)
                return [latency] if latency else []
            case DateWindow():
                return [self.library.time_zone]

    def _segments_in(self, condition: str) -> list[tuple[str, str]]:
        """The segments that a condition reads, in those it reads too: names and conditions."""
        found, left = dict[str, str](), [condition]
        while left:
            text = left.pop()
            for name in segments_in(text) - found.keys() if "segment" in text else ():
                found[name] = self.conditions[name]
                left.append(found[name])
        return sorted(found.items())

    def _zone_of(self, *texts: str | None) -> list[str]:
        """The time zone, where one of the expressions counts days."""
        return [self.library.time_zone] if counts_days(*texts) else []

    def _carry(self, name: str, text: str, scope: Scope) -> Carry:
        feature = self.features.get(text.strip())
        is_time = feature is not None and feature.declared.field == "time"
        return Carry(name, self._compiled(parse(text, scope)), is_time)

    def _compiled(self, expression: Expression) -> Condition:
        return compile_customer(expression, self._readers(expression), self.library.time_zone)

    def _scope(self, signal: Signal, holds: bool = False) -> Scope:
        return Scope("customer", self.infos, per=signal.per, holds=holds, segments=self.segments)

    def _readers(self, expression: Expression) -> Mapping[FeatureRead, Reader]:
        return {read: self.features[read.name].reader(read.own, read.key) for read in expression.reads}


def _sorted(expression: Expression) -> list[FeatureRead]:
    return sorted(expression.reads, key=lambda read: (read.name, read.own, read.key or ""))


def _getter(field: str | None) -> Getter | None:
    return getter(field) if field else None
