"""Who reads the firings of other signals: each says which, by a `where`, and none reads its own in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from rules.check.expressions import CheckedExpressions
from rules.check.parts import Parts
from rules.check.types import at_key, named, paths_of_feature, paths_of_signal
from rules.circles import find_circles, in_words
from rules.expression import pinned
from rules.names import nearest
from rules.problem import Problem
from rules.schema import Declared, SignalFile
from rules.schema_reading import Placed
from rules.source import Path

FIRED: Final = "signal.fired"
_SAYS_WHICH: Final = "`where: properties.signal == 'NAME'`, or `in ['NAME', 'OTHER']`"


def check_fired(parts: Parts, checked: CheckedExpressions) -> Iterator[Problem]:
    """What is wrong with the readers of `signal.fired`."""
    check = _Check(parts, checked)
    for feature in parts.features:
        check.readers(feature.entry, list(paths_of_feature(feature.entry)), feature.name)
    for signal in parts.signals:
        check.readers(signal, list(paths_of_signal(signal)), None)
    yield from check.problems
    yield from check.circles()


class _Check:
    def __init__(self, parts: Parts, checked: CheckedExpressions) -> None:
        self._parts, self._checked = parts, checked
        self._places = {signal.model.signal: signal for signal in parts.signals}
        self._of_features: dict[str, set[str]] = {}
        self._of_signals: dict[str, set[str]] = {}
        self.problems: list[Problem] = []

    def readers(self, placed: Placed[Declared], paths: list[Path], feature: str | None) -> None:
        """Checks each declaration, or step of one, that names `signal.fired`; ``feature`` is its name, if it is one."""
        spots: dict[Path, list[tuple[Path, str]]] = {}
        for path, name in named(placed, paths):
            spots.setdefault(_holder(path), []).append((path, name))
        for holder, names in spots.items():
            self._reader(placed, holder, names, feature)

    def _reader(
        self, placed: Placed[Declared], holder: Path, names: list[tuple[Path, str]], feature: str | None
    ) -> None:
        path = next((path for path, name in names if name == FIRED), None)
        if path is None:
            return
        if not _takes_where(placed, holder, path):
            found = f"`{FIRED}` where nothing can say which signals are meant"
            instead = "read it in a feature or in a step `{type: signal.fired, where: ...}`"
            self._note(placed, path, found, _SAYS_WHICH, instead)
            return
        if len(names) > 1:
            what = "a feature" if feature else "a step"
            found, instead = f"`{FIRED}` beside other types", f"make it {what} of its own"
            self._note(placed, path, found, f"`{FIRED}` alone", instead)
            return
        self._which(placed, (*holder, "where"), path, feature)

    def _which(self, placed: Placed[Declared], where: Path, path: Path, feature: str | None) -> None:
        expression = self._checked.wheres.get((placed.document.file, (*placed.path, *where)))
        which = pinned(expression, "properties.signal") if expression is not None else None
        if which is not None:
            self._add(placed, where, which, feature)
        elif expression is not None or not (placed.has(*where) or placed.is_mended(where)):
            instead = "add, for example, `where: properties.signal == 'retail.abandoned-basket'`"
            self._note(placed, path, f"`{FIRED}` without saying which signals are meant", _SAYS_WHICH, instead)

    def _add(self, placed: Placed[Declared], where: Path, which: frozenset[str], feature: str | None) -> None:
        if feature is not None:
            self._of_features.setdefault(feature, set()).update(which)
        elif isinstance(placed.model, SignalFile):
            self._of_signals.setdefault(placed.model.signal, set()).update(which)
        for name in sorted(which - self._places.keys()) if self._parts.has_all_signals else ():
            self._unknown(placed, where, name)

    def _unknown(self, placed: Placed[Declared], where: Path, name: str) -> None:
        document, whole = placed.document, (*placed.path, *where)
        near = nearest(name, self._places)
        instead = f"write `{near}`" if near else "write the name of a signal, as its file says it"
        words = f"the unknown signal `{name}`", "a signal of this library", instead
        self.problems.append(document.problem(whole, *words, part=document.part(whole, name)))

    def _note(self, placed: Placed[Declared], path: Path, found: str, expected: str, instead: str) -> None:
        self.problems += placed.problem(path, found, expected, instead, at_key=at_key(path))

    def circles(self) -> Iterator[Problem]:
        """Signals that would make one another fire for ever."""
        for circle in find_circles(self._reads()).found:
            found = f"a circle of signals: {in_words(circle)}"
            expected = "signals that don't read one another's firings in a circle"
            instead = f"don't read `{circle[0]}` in `{circle[-2]}`" if circle[0] != circle[-2] else "don't read its own"
            yield from self._places[circle[0]].problem(("signal",), found, expected, instead)

    def _reads(self) -> Mapping[str, set[str]]:
        return {name: self._read_by(name) for name in self._places}

    def _read_by(self, signal: str) -> set[str]:
        by_features = [self._of_features.get(name, set()) for name in self._checked.features.get(signal, ())]
        return self._of_signals.get(signal, set()).union(*by_features)


def _holder(path: Path) -> Path:
    """The path of the declaration, or of the step, in which a type stands."""
    return path[:2] if path[0] == "follow" else ()


def _takes_where(placed: Placed[Declared], holder: Path, path: Path) -> bool:
    """Whether a `where` can stand beside a type: not in `silent`, `without` or a step that is a type alone."""
    if isinstance(placed.model, SignalFile):
        return len(path) > 2 and path[:3] == (*holder, "type")
    return True
