"""How near signals came to firing in a customer's life: the nearest misses."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final, NamedTuple

from rules.declaration import Signal
from rules.explaining.life import Glance
from rules.explaining.standing import FAR
from rules.fields import matches_any
from rules.patterns import EdgeMatcher, FollowMatcher, LaggingSilentMatcher, Matcher, SilentMatcher, WhenMatcher
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
    """Looks at a customer again and again and remembers, for each signal, when it came nearest; of equals the last.

    What time brings nearer is looked at just before a touchpoint that may end it, all else just after one that may
    bring it nearer. ``exhausted``: there was too much to look at, so that the end of the life was left out.
    """

    def __init__(self, explainer: Explainer, signals: Collection[str] | None = None) -> None:
        self._explainer = explainer
        declared = explainer.plan.library.signals
        self._signals = [one for one in declared if signals is None or one.name in signals]
        self._asked = 0
        self.found: dict[str, Near] = {}

    @property
    def exhausted(self) -> bool:
        return self._asked >= MOST_ASKED

    def look(self, glance: Glance) -> None:
        """Looks at the customer at a touchpoint."""
        for signal in self._signals:
            matcher = self._explainer.matcher(signal.name)
            if matcher is None or self.exhausted:
                continue
            for raw in _looked_at(matcher, glance) if _concerns(matcher, glance.type) else ():
                if raw is not None:
                    self._ask(signal, raw, glance.now)

    def _ask(self, signal: Signal, raw: bytes, now: int) -> None:
        for per, gap in self._explainer.gaps(signal, decode_state(raw), now):
            self._asked += 1
            best = self.found.get(signal.name)
            if gap <= (FAR if best is None else best.gap) and gap != FAR:
                self.found[signal.name] = Near(gap, now, per, raw)


def _looked_at(matcher: EdgeMatcher | Matcher, glance: Glance) -> tuple[bytes | None, ...]:
    """The states that may be near: a run comes nearer by time, and by the touchpoint too."""
    match matcher:
        case EdgeMatcher() | WhenMatcher():
            return (glance.after,)
        case FollowMatcher():
            return glance.before, glance.after
    return (glance.before,)


def _concerns(matcher: EdgeMatcher | Matcher, kind: str) -> bool:
    """Whether a touchpoint of this type may change how near an instance is."""
    match matcher:
        case EdgeMatcher() | WhenMatcher():
            return matcher.reads.concern(kind)
        case FollowMatcher():
            return matches_any(matcher.types(), kind)
        case SilentMatcher() | LaggingSilentMatcher():
            return matches_any(matcher.types, kind)
    return False
