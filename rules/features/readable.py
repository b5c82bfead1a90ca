"""What a condition can read: a feature, or a value of a story."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from rules.features.accumulator import Reader
from rules.state import Parts


class Readable(Protocol):
    @property
    def key(self) -> int:
        """The part that it is read from."""

    @property
    def is_time(self) -> bool:
        """Whether it is epoch milliseconds."""

    @property
    def is_count(self) -> bool:
        """Whether it counts touchpoints."""

    def concerns(self, name: str) -> bool:
        """Whether a touchpoint of this type can change it."""

    def reader(self, own: bool, literal: str | None) -> Reader:
        """Reads the value: the customer's, that of the per value asked for, or that of ``literal``."""

    def changes(self, parts: Parts, now: int, key: str | None) -> Iterable[int]:
        """The moments after ``now`` at which time alone may change the value by a step."""

    def settles(self, parts: Parts, now: int, key: str | None) -> int:
        """The moment after which time alone no longer moves the value; ``now`` where it stands still."""
