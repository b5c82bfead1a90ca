"""From models to declarations: every shorthand resolved, every default filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from zoneinfo import ZoneInfo

from rules.declaration import (
    Cap,
    Channel,
    DateWindow,
    ExpectedFiring,
    Feature,
    FeatureKind,
    Follow,
    Group,
    Interaction,
    Pattern,
    Quiet,
    Rest,
    Signal,
    Silence,
    Silent,
    Source,
    Step,
    Then,
    Timeline,
    TimelineStep,
    Weight,
    When,
    Without,
)
from rules.duration import MILLIS
from rules.schema import (
    CapEntry,
    ChannelEntry,
    CountEntry,
    DateEntry,
    FeatureEntry,
    FiringEntry,
    InteractionEntry,
    LibraryFile,
    OfEntry,
    ScoreEntry,
    SignalFile,
    StepEntry,
    ThenEntry,
    TimelineEntry,
    TopEntry,
    TouchpointEntry,
    TrendEntry,
    WithoutEntry,
)
from rules.wall_time import moment_of

WITHIN: Final = 90 * MILLIS["d"]  # of a step that doesn't say


def declared_feature(name: str, kind: FeatureKind, entry: FeatureEntry) -> Feature:
    """The feature that an entry of `features.yaml` declares."""
    match entry:
        case CountEntry():
            return Feature(name, kind, entry.count, over=entry.over, where=entry.where, per=entry.per)
        case ScoreEntry():
            weights = tuple(Weight(name, amount) for name, amount in sorted(entry.score.items()))
            return Feature(name, kind, weights=weights, half_life=entry.half_life, where=entry.where, per=entry.per)
        case TrendEntry():
            return Feature(name, kind, entry.trend, over=entry.over, band=entry.band, where=entry.where, per=entry.per)
        case OfEntry():
            by = entry.by if isinstance(entry, TopEntry) else None
            field: str = getattr(entry, kind)
            return Feature(name, kind, entry.of, field, by, over=entry.over, where=entry.where, per=entry.per)
    raise TypeError(f"no feature is made of {type(entry).__name__}")


def declared_interaction(name: str, entry: InteractionEntry) -> Interaction:
    """The touchpoint type that an entry of `interactions.yaml` declares."""
    said = entry.says, entry.channel, entry.loop, entry.evidence
    return Interaction(name, *said, entry.latency or 0, entry.deprecated)


def declared_sources(file: LibraryFile) -> tuple[Source, ...]:
    """The sources that `library.yaml` declares, by name."""
    return tuple(Source(name, entry.late_by) for name, entry in sorted((file.sources or {}).items()))


def declared_caps(entries: Iterable[CapEntry] | None) -> tuple[Cap, ...]:
    """Caps, the smallest window first: their order means nothing."""
    caps = (Cap(entry.count, entry.over, entry.per) for entry in entries or ())
    return tuple(sorted(caps, key=lambda cap: (cap.over, cap.count, cap.per or "")))


def declared_channel(name: str, entry: ChannelEntry) -> Channel:
    """The channel that an entry of `channels.yaml` declares."""
    quiet, rest = entry.quiet, entry.rest
    return Channel(
        name,
        entry.cost,
        entry.consent,
        None if quiet is None else Quiet(quiet.begin, quiet.end, quiet.then == "defer"),
        declared_caps(entry.cap),
        tuple(entry.loops or ()),
        entry.response,
        None if rest is None else Rest(rest.after, rest.length),
    )


def declared_groups(file: LibraryFile) -> tuple[Group, ...]:
    """The groups that `library.yaml` declares, by name."""
    groups = sorted((file.groups or {}).items())
    return tuple(Group(name, declared_caps(entry.cap), entry.by == "response") for name, entry in groups)


def declared_signal(file: SignalFile) -> Signal:
    """The signal that a file in `signals/` declares. The file has been checked: it has exactly one pattern."""
    return Signal(
        name=file.signal,
        owner=file.owner,
        reason=file.reason,
        status=file.status,
        value=file.value,
        pattern=_pattern(file),
        per=file.per,
        condition=file.condition,
        again=file.again,
        then=_then(file.then),
        unless=file.unless,
        group=file.group,
        caps=declared_caps(file.cap),
        holdout=file.holdout,
        goal=file.goal or (),
        purpose=file.purpose,
    )


def _pattern(file: SignalFile) -> Pattern:
    if file.when is not None:
        return When(file.when, file.hold)
    if file.follow is not None:
        return Follow(tuple(map(_step, file.follow)), file.restart or "first")
    if file.date is not None:
        return _date(file.date)
    if file.silent is None or file.of is None:
        raise ValueError(f"{file.signal} has no pattern")
    return Silent(file.silent, file.of)


def _date(entry: DateEntry) -> DateWindow:
    return DateWindow(entry.of, entry.ahead, entry.after, entry.yearly)


def _step(entry: tuple[str, ...] | StepEntry | WithoutEntry) -> Step | Silence | Without:
    match entry:
        case StepEntry():
            return Step(entry.type, entry.where, entry.within or WITHIN, entry.times, tuple(entry.same or ()))
        case WithoutEntry():
            return Without(entry.without) if entry.duration is None else Silence(entry.without, entry.duration)
        case _:
            return Step(entry, None, WITHIN)


def _then(entry: ThenEntry) -> Then:
    carry = tuple((entry.carry or {}).items())
    return Then(entry.channel, entry.content, carry, entry.expires, entry.cancel_on or (), entry.to, entry.mix)


def declared_timeline(signal: str, file: str, line: int, entry: TimelineEntry, place: ZoneInfo) -> Timeline:
    """The timeline that an entry of a `*.test.yaml` declares; ``place`` is the library's time zone."""
    return Timeline(
        signal=signal,
        name=entry.name,
        file=file,
        line=line,
        steps=tuple(_timeline_steps(entry.timeline, place)),
        fires=tuple(_expected(firing, place) for firing in entry.fires),
        profile=tuple((entry.profile or {}).items()),
        until=entry.until or 0,
        context=tuple((entry.context or {}).items()),
    )


def _expected(entry: FiringEntry, place: ZoneInfo) -> ExpectedFiring:
    return ExpectedFiring(
        time=moment_of(entry.at, place),
        channel=entry.channel,
        per=entry.per,
        late=entry.late,
        outcome=entry.outcome,
        reason=entry.reason,
        goes=None if entry.goes is None else moment_of(entry.goes, place),
        cancelled=None if entry.cancelled is None else moment_of(entry.cancelled, place),
        carry=tuple((entry.carry or {}).items()),
    )


def _timeline_steps(entries: Iterable[TouchpointEntry], place: ZoneInfo) -> Iterator[TimelineStep]:
    time = 0
    for entry in entries:
        time = time + (entry.after or 0) if entry.at is None else moment_of(entry.at, place)
        fields = entry.model_dump(exclude={"at", "after", "type"}, exclude_none=True)
        yield TimelineStep(time, entry.type, tuple(fields.items()))
