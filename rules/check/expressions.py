"""Every expression of a library, checked in its scope, with each mistake at its own place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from rules.check.parts import Parts
from rules.circles import in_words
from rules.declare_story import declared_story
from rules.expression import Expression, ExpressionError, FeatureInfo, Mistake, Scope, Segments, parse, read_segments
from rules.feature_types import feature_info
from rules.problem import MOST_PROBLEMS, Problem
from rules.schema import (
    BranchEntry,
    Declared,
    FeatureEntry,
    NeededEntry,
    ScoreEntry,
    SignalFile,
    StageEntry,
    StepEntry,
    StoryFile,
    TouchEntry,
)
from rules.schema_reading import Placed
from rules.source import Path
from rules.stories import ValuePath, story_infos

_TOUCHPOINT: Final = Scope("touchpoint")
_STORY: Final = re.compile(r"\b(stage|module|story)\s*[.\[]")


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
    for story in parts.stories:
        for written in _of_story(story.model):
            _read(story, written, checked)
    infos = {feature.name: feature_info(feature.declared()) for feature in parts.features}
    stories = story_infos(declared_story(story.model) for story in parts.stories)
    segments = _segments(parts, infos, stories)
    checked.problems += _in_segments(parts, segments)
    for signal in parts.signals:
        if len(checked.problems) > MOST_PROBLEMS:
            break
        for written in _of_signal(signal.model, infos, segments.expressions, stories):
            if written.scope is _TOUCHPOINT or not _is_doubtful(written.text, parts):
                _read_in_signal(signal, written, checked)
    return checked


def _segments(parts: Parts, infos: Mapping[str, FeatureInfo], stories: Mapping[ValuePath, FeatureInfo]) -> Segments:
    """All segments; of those that can't be judged yet no more than the name is known."""
    placed = parts.segments or ()
    sound = {part.name: part.condition for part in placed if not _is_doubtful(part.condition, parts)}
    unknown = parts.unread | {part.name for part in placed if part.name not in sound}
    return read_segments(sound, infos, unknown, stories)


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


def _of_story(file: StoryFile) -> Iterator[_Written]:
    """Every `where` of a story, all of them over its touchpoints."""
    wheres: list[tuple[Path, str | None]] = [((), file.where)]
    wheres += [(("modules", name), entry.where) for name, entry in (file.modules or {}).items()]
    for at, stage in enumerate(file.stages):
        if isinstance(stage, StageEntry) and isinstance(stage.touchpoints, NeededEntry):
            wheres.append((("stages", at, "touchpoints"), stage.touchpoints.where))
    for name, branch in (file.branches or {}).items():
        wheres += _of_branch(("branches", name), branch)
    if file.reenter is not None and isinstance(file.reenter.by, TouchEntry):
        wheres.append((("reenter", "by"), file.reenter.by.where))
    yield from (_Written((*path, "where"), text, _TOUCHPOINT) for path, text in wheres if text is not None)


def _of_branch(path: Path, branch: BranchEntry) -> Iterator[tuple[Path, str | None]]:
    yield path, branch.where
    if isinstance(branch.answered, TouchEntry):
        yield (*path, "answered"), branch.answered.where


def _of_signal(
    file: SignalFile,
    infos: Mapping[str, FeatureInfo],
    segments: Mapping[str, Expression | None],
    stories: Mapping[ValuePath, FeatureInfo],
) -> Iterator[_Written]:
    scope = Scope("customer", infos, file.per, segments=segments, stories=stories)
    if file.when is not None:
        timed = Scope("customer", infos, file.per, holds=file.hold is not None, segments=segments, stories=stories)
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
    if not parts.has_all_stories and _STORY.search(text):
        return True
    doubtful = parts.doubtful
    return doubtful is None or bool(doubtful and not doubtful.isdisjoint(re.findall(r"\w+", text)))
