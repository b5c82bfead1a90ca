"""A file in `signals/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import ConfigDict, Discriminator, Field, Tag

from rules.declaration import Restart, Status
from rules.schema.declared import AnyModel, Declared
from rules.schema.policy import Caps
from rules.schema.words import (
    CARRY_NAME,
    PURPOSE_NAME,
    SIGNAL_NAME,
    AnyField,
    Condition,
    MaybeCondition,
    MaybeField,
    MaybeMillis,
    MaybeTypes,
    MaybeWhere,
    Millis,
    ProfilePath,
    Types,
)
from rules.schema_kinds import ChannelChoice, Collection, Duration, Number, OneOf, Relation, Text, Truth

PATTERNS: Final = ("when", "follow", "silent", "date")


class StepEntry(Declared):
    """A step of a follow that touchpoints fulfil."""

    called = "a step"

    type: Types
    """The types that fulfil it. A step that says no more than these may be written as the types alone."""
    where: MaybeWhere = None
    """Only touchpoints for which this is true fulfil it."""
    within: MaybeMillis = None
    """How long after the step before it may come, inclusive: 90d where nothing is said. Not on the first step."""
    times: Annotated[int, Number("a whole number from 1 to 100", 3, lowest=1, highest=100, whole=True)] = 1
    """How many touchpoints it takes; all of them fall within `within`."""
    same: Annotated[list[AnyField] | None, Collection("a list of fields", ["product"], most=10)] = None
    """Fields that must equal those of the run's first touchpoint; missing equals nothing."""

    @classmethod
    def siblings(cls) -> Iterable[AnyModel]:
        return (WithoutEntry,)


class WithoutEntry(Declared):
    """A silence with `for`; between two steps and without it, what breaks a run."""

    called = "a step with `without`"
    meant: ClassVar[Mapping[str, str]] = {"within": "for"}

    without: Types
    """The types that mustn't come."""
    duration: MaybeMillis = Field(default=None, alias="for")
    """How long the silence must last. Without it, the types break a run between the two steps."""

    @classmethod
    def siblings(cls) -> Iterable[AnyModel]:
        return (StepEntry,)


def _step_form(value: Any) -> str:
    if not isinstance(value, dict):
        return "<types>"
    return "<without>" if "without" in value else "<step>"


StepForm = Annotated[
    Annotated[Types, Tag("<types>")] | Annotated[StepEntry, Tag("<step>")] | Annotated[WithoutEntry, Tag("<without>")],
    Discriminator(_step_form),
]


class DateEntry(Declared):
    """A window about a date of the profile; exactly one of `ahead` and `after` says where it lies.

    A date such as 2026-01-31 is its midnight in the customer's time zone, and whole days are calendar days; an instant
    is elapsed time. A date that moves within the window doesn't make the signal fire again.
    """

    called = "`date`"

    of: ProfilePath
    """The field of the profile that holds the date or the instant."""
    ahead: MaybeMillis = None
    """The window is from so long before the date until the date."""
    after: Annotated[int | None, Duration(least=0)] = None
    """The window is the one day that begins so long after the date; `0d` is the date's own day."""
    yearly: Annotated[bool, Truth()] = False
    """Whether it comes again each year, from the date's own on; 29 February as the 28th in other years."""


class ThenEntry(Declared):
    """What a firing asks for. Without a channel it is a decision only."""

    called = "`then`"

    channel: Annotated[str | tuple[str, ...] | None, ChannelChoice()] = None
    """The channel that the trigger goes to; a list in order of preference; or `best`, the one of the library's channels
    of which most is to be expected for this customer."""
    mix: Annotated[str | None, Text("the name of a story that has a mix", "learning", 100)] = None
    """The story by whose mix the channels are tried: first those whose share of its attention is furthest behind what
    it is to be, as long as none has come all of it; of one share as `channel` says. A channel that the mix doesn't name
    is neither behind nor ahead."""
    content: Annotated[str | None, Text("the name of a content", "basket-reminder", 200)] = None
    """What the channel is to send."""
    carry: Annotated[
        dict[Annotated[str, CARRY_NAME], Condition] | None,
        Collection("names with expressions", {"interest": "main_interest"}, least=0, most=20, is_table=True),
    ] = None
    """What the trigger takes along: names with expressions, asked at the moment of firing."""
    expires: Millis = 48 * 3_600_000
    """How long after the moment of firing the trigger is of use."""
    cancel_on: MaybeTypes = None
    """Types that take the trigger back when one of them comes between its decision and its expiry: a cancel event
    follows it. With `per`, of its own value or without the field."""
    to: Annotated[str | None, Relation()] = None
    """Who gets it in the customer's place: whom the profile names, `related.dependent` by `profile.related.dependent`,
    an id or a list of up to eight. The firing goes to them through the log, and is decided as theirs; the trigger says
    in `about` whom it is about. Where the profile names nobody it is held as `no relation`."""


