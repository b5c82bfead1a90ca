"""What there is to say of one customer, as plain values; `told_customer` makes text of them, `as_json` JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from rules.explaining.explained import At, Fired


@dataclass(frozen=True, slots=True)
class ProfileField:
    """A field of the profile, and since when it has this value."""

    name: str
    value: Any
    since: At


@dataclass(frozen=True, slots=True)
class FeatureNow:
    """A feature's value now; of one that is kept for each value of ``per``, the largest or the latest few by that.

    ``words``: what it is. ``more``: how many values aren't shown.
    """

    name: str
    words: str
    per: str | None
    values: dict[str, Any]
    more: int = 0


@dataclass(frozen=True, slots=True)
class ResponseNow:
    """How the customer responds on a channel, to a format, or in an hour of their day.

    ``sent`` and ``answered``: triggers, each halved every 90 days. ``unanswered``: how many went since the last answer.
    """

    by: Literal["channel", "format", "hour"]
    name: str
    sent: float
    answered: float
    unanswered: int = 0
    last: At | None = None

    @property
    def share(self) -> float | None:
        """The share answered, 0..1; None where nothing went."""
        return min(self.answered / self.sent, 1.0) if self.sent > 0 else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A trigger that was deferred, and until when."""

    signal: str
    per: str | None
    channel: str
    fired: At
    goes: At


@dataclass(frozen=True, slots=True)
class ValueNow:
    """Value beside engagement, as far as it is known.

    ``brought``: features that add up what touchpoints are worth. ``engaged``: scores and counts. ``sent``: how many
    triggers went, of those that are known; ``worth``: the value that their signals declare. ``answered``: the share of
    triggers answered on all channels, 0..1.
    """

    brought: dict[str, Any]
    engaged: dict[str, Any]
    sent: int
    worth: float
    answered: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the customer stands in a story."""

    story: str
    stage: str


@dataclass(frozen=True, slots=True)
class Described:
    """A customer as of a moment. ``clock``: the customer's own time, None for one of whom nothing is kept.

    ``asked``: the identity that was asked for, where it is an alias. ``erased``: until when records from before are
    refused, of one who was erased. ``channel`` and ``hour``: where and when the customer responds most.
    ``recent``: the last firings and what became of them.
    """

    customer: str
    at: At
    clock: At | None
    library: str
    time_zone: str
    asked: str | None
    identities: tuple[str, ...]
    erased: At | None
    profile: tuple[ProfileField, ...]
    related: dict[str, tuple[str, ...]]
    features: tuple[FeatureNow, ...]
    stages: tuple[Standing, ...]
    responses: tuple[ResponseNow, ...]
    channel: str | None
    hour: str | None
    value: ValueNow
    recent: tuple[Fired, ...]
    waiting: tuple[Waiting, ...]
