"""A library's policy, ready to be asked: what each signal and each channel may do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from rules.dates import zone_named
from rules.declaration import Cap, Channel, Follow, Library, Quiet, Rest, Signal, Silence, Silent, Types, Without
from rules.fields import Getter, getter, matches_any
from rules.firing import SignalPlan
from rules.policy.mix import Mix
from rules.profile import UPDATED
from rules.stories import StoryPlan

RESPONDED_WITHIN: Final = 30 * 86_400_000  # ms after it went in which a response to a trigger counts
OUTCOMES: Final = "trigger."  # what the types begin with by which connectors tell what became of a trigger
PRIOR: Final = 0.05  # share of triggers responded to, where a channel says nothing
TYPES_CACHED: Final = 4096

Span = tuple[Types, int, int]
"""Types of a silence, and from when to when before its trigger's run ended a late one of them breaks it (ms)."""


@dataclass(frozen=True, slots=True)
class ChannelPolicy:
    """What holds for a channel. ``prior``: the share of triggers expected to be responded to."""

    name: str
    cost: float
    consent: str | None
    quiet: Quiet | None
    caps: tuple[Cap, ...]
    loop: str | None
    prior: float
    rest: Rest | None


@dataclass(frozen=True, slots=True)
class SignalPolicy:
    """What holds for a signal's triggers.

    ``channels`` in order of preference; of all of the library where ``best`` is to be found. ``mix``: that of the story
    which goes before either. ``reach``: how long (ms)
    after it went a trigger counts for a cap or for its content, by channel. ``fields``: those that caps count by.
    ``revocable``: whether something but a late touchpoint may take a trigger back, by channel. ``spans``: the silences
    by which it fires, and ``breakable``: how long after their end a late touchpoint may still lie in them (ms).
    ``plain``: whether it has one channel, and nothing here holds back.
    """

    signal: SignalPlan
    channels: tuple[ChannelPolicy, ...]
    best: bool
    mix: Mix | None
    group_caps: tuple[Cap, ...]
    by_response: bool
    fields: Mapping[str, Getter]
    spans: tuple[Span, ...]
    breakable: int
    lenient: bool
    reach: Mapping[str, int]
    revocable: Mapping[str, bool]
    plain: bool


class PolicyPlan:
    """Asked by `decide`. ``used``: whether the library says anything of policy. ``responds``: whether it is to be
    remembered how customers respond. ``watched``: the types and wildcards of what may take a trigger back, or answers
    one."""

    def __init__(
        self,
        library: Library,
        signals: Iterable[SignalPlan],
        latency_of: Callable[[Types], int],
        stories: Iterable[StoryPlan] = (),
    ) -> None:
        mixes = {story.name: Mix(story) for story in stories}
        self.channels = {channel.name: _channel(channel) for channel in library.channels}
        self.zone = zone_named(library.time_zone) or ZoneInfo("UTC")
        self.caps, self.content_again = library.caps, library.content_again
        self.responds = _responds(library)
        self.used = _used(library)
        self.signals = {signal.name: self._signal(signal, library, latency_of, mixes) for signal in signals}
        cancels = (name for signal in self.signals.values() for name in signal.signal.declared.then.cancel_on)
        self.watched = frozenset((UPDATED, f"{OUTCOMES}*", *cancels))
        self._watched: dict[str, bool] = {}

    def watches(self, kind: str) -> bool:
        """Whether a touchpoint of this type may take a trigger back, or answers one."""
        watched = self._watched.get(kind)
        if watched is None:
            if len(self._watched) >= TYPES_CACHED:
                self._watched.clear()
            watched = self._watched[kind] = matches_any(self.watched, kind)
        return watched

    def _signal(
        self,
        plan: SignalPlan,
        library: Library,
        latency_of: Callable[[Types], int],
        mixes: Mapping[str, Mix],
    ) -> SignalPolicy:
        signal, then = plan.declared, plan.declared.then
        group = next((one for one in library.groups if one.name == signal.group), None)
        names = tuple(self.channels) if then.chooses_best else then.channels
        channels = tuple(self.channels.get(name) or _channel(Channel(name)) for name in names)
        shared = (*signal.caps, *(group.caps if group else ()), *self.caps)
        caps = (*shared, *(cap for channel in channels for cap in channel.caps))
        spans = tuple(_spans(signal, latency_of))
        content = (self.content_again or 0) if then.content is not None else 0
        revocable = bool(then.cancel_on or signal.purpose)
        return SignalPolicy(
            signal=plan,
            channels=channels,
            best=then.chooses_best,
            mix=None if then.mix is None else mixes[then.mix],
            group_caps=group.caps if group else (),
            by_response=bool(group and group.by_response),
            fields={cap.per: getter(cap.per) for cap in caps if cap.per},
            spans=spans,
            breakable=max((library.latest_by - end for _, _, end in spans), default=0),
            lenient=isinstance(signal.pattern, Follow),
            reach={one.name: max([content, *(cap.over for cap in (*shared, *one.caps))]) for one in channels},
            revocable={one.name: revocable or one.consent is not None for one in channels},
            plain=len(channels) == 1 and _is_plain(signal, channels, caps) and not content and not self.responds,
        )


def _channel(channel: Channel) -> ChannelPolicy:
    return ChannelPolicy(
        channel.name,
        channel.cost,
        channel.consent,
        channel.quiet,
        channel.caps,
        next(iter(channel.loops), None),
        PRIOR if channel.response is None else channel.response,
        channel.rest,
    )


def _is_plain(signal: Signal, channels: tuple[ChannelPolicy, ...], caps: tuple[Cap, ...]) -> bool:
    asked = signal.unless or signal.group or signal.holdout or signal.purpose or signal.then.chooses_best or caps
    return not asked and not any(one.consent or one.quiet or one.rest for one in channels)


def _responds(library: Library) -> bool:
    """Whether something hangs on how customers respond, or a channel says what is to be expected."""
    best = any(signal.then.chooses_best for signal in library.signals)
    ranked = any(group.by_response for group in library.groups)
    return best or ranked or any(one.rest or one.response is not None for one in library.channels)


def _used(library: Library) -> bool:
    of_signals = (
        signal.unless or signal.group or signal.caps or signal.holdout or signal.purpose or signal.then.cancel_on
        for signal in library.signals
    )
    several = any(signal.then.chooses_best or len(signal.then.channels) > 1 for signal in library.signals)
    of_channels = any(channel != Channel(channel.name) for channel in library.channels)
    return bool(library.groups or library.caps or library.content_again or several or of_channels or any(of_signals))


def _spans(signal: Signal, latency_of: Callable[[Types], int]) -> Iterable[Span]:
    """The silences by which it fires, and what breaks a run before them, counted back from their end."""
    match signal.pattern:
        case Silent(duration, types):
            latency = latency_of(types)
            yield types, duration + latency - 1, latency
        case Follow(steps):
            passed = 0
            for silence, types in _last_silences(steps):
                latency = latency_of(silence.types)
                yield types, passed + silence.duration + latency, passed + latency
                passed += silence.duration + latency


def _last_silences(steps: tuple[object, ...]) -> Iterable[tuple[Silence, Types]]:
    """The silences at the end of a follow, the last one first, each with the types that break it."""
    left = list(steps)
    while left and isinstance(silence := left.pop(), Silence):
        types = silence.types
        while left and isinstance(before := left[-1], Without):
            types = (*types, *before.types)
            left.pop()
        yield silence, types
