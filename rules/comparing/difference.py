"""What a change of a library would change, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from rules.explaining import Explained

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
