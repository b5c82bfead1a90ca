"""What a library declares, after reading and checking: plain frozen values with every shorthand resolved.

`parse` makes these from YAML; `compile` turns them into a plan. Durations are whole milliseconds,
types are tuples of dotted names or wildcards (``content.*``, ``*``), expressions are kept as text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from rules.story import Story

FeatureKind = Literal["count", "sum", "mean", "min", "max", "distinct", "first", "last", "top", "score", "trend"]
Status = Literal["draft", "shadow", "live", "retired"]
Restart = Literal["first", "latest"]
Types = tuple[str, ...]
BEST: Final = "best"


@dataclass(frozen=True, slots=True)
class Interaction:
    """One touchpoint type of the catalogue.

    ``latency``: how long (ms) its touchpoints may be on their way. ``deprecated``: what to use instead of it.
    """

    name: str
    says: str | None = None
    channel: str | None = None
    loop: str | None = None
    evidence: str | None = None
    latency: int = 0
    deprecated: str | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """At most ``count`` triggers in (t - ``over`` ms, t]; of each value of the field ``per`` where one is said."""

    count: int
    over: int
    per: str | None = None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which a channel sends nothing: [``begin``, ``end``) in minutes of the customer's day, over midnight too.

    What fires then waits for their end where ``defer`` says so; else it is held.
    """

    begin: int
    end: int
    defer: bool = True


@dataclass(frozen=True, slots=True)
class Rest:
    """After ``after`` triggers in a row without a response a channel is left alone for ``length`` ms."""

    after: int
    length: int


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that triggers can be sent to: its topic is ``triggers.NAME``.

    ``cost`` of one trigger, in the library's currency. ``consent``: the profile's field that must be true.
    ``response``: the share of triggers that a customer of whom nothing is known is expected to respond to.
    """

    name: str
    cost: float = 0.0
    consent: str | None = None
    quiet: Quiet | None = None
    caps: tuple[Cap, ...] = ()
    loops: tuple[str, ...] = ()
    response: float | None = None
    rest: Rest | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Signals of which only one goes at a moment. ``by_response``: the value times the chance of a response ranks."""

    name: str
    caps: tuple[Cap, ...] = ()
    by_response: bool = False


@dataclass(frozen=True, slots=True)
class Weight:
    """What a touchpoint of ``type`` adds to a score: a number, or an expression over the touchpoint."""

    type: str
    amount: float | str


@dataclass(frozen=True, slots=True)
class Feature:
    """A named value kept per customer, or per customer and value of the field ``per``.

    ``types`` is empty for a score, whose ``weights`` name them. ``field`` is the touchpoint's field that
    sum, mean, min, max, distinct, first, last and top take; ``by`` what top adds up; ``band`` the share by which a
    trend must move.
    """

    name: str
    kind: FeatureKind
    types: Types = ()
    field: str | None = None
    by: str | None = None
    weights: tuple[Weight, ...] = ()
    half_life: int | None = None
    over: int | None = None
    band: float = 0.0
    where: str | None = None
    per: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a follow that touchpoints fulfil. ``within`` (ms) is filled in: 90 days where none is said."""

    types: Types
    where: str | None
    within: int
    times: int = 1
    same: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Silence:
    """A step of a follow that ``duration`` ms without any of ``types`` fulfil."""

    types: Types
    duration: int


@dataclass(frozen=True, slots=True)
class Without:
    """Between two steps of a follow: a touchpoint of ``types`` there breaks the run."""

    types: Types


@dataclass(frozen=True, slots=True)
class When:
    """Fires when ``condition`` turns from false to true, and stays so for ``hold`` ms where that is said."""

    condition: str
    hold: int | None = None


@dataclass(frozen=True, slots=True)
class Follow:
    """Fires when the steps have happened in event-time order."""

    steps: tuple[Step | Silence | Without, ...]
    restart: Restart = "first"


@dataclass(frozen=True, slots=True)
class Silent:
    """Fires ``duration`` ms after the last touchpoint of ``types``."""

    duration: int
    types: Types


@dataclass(frozen=True, slots=True)
class DateWindow:
    """Fires when now comes into a window about a date of the profile.

    ``ahead``: the window lasts from so many ms before the date until it; ``after``: it is the day that begins so many
    ms after it. Exactly one of the two is said.
    """

    field: str
    ahead: int | None = None
    after: int | None = None
    yearly: bool = False


Pattern = When | Follow | Silent | DateWindow


@dataclass(frozen=True, slots=True)
class Segment:
    """A named condition about a customer."""

    name: str
    condition: str


@dataclass(frozen=True, slots=True)
class Source:
    """How late (ms) touchpoints of one source may come."""

    name: str
    late_by: int


@dataclass(frozen=True, slots=True)
class Then:
    """What a firing asks for. ``expires`` is ms from the moment of firing; ``carry`` maps names to expressions.

    ``channel``: one, several in order of preference, or `BEST`. ``cancel_on``: types that take the trigger back.
    ``to``: what the person is to the customer who gets it in the customer's place, by ``profile.related``. ``mix``: the
    story by whose mix the channels are ordered.
    """

    channel: str | tuple[str, ...] | None = None
    content: str | None = None
    carry: tuple[tuple[str, str], ...] = ()
    expires: int = 48 * 3_600_000
    cancel_on: Types = ()
    to: str | None = None
    mix: str | None = None

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that are named, in order of preference; none where `BEST` is left to find one."""
        match self.channel:
            case None | "best":
                return ()
            case str():
                return (self.channel,)
        return self.channel

    @property
    def chooses_best(self) -> bool:
        return self.channel == BEST

    @property
    def named(self) -> tuple[str, ...]:
        """What is written of channels: `BEST` too."""
        return (BEST,) if self.chooses_best else self.channels


