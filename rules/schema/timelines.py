"""`NAME.test.yaml` beside a signal: its timelines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Final

from rules.names import one_of
from rules.schema.declared import AnyModel, Declared
from rules.schema.words import TYPE_NAME, MaybeMillis
from rules.schema_kinds import Collection, DateAndTime, Exact, Gap, OneOf, PerValue, Text, Truth, Values

MOST_STEPS: Final = 1_000
MOST_TIMELINES: Final = 200

REASONS: Final = (
    "status",
    "consent",
    "unless",
    "holdout",
    "arbitration",
    "cap",
    "content",
    "quiet",
    "no channel",
    "expired",
)
_REASONS_IN_WORDS: Final = one_of(REASONS)

MaybeMoment = Annotated[datetime | None, DateAndTime()]
MaybeText = Annotated[str | None, Text("a text", "tent", 1_000)]
MaybeNumber = Annotated[int | float | None, Exact("a finite number of at most 2**53 in size", 12.5)]


class WireEntry(Declared):
    """What a touchpoint on the wire says, and one of a timeline doesn't."""

    time: Any = None
    customer: Any = None


class TouchpointEntry(Declared):
    """One touchpoint of a timeline: when, which type, and any other field of a touchpoint."""

    called = "a touchpoint of a timeline"

    at: MaybeMoment = None
    """When it happens; without an offset in the library's time zone."""
    after: Annotated[int | None, Gap()] = None
    """How long after the touchpoint written before it, in place of `at`."""
    type: Annotated[str, TYPE_NAME]
    """What happens: a dotted name, such as `order.placed`."""
    id: Annotated[str | None, Text("the id of a touchpoint", "a1", 256)] = None
    """Which touchpoint it is: a second one of the same id changes nothing."""
    channel: MaybeText = None
    """Where it happens: `web`, `email`, `rep`."""
    source: MaybeText = None
    """Which system it comes from."""
    brand: MaybeText = None
    """The brand that it is about."""
    product: MaybeText = None
    """The product that it is about."""
    content: MaybeText = None
    """The content that it is about: a page, a video, an email."""
    module: MaybeText = None
    """The module of a story that it is about."""
    attention: Annotated[int | float | None, Exact("a share from 0 to 1", 0.5, lowest=0, highest=1)] = None
    """How much of it the customer took in, from 0 to 1."""
    dwell: MaybeNumber = None
    """How long the customer stayed with it, in seconds."""
    led_by: MaybeText = None
    """Who led it, such as `customer` or `rep`."""
    reaction: MaybeText = None
    """What the customer made of it, such as `positive`."""
    value: MaybeNumber = None
    """What it is worth, in the library's currency."""
    identities: Annotated[
        dict[str, Annotated[str, Text("an identity", "c1", 256)]] | None,
        Collection("a mapping of names with identities", {"crm": "c1"}, is_table=True),
    ] = None
    """Names by which other systems know the customer: read as `identities.NAME`."""
    properties: Annotated[dict[str, Any] | None, Values(example={"size": "XL"})] = None
    """All else that is known of it: read as `properties.NAME`."""

    @classmethod
    def siblings(cls) -> Iterable[AnyModel]:
        return (WireEntry,)


class FiringEntry(Declared):
    """One firing that is expected: when, and as much of the rest as matters."""

    called = "an expected firing"

    at: Annotated[datetime, DateAndTime(example="2026-01-05 11:00")]
    """When it fires."""
    channel: Annotated[str | None, Text("the name of a channel", "email")] = None
    """The channel that the trigger goes to."""
    per: Annotated[str | None, PerValue()] = None
    """The `per` value of the instance that fires."""
    late: Annotated[bool | None, Truth()] = None
    """Whether a late touchpoint makes it fire."""
    outcome: Annotated[str | None, OneOf("`sent`, `deferred` or `held`", "held", ("sent", "deferred", "held"))] = None
    """What policy makes of it: of one that is deferred at first, what becomes of it at last, where the timeline lasts
    so long."""
    reason: Annotated[str | None, OneOf(_REASONS_IN_WORDS, "cap", REASONS)] = None
    """Why it is held or deferred."""
    carry: Annotated[dict[str, Any] | None, Values(example={"warmth": 2})] = None
    """What the trigger takes along: these of its values; null for one that is missing."""
    goes: MaybeMoment = None
    """When it goes, where it was deferred."""
    cancelled: MaybeMoment = None
    """When it is taken back."""

    @classmethod
    def siblings(cls) -> Iterable[AnyModel]:
        return (TouchpointEntry,)


class TimelineEntry(Declared):
    """One timeline: what a customer does, and when the signal then fires."""

    called = "a timeline"

    name: Annotated[str, Text("a text that says what it shows", "reminds after an hour", 200)]
    """What it shows, in words of its own."""
    profile: Annotated[dict[str, Any] | None, Values(example={"email_consent": True})] = None
    """The profile, which stands before the first touchpoint and fires nothing."""
    context: Annotated[dict[str, Any] | None, Values(example={"weather": {"Ghent": "rain"}})] = None
    """The context before the first touchpoint; a step of type `context.updated` changes it by its `properties`."""
    timeline: Annotated[
        list[TouchpointEntry],
        Collection("a list of touchpoints", [{"at": "2026-01-05 10:00", "type": "basket.added"}], most=MOST_STEPS),
    ]
    """What the customer does, in the order of the log."""
    until: MaybeMillis = None
    """How long time runs on after the last touchpoint."""
    fires: Annotated[list[FiringEntry], Collection("a list of firings, `[]` for none", [], least=0, most=MOST_STEPS)]
    """All firings of the signal, in any order."""
