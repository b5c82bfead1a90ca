"""How near signals came to firing in a customer's life: the nearest misses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rules.explaining.standing import FAR
from rules.state import decode_state

if TYPE_CHECKING:
    from rules.explaining.explain import Explainer

MOST_ASKED: Final = 200_000  # instances, so that a long life with many of them is explained in seconds


class Near(NamedTuple):
    """A moment (ms) at which an instance was near to firing, how far it was (see `Asked`), and the state then."""

    gap: float
    now: int
    per: str | None
    raw: bytes


class NearestMisses:
    """Looks at a customer again and again and remembers, for each signal, when it came nearest; of equals the last."""

    def __init__(self, explainer: Explainer, signals: frozenset[str] | None = None) -> None:
        self._explainer = explainer
        declared = explainer.plan.library.signals
        self._signals = [one for one in declared if signals is None or one.name in signals]
        self._asked = 0
        self.found: dict[str, Near] = {}

    def look(self, raw: bytes, now: int) -> None:
        """Looks at the customer's encoded state as of ``now`` (ms)."""
        if self._asked >= MOST_ASKED:
            return
        state = decode_state(raw)
        for signal in self._signals:
            for per, gap in self._explainer.gaps(signal, state, now):
                self._asked += 1
                best = self.found.get(signal.name)
                if gap <= (FAR if best is None else best.gap) and gap != FAR:
                    self.found[signal.name] = Near(gap, now, per, raw)
