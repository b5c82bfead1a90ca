"""What becomes of firings: sent, or held with the reason and the value that decided.

The checks stand in the language's order; the first that holds a firing back is the reason. Those that this
release doesn't know yet (consent, unless, holdout, arbitration, caps, quiet hours, choice of channel) take their
places in CHECKS.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

from msgspec import Struct

from rules.firing import Firing
from rules.slice import Decided
from rules.touchpoint import Touchpoint

Outcome = Literal["sent", "held"]
Reason = Literal["status", "if", "no relation", "no channel", "expired"]
TOO_MANY: Final = "identities"
"""Why a link isn't made: the customer would have too many identities."""


class Decision(Struct, frozen=True, gc=False):
    """What policy made of one firing. ``append_time`` (ms) is that of the record that caused it."""

    firing: Firing
    append_time: int
    outcome: Outcome
    reason: Reason | None
    detail: str | None

    @property
    def expires(self) -> int:
        """When the trigger would no longer be worth sending (ms)."""
        return self.firing.moment + self.firing.signal.declared.then.expires


Verdict = tuple[Reason, str] | None
Check = Callable[[Firing, int], Verdict]


def decide(firings: Sequence[Firing], append_time: int | None) -> list[Decision]:
    """Decides firings made together, highest value first, then by name, then by per value.

    ``append_time`` is that of the record which caused them; None takes each firing's own moment.
    """
    ordered = firings if len(firings) == 1 else sorted(firings, key=_rank)
    return [_decide(firing, firing.moment if append_time is None else append_time) for firing in ordered]


def _rank(firing: Firing) -> tuple[float, str, str]:
    return -firing.signal.declared.value, firing.signal.name, firing.per or ""


def _decide(firing: Firing, append_time: int) -> Decision:
    for check in CHECKS:
        verdict = check(firing, append_time)
        if verdict is not None:
            return Decision(firing, append_time, "held", *verdict)
    return Decision(firing, append_time, "sent", None, None)


def _status(firing: Firing, append_time: int) -> Verdict:
    status = firing.signal.declared.status
    return None if status == "live" else ("status", status)


def _condition(firing: Firing, append_time: int) -> Verdict:
    return ("if", firing.signal.declared.condition or "") if firing.refused else None


def _relation(firing: Firing, append_time: int) -> Verdict:
    return ("no relation", f"profile.related.{firing.signal.declared.then.to} names nobody") if firing.lost else None


def _channel(firing: Firing, append_time: int) -> Verdict:
    return None if firing.signal.declared.then.channel else ("no channel", "the signal names none")


def _expiry(firing: Firing, append_time: int) -> Verdict:
    expires = firing.moment + firing.signal.declared.then.expires
    return ("expired", f"{append_time - expires} ms ago") if append_time >= expires else None


CHECKS: Final[tuple[Check, ...]] = (_status, _condition, _relation, _channel, _expiry)


def decided(decision: Decision, append_time: int) -> Decided:
    """What metrics need of a decision."""
    firing = decision.firing
    channel = firing.signal.declared.then.channel
    return Decided(
        firing.signal.name,
        channel,
        decision.outcome,
        decision.reason,
        firing.moment,
        append_time,
        firing.late,
        firing.touchpoint is not None,
        firing.per,
        firing.touchpoints,
    )


def refused(link: Touchpoint, other: str, append_time: int) -> Decided:
    """What metrics need of the decision not to make a link with another identity."""
    return Decided(link.type, None, "held", TOO_MANY, link.time, append_time, False, True, other, (link.id,))
