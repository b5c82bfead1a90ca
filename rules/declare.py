"""From models to declarations: every shorthand resolved, every default filled in."""

from __future__ import annotations

from typing import Final

from rules.declaration import (
    Feature,
    FeatureKind,
    Follow,
    Pattern,
    Signal,
    Silence,
    Silent,
    Step,
    Then,
    Weight,
    When,
    Without,
)
from rules.duration import MILLIS
from rules.schema import (
    CountEntry,
    FeatureEntry,
    OfEntry,
    ScoreEntry,
    SignalFile,
    StepEntry,
    ThenEntry,
    TopEntry,
    WithoutEntry,
)

WITHIN: Final = 90 * MILLIS["d"]  # of a step that doesn't say


def declared_feature(name: str, kind: FeatureKind, entry: FeatureEntry) -> Feature:
    """The feature that an entry of `features.yaml` declares."""
    match entry:
        case CountEntry():
            return Feature(name, kind, entry.count, over=entry.over, where=entry.where, per=entry.per)
        case ScoreEntry():
            weights = tuple(Weight(name, amount) for name, amount in sorted(entry.score.items()))
            return Feature(name, kind, weights=weights, half_life=entry.half_life, where=entry.where, per=entry.per)
        case OfEntry():
            by = entry.by if isinstance(entry, TopEntry) else None
            field: str = getattr(entry, kind)
            return Feature(name, kind, entry.of, field, by, over=entry.over, where=entry.where, per=entry.per)
    raise TypeError(f"no feature is made of {type(entry).__name__}")


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
    if file.silent is None or file.of is None:
        raise ValueError(f"{file.signal} has no pattern")
    return Silent(file.silent, file.of)


def _step(entry: tuple[str, ...] | StepEntry | WithoutEntry) -> Step | Silence | Without:
    match entry:
        case StepEntry():
            return Step(entry.type, entry.where, entry.within or WITHIN, entry.times, tuple(entry.same or ()))
        case WithoutEntry():
            return Without(entry.without) if entry.duration is None else Silence(entry.without, entry.duration)
        case _:
            return Step(entry, None, WITHIN)


def _then(entry: ThenEntry) -> Then:
    return Then(entry.channel, entry.content, tuple((entry.carry or {}).items()), entry.expires)
