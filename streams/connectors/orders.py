"""An event on its way to an endpoint, what came of it, and what time or a cancel alone decide about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rules import CancelEvent, Event, TriggerEvent, to_millis

OutcomeWord = Literal["delivered", "failed", "refused"]


class Result(NamedTuple):
    """What came of an event. `cause` is one of a few words, for metrics; `reason` and `format` are for the outcome."""

    outcome: OutcomeWord
    cause: str = ""
    reason: str | None = None
    format: str | None = None


@dataclass(slots=True, eq=False)
class Order:
    """An event to deliver. `appended`: epoch ms. `body`: the event as it came.

    `called_off`: its trigger was cancelled. `let_go`: it is no longer this worker's, and not done.
    """

    offset: int
    appended: int
    key: bytes
    body: bytes
    event: Event
    calls_off: "Order | None" = None
    called_off: bool = False
    let_go: bool = False

    @property
    def id(self) -> str:
        return self.event.id

    @property
    def trigger(self) -> TriggerEvent | None:
        """The trigger that it is, None for a cancel."""
        return self.event if isinstance(self.event, TriggerEvent) else None

    @property
    def cancels(self) -> str | None:
        """The id of the trigger that it cancels, None for a trigger."""
        return self.event.data.trigger if isinstance(self.event, CancelEvent) else None

    @property
    def time(self) -> int:
        """The event's own time (epoch ms)."""
        return to_millis(self.event.time)

    @property
    def expires(self) -> int | None:
        """From when on (epoch ms) it isn't to be delivered any more; None for a cancel."""
        return None if self.trigger is None else to_millis(self.trigger.data.expires)


Clock = Callable[[Order], int]
"""What time it is for an event, in epoch ms: the wall clock, or with the log's own time the event's."""


def undeliverable(order: Order, now: int) -> Result | None:
    """What comes of an event that isn't to be sent, at `now` (epoch ms); None where it is to be."""
    if order.called_off:
        return Result("failed", "cancelled", "cancelled")
    if order.expires is not None and now >= order.expires:
        return Result("failed", "expired", "expired")
    return None
