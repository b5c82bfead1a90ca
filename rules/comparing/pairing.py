"""Which firing of one library is which of the other: at the same moment, or near it for the same instance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from rules.comparing.difference import Made, Sample

NEAR: Final = 7 * 86_400_000  # ms within which a firing of the same instance counts as moved
MOST_WAITING: Final = 200_000  # firings without their like that are kept, so that memory is bounded

Instance = tuple[str, str, str | None]


class Lonely(NamedTuple):
    """A firing that only one library made so far. ``sample``: what was explained of it, if it was."""

    made: Made
    is_after: bool
    sample: Sample | None


class Pairing:
    """Keeps the firings that only one library made until one near them comes from the other, oldest first."""

    def __init__(self) -> None:
        self._waiting: dict[Instance, list[Lonely]] = {}
        self._count = 0

    def partner(self, made: Made, is_after: bool) -> Lonely | None:
        """The oldest firing of the same instance by the other library, near enough; it waits no more."""
        waiting = self._waiting.get(_instance(made), [])
        for at, lonely in enumerate(waiting):
            if lonely.is_after is not is_after and abs(lonely.made.at - made.at) <= NEAR:
                del waiting[at]
                self._count -= 1
                return lonely
        return None

    def add(self, lonely: Lonely) -> Iterator[Lonely]:
        """Lets a firing wait; those that must give up for it."""
        self._waiting.setdefault(_instance(lonely.made), []).append(lonely)
        self._count += 1
        while self._count > MOST_WAITING:
            given_up = self._waiting.pop(next(iter(self._waiting)))
            self._count -= len(given_up)
            yield from given_up

    def left(self) -> Iterator[Lonely]:
        """Those that wait still."""
        for waiting in self._waiting.values():
            yield from waiting


def _instance(made: Made) -> Instance:
    return made.signal, made.customer, made.per
