"""What operators and functions do with values whose kinds aren't known before they come.

Missing is None. A bool isn't a number. None of these raises, whatever the values.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Any, Final

from rules.expression import numbers
from rules.expression.numbers import Number, fit

DEEPEST: Final = 64  # lists and mappings nested deeper equal nothing


def is_number(value: Any) -> bool:
    return type(value) is int or type(value) is float


def is_ordered(left: Any, right: Any) -> bool:
    """Whether two values have an order: two numbers, or two texts."""
    kind, other = type(left), type(right)
    if kind is int or kind is float:
        return other is int or other is float
    return kind is str and other is str


def less(left: Any, right: Any) -> bool:
    return is_ordered(left, right) and left < right


def at_most(left: Any, right: Any) -> bool:
    return is_ordered(left, right) and left <= right


def more(left: Any, right: Any) -> bool:
    return is_ordered(left, right) and left > right


def at_least(left: Any, right: Any) -> bool:
    return is_ordered(left, right) and left >= right


def add(left: Any, right: Any) -> Number | None:
    return numbers.add(left, right) if is_number(left) and is_number(right) else None


def subtract(left: Any, right: Any) -> Number | None:
    return numbers.subtract(left, right) if is_number(left) and is_number(right) else None


def multiply(left: Any, right: Any) -> Number | None:
    return numbers.multiply(left, right) if is_number(left) and is_number(right) else None


def divide(left: Any, right: Any) -> Number | None:
    return numbers.divide(left, right) if is_number(left) and is_number(right) else None


def remainder(left: Any, right: Any) -> Number | None:
    return numbers.remainder(left, right) if is_number(left) and is_number(right) else None


def negative(value: Any) -> Number | None:
    return numbers.negative(value) if is_number(value) else None


def equal(left: Any, right: Any) -> bool:
    """Whether both are there and the same, a bool never the same as a number."""
    return left is not None and right is not None and same(left, right)


def unequal(left: Any, right: Any) -> bool:
    return left is not None and right is not None and not same(left, right)


def same(left: Any, right: Any, depth: int = 0) -> bool:
    """As `equal`, but for nulls within lists and mappings, which are the same as each other."""
    kind = type(left)
    if kind is not type(right):
        return is_number(left) and is_number(right) and bool(left == right)
    if kind is list or kind is dict:
        return depth < DEEPEST and len(left) == len(right) and _same_inside(left, right, depth + 1)
    return bool(left == right)


def _same_inside(left: Any, right: Any, depth: int) -> bool:
    if type(left) is list:
        return all(map(same, left, right, repeat(depth)))
    return all(name in right and same(value, right[name], depth) for name, value in left.items())


def within(left: Any, right: Any) -> bool:
    """Whether ``right`` is a list that has ``left``, or a text that has the text ``left`` in it."""
    if left is None:
        return False
    if type(right) is list or type(right) is tuple:
        return any(same(left, item) for item in right)
    return type(right) is str and type(left) is str and left in right


def without(left: Any, right: Any) -> bool:
    return left is not None and right is not None and not within(left, right)


def least(*values: Any) -> Number | None:
    return min(values) if all(map(is_number, values)) else None


def most(*values: Any) -> Number | None:
    return max(values) if all(map(is_number, values)) else None


def absolute(value: Any) -> Number | None:
    return fit(abs(value)) if is_number(value) else None


def rounded(value: Any, digits: int | None = None) -> Number | None:
    """As Python rounds: halves to the even side; a whole number where no digits are asked for."""
    try:
        return fit(round(value, digits)) if is_number(value) else None
    except OverflowError:
        return None


def length(value: Any) -> int | None:
    return len(value) if type(value) in (str, list, dict) else None


def lower(value: Any) -> str | None:
    return value.lower() if type(value) is str else None


def starts_with(text: Any, beginning: Any) -> bool:
    return type(text) is str and type(beginning) is str and text.startswith(beginning)


def look(values: Any, path: Sequence[Any]) -> Any:
    """As `dig`, where names may come of values: a whole number is its text; what is neither names nothing."""
    names = [name if type(name) is str else str(name) if type(name) is int else None for name in path]
    return None if None in names else dig(values, names)  # type: ignore[arg-type]


def dig(value: Any, path: Sequence[str]) -> Any:
    """The value at a path of names in nested mappings, and of places in lists; None where there is none."""
    for name in path:
        if type(value) is dict:
            value = value.get(name)
        elif type(value) is list and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value
