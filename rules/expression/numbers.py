"""Arithmetic of what is known to be a number or missing (None). None of these raises."""

from __future__ import annotations

from typing import Final

Number = int | float

BIGGEST: Final = 2**63  # a whole number beyond it goes on as a float


def fit(value: Number) -> Number | None:
    """The value as it may go on: never infinite, never an endless integer."""
    if -BIGGEST <= value <= BIGGEST:
        return value
    try:
        size = float(value)
    except OverflowError:
        return None
    return size if size - size == 0.0 else None


def add(left: Number | None, right: Number | None) -> Number | None:
    try:
        return fit(left + right)  # type: ignore[operator]
    except (TypeError, OverflowError):
        return None


def subtract(left: Number | None, right: Number | None) -> Number | None:
    try:
        return fit(left - right)  # type: ignore[operator]
    except (TypeError, OverflowError):
        return None


def multiply(left: Number | None, right: Number | None) -> Number | None:
    try:
        return fit(left * right)  # type: ignore[operator]
    except (TypeError, OverflowError):
        return None


def divide(left: Number | None, right: Number | None) -> Number | None:
    try:
        return fit(left / right)  # type: ignore[operator]
    except (TypeError, OverflowError, ZeroDivisionError):
        return None


def remainder(left: Number | None, right: Number | None) -> Number | None:
    try:
        return fit(left % right)  # type: ignore[operator]
    except (TypeError, OverflowError, ZeroDivisionError):
        return None


def negative(value: Number | None) -> Number | None:
    return None if value is None else fit(-value)
