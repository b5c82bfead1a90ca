"""What policy made of one firing, and what metrics need of it."""

from __future__ import annotations

from typing import Any, Final, Literal

from msgspec import Struct

from rules.declaration import Signal, When
from rules.firing import Firing, SignalPlan
from rules.policy.plan import ChannelPolicy
from rules.remembered import Trigger
from rules.slice import Decided
from rules.touchpoint import Touchpoint

Outcome = Literal["sent", "deferred", "held", "cancelled"]
Reason = Literal[
    "status",
    "if",
    "no relation",
    "consent",
    "unless",
    "holdout",
    "arbitration",
    "cap",
    "content",
    "quiet",
    "no channel",
    "expired",
    "cancel_on",
    "opted out",
    "late",
    "erased",
]
TOO_MANY: Final = "identities"
"""Why a link isn't made: the customer would have too many identities."""
Verdict = tuple[Reason, str] | None
"""Why a firing is held back, with the value that decided; None where nothing holds it."""


class Decision(Struct, frozen=True, gc=False):
    """What policy made of one firing. ``append_time`` (ms) is that of the record that caused it.

    ``channel``: the one that was chosen, or the only one. ``at``: when it was decided (ms), where that isn't the
    firing's moment. ``carry``: what `carry` gave at that moment, where that is kept. ``went``: of what is cancelled,
    whether the trigger has gone. ``of``: the customer whose name its id has, where that was another one.
    """

    firing: Firing
    append_time: int
    outcome: Outcome
    reason: Reason | None
    detail: str | None
    channel: ChannelPolicy | None = None
    at: int | None = None
    carry: dict[str, Any] | None = None
    went: bool = False
    of: str | None = None

    @property
    def expires(self) -> int:
        """When the trigger would no longer be worth sending (ms)."""
        return self.firing.moment + self.firing.signal.declared.then.expires


def decided(decision: Decision, append_time: int) -> Decided:
    """What metrics need of a decision."""
    firing, channel = decision.firing, decision.channel
    return Decided(
        firing.signal.name,
        None if channel is None else channel.name,
        decision.outcome,
        decision.reason,
        firing.moment,
        append_time,
        firing.late,
        firing.touchpoint is not None,
        firing.per,
        firing.touchpoints,
        decision.at is None,
    )


def refused(link: Touchpoint, other: str, append_time: int) -> Decided:
    """What metrics need of the decision not to make a link with another identity."""
    return Decided(link.type, None, "held", TOO_MANY, link.time, append_time, False, True, other, (link.id,))


def firing_of(trigger: Trigger, signal: SignalPlan | None) -> Firing:
    """The firing that a trigger came of. ``signal``: None where the library has it no more."""
    held = trigger.held
    return Firing(
        signal=signal or _gone(trigger.signal),
        per=trigger.per,
        moment=trigger.moment,
        touchpoints=tuple(held.touchpoints) if held else (),
        late=trigger.late,
        refused=False,
        touchpoint=None,
        about=trigger.about,
        origin=trigger.origin,
    )


GONE: Final = "not in the library"


def _gone(name: str) -> SignalPlan:
    declared = Signal(name, None, None, "retired", 0.0, When("False"))
    return SignalPlan(declared, 0, 0, None, None, ())
