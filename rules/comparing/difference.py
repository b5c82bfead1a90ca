"""What a change of a library would change, as plain values."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Final, Literal, NamedTuple

from rules.explaining import Explained

SAMPLES: Final = 3  # of a signal and kind of change

Kind = Literal["gained", "lost", "moved", "decided otherwise"]


class Made(NamedTuple):
    """A firing as one of the libraries made it. ``outcome``: ``sent``, or ``held: REASON``."""

    signal: str
    customer: str
    per: str | None
    at: int
    outcome: str
    channel: str | None
    touchpoints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """One customer of whom something changes. ``before`` and ``after``: the firing, None where there is none.

    ``why``: how the signal stood, at the moment of the firing, in the library that made none, or didn't send it.
    """

    kind: Kind
    before: Made | None
    after: Made | None
    why: Explained | None

    @property
    def made(self) -> Made:
        """The firing that it is of: the one after the change, where there is one."""
        made = self.after or self.before
        if made is None:
            raise ValueError("a sample of no firing")
        return made


@dataclass(slots=True)
class Difference:
    """What changes of one signal, in firings.

    ``same``: made by both at the same moment and decided alike; ``decided_otherwise``: made by both, not sent
    alike; ``moved``: made by both for the same customer (and per value), at another moment; ``gained``: made only after
    the change; ``lost``: only before. ``sent_before``, ``sent_after``: those of them that are sent.
    """

    signal: str
    before: int = 0
    after: int = 0
    sent_before: int = 0
    sent_after: int = 0
    same: int = 0
    decided_otherwise: int = 0
    moved: int = 0
    gained: int = 0
    lost: int = 0
    samples: list[Sample] = field(default_factory=list)

    @property
    def is_one(self) -> bool:
        return bool(self.decided_otherwise or self.moved or self.gained or self.lost)

    def wants(self, kind: Kind, made: Made) -> bool:
        """Whether a sample of this firing would be kept: of each kind the earliest are."""
        alike = [one for one in self.samples if one.kind == kind]
        return len(alike) < SAMPLES or _order(made) < _order(alike[-1].made)

    def keep(self, sample: Sample) -> None:
        """Keeps a sample that is wanted, in the order of time."""
        if not self.wants(sample.kind, sample.made):
            return
        alike = [one for one in self.samples if one.kind == sample.kind]
        if len(alike) == SAMPLES:
            self.samples.remove(alike[-1])
        insort(self.samples, sample, key=lambda one: _order(one.made))

    def add(self, other: Difference) -> None:
        """Takes in what other customers make of the same signal."""
        for each in fields(self):
            count = getattr(self, each.name)
            if isinstance(count, int):
                setattr(self, each.name, count + getattr(other, each.name))
        for sample in other.samples:
            self.keep(sample)


@dataclass(frozen=True, slots=True)
class Compared:
    """What two libraries make of the same touchpoints. ``touchpoints``: how many were read; ``unread``: records that
    can't be used; ``differences``: of the signals that can change, by name."""

    touchpoints: int
    unread: int
    differences: Sequence[Difference]


def all_compared(shares: Sequence[Compared]) -> Compared:
    """What shares of the customers give together; at least one."""
    first, *others = shares
    differences = {one.signal: one for one in first.differences}
    for share in others:
        for one in share.differences:
            differences[one.signal].add(one)
    return Compared(
        sum(one.touchpoints for one in shares), sum(one.unread for one in shares), tuple(differences.values())
    )


def _order(made: Made) -> tuple[int, str, str]:
    return made.at, made.customer, made.per or ""
