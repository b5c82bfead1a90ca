"""Whether what begins a run can come a second time within it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rules.declaration import Follow, Library, Signal, Silence, Step, Without
from rules.expression import Expression, Scope, parse, pinned
from rules.fields import matches_any
from rules.relations import FIRED

_TOUCHPOINT: Final = Scope("touchpoint")


def begins_twice(library: Library, signal: Signal) -> bool:
    """Whether a run of a follow may see a second first touchpoint: not where a firing that is too seldom begins it."""
    if not isinstance(signal.pattern, Follow):
        return False
    between = _Spacing(library).of_beginnings(signal, signal.pattern)
    return between <= _length(library, signal.pattern)


class _Spacing:
    """The least time (ms) between two firings of a signal for the same value of its `per`, as far as it is sure."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._signals: Mapping[str, Signal] = {signal.name: signal for signal in library.signals}

    def of_beginnings(self, signal: Signal, follow: Follow) -> int:
        """The least time between two first touchpoints of a follow."""
        first = follow.steps[0]
        if not isinstance(first, Step) or first.types != (FIRED,) or first.where is None:
            return 0
        where = parse(first.where, _TOUCHPOINT)
        names = pinned(where, "properties.signal") or frozenset()
        source = self._signals.get(next(iter(names))) if len(names) == 1 else None
        return self._of(source) if source is not None and _is_one_instance(signal, source, where) else 0

    def _of(self, signal: Signal) -> int:
        again, follow = signal.again or 0, signal.pattern
        if not isinstance(follow, Follow):
            return again
        return max(again, self.of_beginnings(signal, follow) - _length(self._library, follow))


def _is_one_instance(reader: Signal, source: Signal, where: Expression) -> bool:
    """Whether the firings of a signal that a run of another begins with are all for the same value of `per`."""
    if source.per is None or source.per == reader.per:
        return True
    values = pinned(where, source.per)
    return values is not None and len(values) == 1


def _length(library: Library, follow: Follow) -> int:
    """How long (ms) a run lasts at most, from its first touchpoint."""
    first, *later = follow.steps
    times = first.within if isinstance(first, Step) and first.times > 1 else 0
    return times + sum(_wait(library, step) for step in later)


def _wait(library: Library, step: Step | Silence | Without) -> int:
    match step:
        case Step(within=within):
            return within
        case Silence(types, duration):
            latencies = (one.latency for one in library.interactions if matches_any(types, one.name))
            return duration + max(latencies, default=0)
        case Without():
            return 0
