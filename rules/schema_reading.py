"""Reads one declaration into its model, and says what is wrong with it in the words of a library's writer.

What is wrong is mended in a copy (taken away, or an example put there), so that what is right can be checked on: all
problems come at once, and nothing is said twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from pydantic import ValidationError

from rules.names import nearest, one_of
from rules.problem import Problem
from rules.schema import Declared, Seen
from rules.schema_kinds import RefusalError, ValueKind, as_yaml, shown
from rules.source import Document, Path

M_co = TypeVar("M_co", bound=Declared, covariant=True)

MOST_ROUNDS: Final = 8
_HARMLESS: Final = "*"  # stands in a list for what can't be read: it is a step and a type that exist in any library


@dataclass(frozen=True, slots=True)
class Placed(Generic[M_co]):
    """A declaration with its place: ``path`` leads to it in the document, ``mended`` to what isn't as it is written."""

    model: M_co
    document: Document
    path: Path
    mended: frozenset[Path]

    def problem(self, path: Path, found: str, expected: str, instead: str, *, at_key: bool = False) -> list[Problem]:
        """A problem at a path within the declaration; none where what stands there has been reported already."""
        whole = (*self.path, *path)
        if self.is_mended(path):
            return []
        return [self.document.problem(whole, found, expected, instead, at_key=at_key)]

    def is_mended(self, path: Path) -> bool:
        return any(path[: len(mended)] == mended for mended in self.mended)

    def is_mended_below(self, path: Path) -> bool:
        """Whether something within what stands there isn't as it is written."""
        return self.is_mended(path) or any(mended[: len(path)] == path for mended in self.mended)

    def has(self, *path: str | int) -> bool:
        """Whether something is written there, right or wrong."""
        return self.document.has((*self.path, *path))


def read_model(
    model: type[M_co], document: Document, path: Path, data: Any
) -> tuple[Placed[M_co] | None, list[Problem]]:
    """The declaration whose plain data stands at ``path``, and what is wrong with it; None where nothing is right."""
    reading = _Reading(document, path, deepcopy(data))
    for _ in range(MOST_ROUNDS):
        seen = Seen()
        try:
            read = model.model_validate(reading.data, context=seen)
        except ValidationError as error:
            if not reading.mend(error, seen):
                break
        else:
            return Placed(read, document, path, frozenset(reading.mended)), reading.problems
    return None, reading.problems


class _Reading:
    def __init__(self, document: Document, path: Path, data: Any) -> None:
        self.document = document
        self.path = path
        self.data = data
        self.mended: set[Path] = set()
        self.problems: list[Problem] = []
        self._is_first = True

    def mend(self, error: ValidationError, seen: Seen) -> bool:
        """Takes away or fills in what was refused; only the first round's refusals are not of our own making."""
        errors = [_Refused(self.data, seen, details) for details in error.errors(include_url=False)]
        if self._is_first:
            meant = {key for refused in errors for key in refused.meant()}
            keys = {refused.path for refused in errors if refused.at_key}
            said = [refused for refused in errors if refused.at_key or refused.path not in keys]
            self.problems = [problem for refused in said for problem in self._problem(refused, meant)]
        self._is_first = False
        return self._mend_all(errors)

    def _mend_all(self, errors: list[_Refused]) -> bool:
        done: set[Path] = set()
        for refused in sorted(errors, key=lambda refused: len(refused.path)):
            if any(refused.path[: len(path)] == path for path in done):
                continue
            path = self._mend(refused.path, refused.missing)
            if path is None:
                return False
            done.add(path)
        return True

    def _problem(self, refused: _Refused, meant: set[Path]) -> Iterable[Problem]:
        whole = (*self.path, *refused.path)
        if self.document.is_broken(whole) or (refused.missing and refused.path in meant):
            return
        yield self.document.problem(whole, *refused.words(), at_key=refused.at_key)

    def _mend(self, path: Path, missing: ValueKind | None) -> Path | None:
        """The path that was mended: where the value itself can't be, that of what holds it; None where nothing can."""
        if not path:
            return None
        above = _descend(self.data, path[:-1])
        if missing is not None and isinstance(above, dict):
            above[path[-1]] = deepcopy(missing.example)
        elif isinstance(above, list) and path not in self.mended:
            above[int(path[-1])] = _HARMLESS
        elif isinstance(above, dict) and path[-1] in above:
            del above[path[-1]]
        else:
            return self._mend(path[:-1], None)
        self.mended.add(path)
        return path


