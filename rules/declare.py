"""From models to declarations: every shorthand resolved, every default filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from zoneinfo import ZoneInfo

from rules.declaration import (
    DateWindow,
    ExpectedFiring,
    Feature,
    FeatureKind,
    Follow,
    Interaction,
    Pattern,
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
    CountEntry,
    DateEntry,
    FeatureEntry,
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
    return Then(entry.channel, entry.content, tuple((entry.carry or {}).items()), entry.expires, entry.to)


def declared_timeline(signal: str, file: str, line: int, entry: TimelineEntry, place: ZoneInfo) -> Timeline:
    """The timeline that an entry of a `*.test.yaml` declares; ``place`` is the library's time zone."""
    return Timeline(
        signal=signal,
        name=entry.name,
        file=file,
        line=line,
        steps=tuple(_timeline_steps(entry.timeline, place)),
        fires=tuple(
            ExpectedFiring(moment_of(firing.at, place), firing.channel, firing.per, firing.late)
            for firing in entry.fires
        ),
        profile=tuple((entry.profile or {}).items()),
        until=entry.until or 0,
        context=tuple((entry.context or {}).items()),
    )


def _timeline_steps(entries: Iterable[TouchpointEntry], place: ZoneInfo) -> Iterator[TimelineStep]:
    time = 0
    for entry in entries:
        time = time + (entry.after or 0) if entry.at is None else moment_of(entry.at, place)
        fields = entry.model_dump(exclude={"at", "after", "type"}, exclude_none=True)
        yield TimelineStep(time, entry.type, tuple(fields.items()))
