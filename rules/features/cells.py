"""What a window holds beyond the rows that are kept one by one: the rows of one cell of time become one.

Cells are laid out from 1970 on, the next wider ones over two of them each, so that whatever becomes one, and however
often, lies within one cell of the widest kind that was needed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final

CELLS: Final = 512  # of the finest kind in a window
MOST: Final = 512  # rows, before the cells become wider

Row = tuple[Any, ...]
"""Its time (ms) first."""


def thinned(
    rows: Sequence[Row], over: int, most: int, kind: Callable[[Row], Hashable], join: Callable[[Row, Row], Row]
) -> list[Row]:
    """The rows, by time, of which those of one ``kind`` in one cell became one, as fine as ``most`` rows allow.

    ``join`` makes one of an older and a newer row, at the time of the newer. There may be more rows than that where
    the cells are wider than the window.
    """
    cell = max(1, over // CELLS)
    while True:
        kept = _joined(rows, cell, kind, join)
        if len(kept) <= most or cell > over:
            return kept
        cell *= 2


def _joined(
    rows: Sequence[Row], cell: int, kind: Callable[[Row], Hashable], join: Callable[[Row, Row], Row]
) -> list[Row]:
    kept: dict[Hashable, Row] = {}
    for row in rows:
        place = row[0] // cell, kind(row)
        older = kept.pop(place, None)
        kept[place] = row if older is None else join(older, row)
    return list(kept.values())