class SignalFile(Declared):
    """A file in `signals/`: one signal with exactly one pattern, of `when`, `follow`, `silent` and `date`.

    A signal reads the firings of another as the touchpoint `signal.fired`, with `properties.signal` and the `per`
    field, in a step or a feature of that type alone whose `where` says which: `properties.signal == '...'` or
    `in [...]`. What policy made of the firing doesn't matter. Signals whose patterns or `if` read one another in a
    circle are refused.
    """

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [pattern]} for pattern in ("when", "follow", "silent", "date")]}
    )
    called = "a signal"

    signal: Annotated[str, SIGNAL_NAME]
    """The signal's name, the only one of it in the library."""
    owner: Annotated[str | None, Text("the name of who answers for it", "ecommerce", 200)] = None
    """Who answers for the signal."""
    reason: Annotated[str | None, Text("a text that says why it is there", "A basket left is a warm lead.", 2000)] = (
        None
    )
    """Why the signal is there."""
    status: Annotated[
        Status, OneOf("`draft`, `shadow`, `live` or `retired`", "shadow", ("draft", "shadow", "live", "retired"))
    ]
    """`draft` and `retired` never run; `shadow` decides and records, and sends nothing; `live` sends."""
    value: Annotated[float, Number("a finite number of at most 2**53 in size", 12.0)] = 0.0
    """What one trigger is worth: of firings at one moment the highest is decided first."""
    when: MaybeCondition = None
    """Fires when this turns from false to true, by a touchpoint or by time alone, at that very moment. A customer
    begins with empty features and profile: what is true of those fires only after it has been false."""
    hold: MaybeMillis = None
    """Of `when`: it must have been true for so long without a break, and still be."""
    follow: Annotated[
        list[StepForm] | None,
        Collection("a list of steps", ["basket.added", {"without": "order.placed", "for": "1h"}], most=50),
    ] = None
    """Fires when these steps have happened in event-time order. A customer (or instance) has one run at a time; the
    touchpoint that completes it doesn't begin the next."""
    restart: Annotated[Restart | None, OneOf("`first` or `latest`", "latest", ("first", "latest"))] = None
    """Of `follow`: whether another first step moves a run that waits (`latest`) or not (`first`, the default)."""
    silent: MaybeMillis = None
    """Fires so long after the last touchpoint of the types in `of`, once for each last one; never for a customer who
    had none."""
    of: MaybeTypes = None
    """Of `silent`: the types that are waited for."""
    date: DateEntry | None = None
    """Fires when now comes into a window about a date of the profile, by time or because the profile changes."""
    per: MaybeField = None
    """One instance for each value of this field: each fires on its own. 100 are kept for a customer."""
    condition: MaybeCondition = Field(default=None, alias="if")
    """Asked at the moment of firing; where it is false the firing passes, and the pattern starts anew."""
    again: MaybeMillis = None
    """The least time between two firings of an instance; a moment less than that after one isn't made up for."""
    unless: MaybeCondition = None
    """Holds the trigger back where it is true at the moment of firing, and again where it was deferred and goes."""
    group: Annotated[str | None, Text("the name of a group of library.yaml", "reminders")] = None
    """The group that it belongs to: of those that fire together one goes."""
    cap: Caps = None
    """The most triggers of this signal that a customer gets."""
    holdout: Annotated[float, Number("a share from 0 to 1", 0.1, lowest=0, highest=1)] = 0.0
    """The share of customers who never get it, so that what it achieves can be measured: always the same ones."""
    goal: MaybeTypes = None
    """What the customer is to do: types of touchpoints. Reports count who did, against those of the holdout. It changes
    nothing of what is sent."""
    purpose: Annotated[str | None, PURPOSE_NAME] = None
    """What the customer must have consented to: `profile.consent.PURPOSE` must be `true`. Where it is missing, or is
    anything else, the customer hasn't consented."""
    then: ThenEntry = ThenEntry()
    """What a firing asks for."""
