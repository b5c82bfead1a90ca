"""What a comparison needs, in words."""

from __future__ import annotations

from typing import Any, Final

from rules.expression.tree import MIRRORED, OPPOSITE, CompareOperator
from rules.fields import is_number

_WORDS: Final[dict[CompareOperator, str]] = {
    "<": "less than {}",
    "<=": "{} or less",
    ">": "more than {}",
    ">=": "{} or more",
    "==": "{}",
    "!=": "anything but {}",
    "in": "one of {}",
    "not in": "none of {}",
}
_LEAST: Final = 0.01


def opposite(operator: CompareOperator) -> CompareOperator:
    """The comparison that is true where that one isn't."""
    return OPPOSITE[operator]


def mirrored(operator: CompareOperator) -> CompareOperator | None:
    """The comparison with its sides changed; None where it has no such."""
    return MIRRORED.get(operator)


def needed(operator: CompareOperator, other: str) -> str:
    """What the left side needs: ``5 or more``."""
    return _WORDS[operator].format(other)


def distance(found: Any, other: Any) -> float:
    """How far a value that isn't what it needs to be is from it: 1 at most, more than 0."""
    if not is_number(found) or not is_number(other):
        return 1.0
    size = max(abs(found), abs(other))
    return min(1.0, max(_LEAST, abs(found - other) / size)) if size else _LEAST
