"""`library.yaml`, `interactions.yaml`, `segments.yaml` and `channels.yaml`."""

from __future__ import annotations

from typing import Annotated

from rules.schema.declared import Declared
from rules.schema.words import LIBRARY_NAME, SOURCE_NAME, Condition, MaybeMillis, Millis
from rules.schema_kinds import Collection, Number, Text, TimeZone


class SourceEntry(Declared):
    """What is known of one source of touchpoints, as the field `source` names it."""

    called = "a source"

    late_by: Millis
    """How late the source's touchpoints may come, in place of the library's own `late_by`."""


class IdentitiesEntry(Declared):
    """How identities are linked."""

    called = "`identities`"

    limit: Annotated[int, Number("a whole number of 1 to 200", 20, lowest=1, highest=200, whole=True)] = 20
    """How many identities a customer may have beside the customer's own id. A link beyond that isn't made, which is a
    decision with the reason `identities`: a device that many share must not make one customer of all of them."""


class LibraryFile(Declared):
    """`library.yaml`: what holds for all of the library."""

    called = "library.yaml"
    not_yet = ("groups", "cap")

    name: Annotated[str, LIBRARY_NAME]
    """The library's name, which is part of its version in every trigger."""
    format: Annotated[int, Number("the format of the language, 1", 1, lowest=1, highest=1, whole=True)]
    """The format of the language that the library is written in."""
    time_zone: Annotated[str, TimeZone()] = "UTC"
    """In which dates and days are, and times in timelines without an offset. A customer whose `profile.time_zone` names
    a known one has that in its place, but not in a `where`, which knows no profile."""
    currency: Annotated[str | None, Text("a currency's code of three capital letters", "EUR", 3, "[A-Z]{3}")] = None
    """In which values and costs are."""
    late_by: Millis = 24 * 3_600_000
    """How late a touchpoint may come, counted back from the customer's clock, and still correct what is kept."""
    sources: Annotated[
        dict[Annotated[str, SOURCE_NAME], SourceEntry] | None,
        Collection("sources with what is known of each", {"tablet": {"late_by": "72h"}}, is_table=True),
    ] = None
    """Sources whose touchpoints come later, or less late, than the rest."""
    identities: IdentitiesEntry = IdentitiesEntry()
    """What holds for customers who are known by several ids."""
    forget_after: Millis = 180 * 24 * 3_600_000
    """After so long without a record or a firing of theirs a customer is forgotten, with all that is kept of them: a
    longer window is of no use, and a date of the profile further ahead doesn't fire."""


class InteractionEntry(Declared):
    """One type of touchpoint in `interactions.yaml`, the catalogue.

    With a catalogue, a type that it lacks is refused in the library, and counted (not refused) in traffic.
    """

    called = "a touchpoint type"

    says: Annotated[str | None, Text("a short text", "Looked at a product", 300)] = None
    """What has happened, in words."""
    channel: Annotated[str | None, Text("a channel on which it happens", "web")] = None
    """Where it happens."""
    loop: Annotated[str | None, Text("a loop that it belongs to", "nurturing")] = None
    """The loop of the customer's journey that it belongs to."""
    evidence: Annotated[str | None, Text("the evidence that it gives", "viewed")] = None
    """What it proves of the customer."""
    latency: MaybeMillis = None
    """How long such a touchpoint may be on its way: a silence over the type is fulfilled so much later, so that one
    that comes late can still break it. Of several types the largest counts."""
    deprecated: Annotated[str | None, Text("a text that says what to use instead", "use page_view", 300)] = None
    """That the type is to go, and what to use instead of it."""


class SegmentEntry(Declared):
    """One segment in `segments.yaml`: a named condition about a customer, read as `segment.NAME`.

    Segments may read one another, but not in a circle. A feature kept `per` a field is read for one value.
    """

    called = "a segment"

    condition: Condition
    """The condition, over features, the profile and other segments. It is read in the place of `segment.NAME`."""


class ChannelEntry(Declared):
    """One channel in `channels.yaml`: triggers for it go to the topic `triggers.NAME`."""

    called = "a channel"
    not_yet = ("cost", "consent", "quiet", "cap", "loops")
