"""Names in messages: the nearest known one, and lists of them in words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

MOST_LISTED: Final = 16
MOST_COMPARED: Final = 1_000  # to compare two names takes some 40 us


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like ``name``, capitals aside; None where none is near."""
    by_lower = {candidate.lower(): candidate for candidate in sorted(known, reverse=True)}
    lower = name.lower()[:100]
    close = get_close_matches(lower, _worth_comparing(lower, list(by_lower)), n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def _worth_comparing(name: str, known: list[str]) -> list[str]:
    """Of very many names those that begin or end alike: a slip of the pen leaves most of a name as it is."""
    if len(known) <= MOST_COMPARED:
        return known
    backwards = _neighbours(name[::-1], sorted(other[::-1] for other in known))
    return [*_neighbours(name, sorted(known)), *(other[::-1] for other in backwards)]


def _neighbours(name: str, known: list[str]) -> list[str]:
    """Those in whose midst the name would stand."""
    at, side = bisect_left(known, name), MOST_COMPARED // 4
    return known[max(at - side, 0) : at + side]


def one_of(names: Iterable[str]) -> str:
    """Names as words, "`a`, `b` or `c`"; of very many only the first sixteen, and how many more there are."""
    shown = [f"`{name}`" for name in names] or ["nothing"]
    if len(shown) > MOST_LISTED:
        return f"{', '.join(shown[:MOST_LISTED])} or one of {len(shown) - MOST_LISTED} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
