"""`library.yaml`, `interactions.yaml` and `channels.yaml`."""

from __future__ import annotations

from typing import Annotated

from rules.schema.declared import Declared
from rules.schema.words import LIBRARY_NAME, Millis
from rules.schema_kinds import Number, Text, TimeZone


class LibraryFile(Declared):
    """`library.yaml`: what holds for all of the library."""

    called = "library.yaml"
    not_yet = ("sources", "forget_after", "groups", "cap")

    name: Annotated[str, LIBRARY_NAME]
    format: Annotated[int, Number("the format of the language, 1", 1, lowest=1, highest=1, whole=True)]
    time_zone: Annotated[str, TimeZone()] = "UTC"
    currency: Annotated[str | None, Text("a currency's code of three capital letters", "EUR", 3, "[A-Z]{3}")] = None
    late_by: Millis = 24 * 3_600_000


class InteractionEntry(Declared):
    """One type of touchpoint in `interactions.yaml`."""

    called = "a touchpoint type"
    not_yet = ("latency",)

    says: Annotated[str | None, Text("a short text", "Looked at a product", 300)] = None
    channel: Annotated[str | None, Text("a channel on which it happens", "web")] = None
    loop: Annotated[str | None, Text("a loop that it belongs to", "nurturing")] = None
    evidence: Annotated[str | None, Text("the evidence that it gives", "viewed")] = None


class ChannelEntry(Declared):
    """One channel in `channels.yaml`: triggers for it go to the topic `triggers.NAME`."""

    called = "a channel"
    not_yet = ("cost", "consent", "quiet", "cap", "loops")
