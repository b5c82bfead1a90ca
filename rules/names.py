"""Names in messages: the nearest known one, and lists of them in words."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

MOST_LISTED: Final = 16


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like ``name``, capitals aside; None where none is near."""
    by_lower = {candidate.lower(): candidate for candidate in sorted(known, reverse=True)}
    close = get_close_matches(name.lower()[:100], by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def one_of(names: Iterable[str]) -> str:
    """Names as words, "`a`, `b` or `c`"; of very many only the first sixteen, and how many more there are."""
    shown = [f"`{name}`" for name in names] or ["nothing"]
    if len(shown) > MOST_LISTED:
        return f"{', '.join(shown[:MOST_LISTED])} or one of {len(shown) - MOST_LISTED} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
