"""What every pattern of one customer (and one `per` value) answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.oracle.features import Record
from tests.oracle.library import Library, Signal
from tests.oracle.stories import Round
from tests.oracle.values import MISSING, field, key_of

Moment = tuple[int, list[str]]  # ms, and the ids of the touchpoints that made it


@dataclass(frozen=True)
class View:
    """How a customer reads: `lookup(ms, per, touchpoint)` names values; `records(feature)` is what it has taken;
    `standing(story)` is where it stands."""

    library: Library
    lookup: Callable[[int, str | None, dict[str, Any] | None], Any]
    records: Callable[[str], list[Record]]
    standing: Callable[[str], Round | None]


class Matcher:
    """One instance of a signal. Its clock is the customer's; all times are ms.

    `ended`: when that was over which made it fire at its last touchpoint.
    """

    def __init__(self, signal: Signal, per: str | None, view: View) -> None:
        self.signal = signal
        self.per = per
        self.view = view
        self.last_firing: int | None = None
        self.ended: int | None = None

    def may_fire(self, moment: int) -> bool:
        """Whether `again` lets it."""
        return self.last_firing is None or moment - self.last_firing >= self.signal.again

    def is_own(self, touchpoint: dict[str, Any]) -> bool:
        """Whether a touchpoint has this instance's value of `per`."""
        return self.per is None or self.value_in(touchpoint) == self.per

    def value_in(self, touchpoint: dict[str, Any]) -> str | None:
        value = field(touchpoint, self.signal.per) if self.signal.per else MISSING
        return None if value is MISSING else key_of(value)

    def due(self, clock: int, limit: int) -> list[Moment]:
        """The moments in (clock, limit] by time alone, from what is known at the clock; changes nothing."""
        raise NotImplementedError

    def settle(self, clock: int, now: int) -> None:
        """Lets time run from the clock to `now`."""
        raise NotImplementedError

    def before(self, now: int) -> None:
        """Asked just before a record is applied."""

    def after(self, record: Record, now: int) -> list[str] | None:
        """Asked when a record is applied and the clock is `now`: the touchpoints of a moment it makes, or None."""
        raise NotImplementedError
