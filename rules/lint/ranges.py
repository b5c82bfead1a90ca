"""What a value can be by what is known of it: numbers between two bounds, texts out of a few."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor, inf, isfinite

Value = tuple[str, bool | int | float | str]
"""A value and its kind: true is not 1."""


def value_of(value: bool | float | str) -> Value:
    kind = "bool" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
    return kind, value


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from ``low`` to ``high``, the bounds themselves where they aren't ``open``; whole ones where ``whole``.

    ``among``: where it isn't None, one of these. ``never``: none of these. ``there``: it is not missing.
    """

    low: float = -inf
    high: float = inf
    low_open: bool = False
    high_open: bool = False
    whole: bool = False
    among: frozenset[Value] | None = None
    never: frozenset[Value] = frozenset()
    there: bool = False

    def met(self, other: Range) -> Range:
        """What both allow."""
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        high, high_closed = min((self.high, not self.high_open), (other.high, not other.high_open))
        among = self.among if other.among is None else other.among
        if self.among is not None and other.among is not None:
            among = self.among & other.among
        whole, there = self.whole or other.whole, self.there or other.there
        return Range(low, high, low_open, not high_closed, whole, among, self.never | other.never, there)

    @property
    def is_empty(self) -> bool:
        """Whether there is no value that it allows."""
        if self.among is not None:
            return not any(self.allows(value) for value in self.among)
        tight = self._tight()
        if tight.low > tight.high or (tight.low == tight.high and (tight.low_open or tight.high_open)):
            return True
        return tight.low == tight.high and value_of(tight.low) in self.never

    def allows(self, value: Value) -> bool:
        """Whether it can be that value."""
        if value in self.never or (self.among is not None and value not in self.among):
            return False
        number = value[1]
        if isinstance(number, str | bool):
            return True
        above = number > self.low or (number == self.low and not self.low_open)
        below = number < self.high or (number == self.high and not self.high_open)
        return above and below

    def _tight(self) -> Range:
        """With bounds that whole numbers can reach: above 4 and below 5 there is none."""
        if not self.whole:
            return self
        return replace(
            self,
            low=_next_whole(self.low, is_open=self.low_open),
            high=-_next_whole(-self.high, is_open=self.high_open),
            low_open=False,
            high_open=False,
        )


def _next_whole(bound: float, *, is_open: bool) -> float:
    """The least whole number from a bound on."""
    if not isfinite(bound):
        return bound
    return floor(bound) + 1 if is_open else ceil(bound)