def _descend(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


class _Refused:
    """One error of pydantic: where in the data it is, and what to say."""

    def __init__(self, data: Any, seen: Seen, details: Any) -> None:
        self.kind: str = details["type"]
        self.details = details
        location = details["loc"]
        self.path, self.model = _walk(data, seen, location)
        self._beside = _keys_beside(data, self.path)
        self.at_key = self.kind == "extra_forbidden" or location[-1:] == ("[key]",)
        self.is_cut_off = _is_cut_off(data, self.path)
        self.missing: ValueKind | None = None
        if self.kind == "missing":
            self.path = (*self.path, location[-1])
            self.missing = _kind_of(self.model, str(location[-1]))

    def meant(self) -> Iterable[Path]:
        """Where the key is that this unknown one was meant to be: that it is missing needs no saying."""
        if self.kind == "extra_forbidden" and self.model:
            key = str(self.path[-1])
            is_known = any(key in sibling.known_keys() for sibling in self.model.siblings())
            near = None if is_known else nearest(key, self.model.known_keys())
            yield from [(*self.path[:-1], near)] if near else []

    def words(self) -> tuple[str, str, str]:
        """What was found, what was expected, what to write instead."""
        if self.at_key and self.is_cut_off:
            found = f"the key `{_short(str(self.path[-1]))}`, which may be what follows a comma in an expression"
            return found, "a name and a value", "put the whole expression in double quotes"
        reason = self.details.get("ctx", {}).get("error")
        if isinstance(reason, RefusalError):
            return reason.found, reason.expected, reason.instead
        if self.kind == "extra_forbidden":
            return self._unknown_key(str(self.path[-1]))
        if self.missing is not None:
            key = self.path[-1]
            example = as_yaml({key: self.missing.example})[1:-1]
            return f"no `{key}`", self.missing.expected, f"add, for example, `{example}`"
        return shown(self.details["input"]), self._expected(), self._mapping()

    def _expected(self) -> str:
        if self.model is not None and self.model.known_keys():
            return f"a mapping with the keys {one_of(self.model.known_keys())}"
        return "a mapping" if self.kind in ("model_type", "dict_type") else str(self.details["msg"])

    def _mapping(self) -> str:
        fields = self.model.model_fields.values() if self.model else ()
        return "write `key: value`" if any(info.is_required() for info in fields) else "write `{}`, or its keys"

    def _unknown_key(self, key: str) -> tuple[str, str, str]:
        known = self.model.known_keys() if self.model else ()
        called = self.model.called if self.model else "a mapping"
        if self.model and key in self.model.not_yet:
            return f"`{key}`, which is not supported yet", "keys that this release knows", "leave it out"
        expected = f"{_among(known)} of {called}"
        if self.model and any(key in sibling.known_keys() for sibling in self.model.siblings()):
            own = self.model.meant.get(key)
            instead = f"write `{own}` instead" if own and own not in self._beside else "leave it out"
            return f"`{key}`, which {called} doesn't take", expected, instead
        near = nearest(key, known)
        if near:
            return f"the unknown key `{_short(key)}`", f"a key of {called}", f"write `{near}`"
        return f"the unknown key `{_short(key)}`", expected, "leave it out"


def _among(known: tuple[str, ...]) -> str:
    return f"one of the keys {one_of(known)}" if known else "no key"


def _is_cut_off(data: Any, path: Path) -> bool:
    """Whether a key without a value looks like the rest of an expression, as `{n: max(a, 3)}` has two keys in YAML."""
    if not path or not re.search(r"[\s()\[\]'\"<>=]", str(path[-1])):
        return False
    return _descend(data, path) is None


def _keys_beside(data: Any, path: Path) -> frozenset[str]:
    above = _descend(data, path[:-1])
    return frozenset(above) if isinstance(above, dict) else frozenset()


def _short(key: str) -> str:
    text = key if key.isprintable() else repr(key)
    return text if len(text) <= 40 else f"{text[:40]}..."


def _walk(data: Any, seen: Seen, location: Iterable[str | int]) -> tuple[Path, type[Declared] | None]:
    """The path of a pydantic location in the data (it has tags of unions too), and the last model on the way."""
    path: Path = ()
    model = seen.models.get(id(data))
    for step in location:
        if not (step in data if isinstance(data, dict) else isinstance(data, list) and isinstance(step, int)):
            continue
        data = data[step]
        path = (*path, step)
        model = seen.models.get(id(data), model)
    return path, model


def _kind_of(model: type[Declared] | None, key: str) -> ValueKind | None:
    fields = model.model_fields if model else {}
    for name, info in fields.items():
        if (info.alias or name) == key:
            return next((kind for kind in info.metadata if isinstance(kind, ValueKind)), None)
    return None
