"""Every expression of a library, checked in its scope, with each mistake at its own place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from rules.check.parts import Parts
from rules.circles import in_words
from rules.expression import Expression, ExpressionError, FeatureInfo, Mistake, Scope, Segments, parse, read_segments
from rules.feature_types import feature_info
from rules.problem import MOST_PROBLEMS, Problem
from rules.schema import Declared, FeatureEntry, ScoreEntry, SignalFile, StepEntry
from rules.schema_reading import Placed
from rules.source import Path

_TOUCHPOINT: Final = Scope("touchpoint")


@dataclass(frozen=True, slots=True)
class _Written:
    """An expression as it is written; ``path`` leads to it within its declaration."""

    path: Path
    text: str
    scope: Scope
    timed: bool = False
    carried: bool = False  # whether it fires doesn't hang on it


@dataclass(slots=True)
class CheckedExpressions:
    """What is wrong with the expressions of a library, and what they read.

    ``features``: by signal, those on which its firing hangs. ``wheres``: each `where` that is right, by its
    declaration's file and the path in it.
    """

    problems: list[Problem] = field(default_factory=list)
    features: dict[str, set[str]] = field(default_factory=dict)
    wheres: dict[tuple[str, Path], Expression] = field(default_factory=dict)


def check_expressions(parts: Parts) -> CheckedExpressions:
    """Reads all expressions of features, segments and signals."""
    checked = CheckedExpressions()
    for feature in parts.features:
        for written in _of_feature(feature.entry.model):
            _read(feature.entry, written, checked)
    infos = {feature.name: feature_info(feature.declared()) for feature in parts.features}
    segments = _segments(parts, infos)
    checked.problems += _in_segments(parts, segments)
    for signal in parts.signals:
        if len(checked.problems) > MOST_PROBLEMS:
            break
        for written in _of_signal(signal.model, infos, segments.expressions):
            if written.scope is _TOUCHPOINT or not _is_doubtful(written.text, parts):
                _read_in_signal(signal, written, checked)
    return checked


def _segments(parts: Parts, infos: Mapping[str, FeatureInfo]) -> Segments:
    """All segments; of those that can't be judged yet no more than the name is known."""
    placed = parts.segments or ()
    sound = {part.name: part.condition for part in placed if not _is_doubtful(part.condition, parts)}
    unknown = parts.unread | {part.name for part in placed if part.name not in sound}
    return read_segments(sound, infos, unknown)


def _in_segments(parts: Parts, segments: Segments) -> Iterator[Problem]:
    places = {part.name: part.entry for part in parts.segments or ()}
    for name, mistakes in segments.mistakes.items():
        yield from _problems(places[name], (), mistakes)
    for circle in segments.circles:
        found = f"a circle of segments: {in_words(circle)}"
        instead = f"take `segment.{circle[1]}` out of `{circle[0]}`"
        yield from places[circle[0]].problem((), found, "segments that don't read one another in a circle", instead)


def _read(placed: Placed[Declared], written: _Written, checked: CheckedExpressions) -> Expression | None:
    """Reads one expression; None where it has problems, or isn't as it was written."""
    if placed.is_mended(written.path):
        return None
    try:
        expression = parse(written.text, written.scope, timed=written.timed)
    except ExpressionError as error:
        checked.problems += _problems(placed, written.path, error.mistakes)
        return None
    if written.path[-1] == "where":
        checked.wheres[placed.document.file, (*placed.path, *written.path)] = expression
    return expression


def _read_in_signal(signal: Placed[SignalFile], written: _Written, checked: CheckedExpressions) -> None:
    expression = _read(signal, written, checked)
    if expression is None:
        return
    if written.timed:
        checked.problems += _check_per(signal, expression)
    if not written.carried:
        checked.features.setdefault(signal.model.signal, set()).update(read.name for read in expression.reads)


def _problems(placed: Placed[Declared], path: Path, mistakes: Iterable[Mistake]) -> Iterator[Problem]:
    document, whole = placed.document, (*placed.path, *path)
    for mistake in mistakes:
        words = mistake.found, mistake.expected, mistake.instead
        yield document.problem(whole, *words, part=(mistake.offset, mistake.length))


def _check_per(signal: Placed[SignalFile], expression: Expression) -> Iterator[Problem]:
    """An instance of a `when` begins with a touchpoint that a feature kept per its field takes: there must be one."""
    per = signal.model.per
    if per is None or any(read.own for read in expression.reads):
        return
    found = f"`per: {per}` on a `when` that reads no feature kept per {per}"
    instead = f"give a feature that `when` reads `per: {per}`, or leave `per` out"
    yield from signal.problem(("per",), found, f"a `when` that reads a feature kept per {per}", instead)


def _of_feature(entry: FeatureEntry) -> Iterator[_Written]:
    if entry.where is not None:
        yield _Written(("where",), entry.where, _TOUCHPOINT)
    for name, amount in entry.score.items() if isinstance(entry, ScoreEntry) else ():
        if isinstance(amount, str):
            yield _Written(("score", name), amount, _TOUCHPOINT)


def _of_signal(
    file: SignalFile, infos: Mapping[str, FeatureInfo], segments: Mapping[str, Expression | None]
) -> Iterator[_Written]:
    scope = Scope("customer", infos, file.per, segments=segments)
    if file.when is not None:
        timed = Scope("customer", infos, file.per, holds=file.hold is not None, segments=segments)
        yield _Written(("when",), file.when, timed, timed=True)
    for index, step in enumerate(file.follow or ()):
        if isinstance(step, StepEntry) and step.where is not None:
            yield _Written(("follow", index, "where"), step.where, _TOUCHPOINT)
    if file.condition is not None:
        yield _Written(("if",), file.condition, scope)
    if file.unless is not None:
        yield _Written(("unless",), file.unless, scope, carried=True)
    for name, text in (file.then.carry or {}).items():
        yield _Written(("then", "carry", name), text, scope, carried=True)


def _is_doubtful(text: str, parts: Parts) -> bool:
    """Whether a text may name what something is wrong with: that would be said again, or wrongly."""
    if parts.segments is None and re.search(r"\bsegment\b", text):
        return True
    doubtful = parts.doubtful
    return doubtful is None or bool(doubtful and not doubtful.isdisjoint(re.findall(r"\w+", text)))
