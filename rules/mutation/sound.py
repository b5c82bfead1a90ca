"""Whether a change leaves a library that could be written: what `check` refuses is no change to be noticed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rules.declaration import Feature, Follow, Library, Signal, Step, Types, When
from rules.expression import Scope, parse, pinned
from rules.mutation.change import Change, Declaration, changed
from rules.relations import FIRED, Relations

_TOUCHPOINT: Final = Scope("touchpoint")


def is_sound(library: Library, change: Change) -> bool:
    """Whether all that reads firings says whose, and all instances of a `when` have something to begin with.

    Raises:
        ExpressionError: when an expression of the library can't be read any more.
    """
    if not all(_says_whose(where) for types, where in _reading(change.declared) if FIRED in types):
        return False
    return change.path != ("per",) or _all_begin(Relations(changed(library, change)))


def _reading(declared: Declaration) -> Iterator[tuple[Types, str | None]]:
    """Types beside the `where` that is asked of their touchpoints."""
    match declared:
        case Feature(types=types, where=where):
            yield types, where
        case Signal(pattern=Follow(steps)):
            yield from ((step.types, step.where) for step in steps if isinstance(step, Step))


def _says_whose(where: str | None) -> bool:
    return where is not None and pinned(parse(where, _TOUCHPOINT), "properties.signal") is not None


def _all_begin(relations: Relations) -> bool:
    for signal in relations.library.signals:
        relations.features_read(signal)
        if isinstance(signal.pattern, When) and signal.per is not None:
            condition = relations.expression(signal.pattern.condition, signal.per)
            if not any(read.own for read in condition.reads):
                return False
    return True
