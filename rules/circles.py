"""Circles among named things that read one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

MOST_SHOWN: Final = 8

Circle = tuple[str, ...]
"""The names in the order of reading, the first one again at the end."""


@dataclass(frozen=True, slots=True)
class Circles:
    """``found``: circles, no name in two of them. Without the names ``caught`` there is no circle left at all."""

    found: tuple[Circle, ...]
    caught: frozenset[str]


def find_circles(reads: Mapping[str, Iterable[str]]) -> Circles:
    """The circles in what each name reads; names that aren't keys of ``reads`` are left out."""
    search = _Search(reads)
    found = tuple(circle for start in sorted(reads) for circle in search.circles_from(start))
    return Circles(found, frozenset(search.caught))


def in_words(circle: Circle) -> str:
    """A circle as a chain; of a long one the middle is left out."""
    names = [f"`{name}`" for name in circle]
    if len(names) > MOST_SHOWN:
        left_out = f"... {len(names) - MOST_SHOWN + 1} more ..."
        names = [*names[: MOST_SHOWN - 2], left_out, names[-1]]
    return " reads ".join(names)


@dataclass(slots=True)
class _Search:
    """A search in depth, without recursion: a chain may be as long as a library."""

    reads: Mapping[str, Iterable[str]]
    caught: set[str] = field(default_factory=set)
    _done: set[str] = field(default_factory=set)

    def circles_from(self, start: str) -> Iterator[Circle]:
        path: list[str] = []
        waiting: list[Iterator[str]] = [iter((start,))]
        places: dict[str, int] = {}
        while waiting:
            name = next(waiting[-1], None)
            if name is None:
                waiting.pop()
                if path:
                    self._leave(path, places)
            elif name in places:
                yield from self._caught(path[places[name] :], name)
            elif name in self.reads and name not in self._done:
                places[name] = len(path)
                path.append(name)
                waiting.append(iter(sorted(self.reads[name])))

    def _leave(self, path: list[str], places: dict[str, int]) -> None:
        name = path.pop()
        del places[name]
        self._done.add(name)

    def _caught(self, circle: list[str], name: str) -> Iterator[Circle]:
        if name not in self.caught and self.caught.isdisjoint(circle):
            self.caught.update(circle)
            yield (*circle, name)
        self.caught.add(name)
