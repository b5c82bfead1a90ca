"""Every expression of a library, checked in its scope, with each mistake at its own place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rules.check.parts import Parts
from rules.expression import Expression, ExpressionError, FeatureInfo, Scope, parse
from rules.feature_types import feature_info
from rules.problem import Problem
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


def check_expressions(parts: Parts) -> Iterator[Problem]:
    """What is wrong with the expressions of features and signals."""
    for feature in parts.features:
        for written in _of_feature(feature.entry.model):
            yield from _Check(feature.entry, written).problems
    infos = {feature.name: feature_info(feature.declared()) for feature in parts.features}
    for signal in parts.signals:
        for written in _of_signal(signal.model, infos):
            if written.scope is _TOUCHPOINT or not _mentions(written.text, parts.doubtful):
                yield from _check_in_signal(signal, written)


def _check_in_signal(signal: Placed[SignalFile], written: _Written) -> Iterator[Problem]:
    check = _Check(signal, written)
    yield from check.problems
    if check.expression is not None and written.timed:
        yield from _check_per(signal, check.expression)


def _check_per(signal: Placed[SignalFile], expression: Expression) -> Iterator[Problem]:
    """An instance of a `when` begins with a touchpoint that a feature kept per its field takes: there must be one."""
    per = signal.model.per
    if per is None or any(read.own for read in expression.reads):
        return
    found = f"`per: {per}` on a `when` that reads no feature kept per {per}"
    instead = f"give a feature that `when` reads `per: {per}`, or leave `per` out"
    yield from signal.problem(("per",), found, f"a `when` that reads a feature kept per {per}", instead)


class _Check:
    """Reads one expression: ``expression`` is None where it has problems, or isn't as it was written."""

    def __init__(self, placed: Placed[Declared], written: _Written) -> None:
        self.expression: Expression | None = None
        self.problems: list[Problem] = []
        if placed.is_mended(written.path):
            return
        try:
            self.expression = parse(written.text, written.scope, timed=written.timed)
        except ExpressionError as error:
            document, path = placed.document, (*placed.path, *written.path)
            for mistake in error.mistakes:
                line, column = document.inside(path, mistake.offset)
                words = mistake.found, mistake.expected, mistake.instead
                self.problems.append(Problem(document.file, line, column, *words))


def _of_feature(entry: FeatureEntry) -> Iterator[_Written]:
    if entry.where is not None:
        yield _Written(("where",), entry.where, _TOUCHPOINT)
    for name, amount in entry.score.items() if isinstance(entry, ScoreEntry) else ():
        if isinstance(amount, str):
            yield _Written(("score", name), amount, _TOUCHPOINT)


def _of_signal(file: SignalFile, infos: Mapping[str, FeatureInfo]) -> Iterator[_Written]:
    scope = Scope("customer", infos, file.per)
    if file.when is not None:
        timed = Scope("customer", infos, file.per, holds=file.hold is not None)
        yield _Written(("when",), file.when, timed, timed=True)
    for index, step in enumerate(file.follow or ()):
        if isinstance(step, StepEntry) and step.where is not None:
            yield _Written(("follow", index, "where"), step.where, _TOUCHPOINT)
    if file.condition is not None:
        yield _Written(("if",), file.condition, scope)
    for name, text in (file.then.carry or {}).items():
        yield _Written(("then", "carry", name), text, scope)


def _mentions(text: str, doubtful: frozenset[str] | None) -> bool:
    """Whether a text may name a doubtful feature: what is wrong with that one would be said again, or wrongly."""
    return doubtful is None or bool(doubtful and not doubtful.isdisjoint(re.findall(r"\w+", text)))
