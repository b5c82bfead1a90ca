"""The ids that may be one customer's, by the links of a log."""

from __future__ import annotations

from collections.abc import Iterable

from rules.links import LINKED
from rules.touchpoint import BadRecord, decode_touchpoint


def names_of(customer: str, lines: Iterable[bytes]) -> frozenset[str]:
    """A customer's id and all that links in these lines, made or refused, join to it one after the other."""
    groups: dict[str, set[str]] = {}
    for line in lines:
        if LINKED.encode() in line:
            pair = _linked(line)
            joined = set(pair).union(*(groups.get(name, ()) for name in pair))
            groups.update(dict.fromkeys(joined, joined))
    return frozenset(groups.get(customer, ())) | {customer}


def _linked(line: bytes) -> list[str]:
    try:
        touchpoint = decode_touchpoint(line)
    except BadRecord:
        return []
    other = (touchpoint.properties or {}).get("to")
    return [touchpoint.customer, other] if touchpoint.type == LINKED and isinstance(other, str) else []