@dataclass(frozen=True, slots=True)
class Signal:
    """One declared pattern, with its owner, its reason and what is to be done when it fires."""

    name: str
    owner: str | None
    reason: str | None
    status: Status
    value: float
    pattern: Pattern
    per: str | None = None
    condition: str | None = None  # the key `if`
    again: int | None = None
    then: Then = Then()
    unless: str | None = None
    group: str | None = None
    caps: tuple[Cap, ...] = ()
    holdout: float = 0.0
    purpose: str | None = None
    goal: Types = ()


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """One touchpoint of a timeline, in the order of the log: ``time`` in epoch ms, ``fields`` the others it has."""

    time: int
    type: str
    fields: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedFiring:
    """A firing that a timeline expects at ``time`` (epoch ms); what is None isn't compared.

    ``goes``: when it goes, where it is deferred first; ``cancelled``: when it is taken back (epoch ms). ``carry``: some
    of what the trigger takes along.
    """

    time: int
    channel: str | None = None
    per: str | None = None
    late: bool | None = None
    outcome: str | None = None
    reason: str | None = None
    goes: int | None = None
    cancelled: int | None = None
    carry: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """What one customer does, and when ``signal`` then fires.

    ``file`` and ``line`` say where it is written. ``profile`` and ``context`` stand before the first step and fire
    nothing. Time runs on until ``until`` ms after the largest time of the steps. ``fires`` are all firings, in no
    order.
    """

    signal: str
    name: str
    file: str
    line: int
    steps: tuple[TimelineStep, ...]
    fires: tuple[ExpectedFiring, ...]
    profile: tuple[tuple[str, Any], ...] = ()
    until: int = 0
    context: tuple[tuple[str, Any], ...] = ()

    @property
    def end(self) -> int:
        """When it ends (epoch ms)."""
        return max(step.time for step in self.steps) + self.until


@dataclass(frozen=True, slots=True)
class Library:
    """A whole library. ``digest`` is the SHA-256 (hex) of what it means, so two folders that mean the same share it.

    ``timelines`` say how it is tested, not what it means. ``identities``: how many a customer may have
    beside the own id.
    """

    name: str
    digest: str
    time_zone: str = "UTC"
    currency: str | None = None
    late_by: int = 24 * 3_600_000
    sources: tuple[Source, ...] = ()
    forget_after: int = 180 * 24 * 3_600_000
    interactions: tuple[Interaction, ...] = ()
    has_catalogue: bool = False
    channels: tuple[Channel, ...] = ()
    features: tuple[Feature, ...] = ()
    segments: tuple[Segment, ...] = ()
    signals: tuple[Signal, ...] = ()
    timelines: tuple[Timeline, ...] = ()
    groups: tuple[Group, ...] = ()
    caps: tuple[Cap, ...] = ()
    content_again: int | None = None
    identities: int = 20
    stories: tuple[Story, ...] = ()

    def late_by_of(self, source: str | None) -> int:
        """How late (ms) a touchpoint of this source may come."""
        return next((one.late_by for one in self.sources if one.name == source), self.late_by)

    @property
    def latest_by(self) -> int:
        """How late (ms) any touchpoint may come."""
        return max([self.late_by, *(source.late_by for source in self.sources)])
