"""Room for labels, so that none lies over another."""

from __future__ import annotations


class Taken:
    """The room on a row that labels have taken."""

    def __init__(self, left: float, right: float) -> None:
        self._left, self._right = left, right
        self._taken: list[tuple[float, float]] = []

    def take(self, begins: float, ends: float, apart: float = 6) -> bool:
        """Takes a stretch, if it is free and within the row."""
        free = all(ends + apart <= left or begins - apart >= right for left, right in self._taken)
        if free and begins >= self._left and ends <= self._right:
            self._taken.append((begins, ends))
            return True
        return False

    def hold(self, begins: float, ends: float) -> None:
        """Takes a stretch in any case."""
        self._taken.append((begins, ends))
