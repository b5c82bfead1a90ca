"""A time axis on which every moment has room: longer gaps are wider, but not in proportion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import log2
from typing import Final

MINUTE: Final = 60_000
LEAST_GAP: Final = 26.0


class Axis:
    """Places moments (epoch ms) between ``left`` and ``right``."""

    def __init__(self, moments: Iterable[int], left: float, right: float) -> None:
        self.moments: Sequence[int] = tuple(sorted(set(moments)))
        self.left, self.right = left, right
        self._places = dict(zip(self.moments, self._spread(), strict=True))

    def x(self, moment: int) -> float:
        """Where one of the moments lies."""
        return self._places[moment]

    def _spread(self) -> Iterable[float]:
        gaps = [after - before for before, after in pairwise(self.moments)]
        room = self.right - self.left
        least = min(LEAST_GAP, room / max(len(gaps), 1) * 0.7)
        weights = [log2(1 + gap / MINUTE) for gap in gaps]
        share = (room - least * len(gaps)) / (sum(weights) or 1.0)
        x = self.left
        yield x
        for weight in weights:
            x += least + weight * share
            yield round(min(x, self.right), 1)
