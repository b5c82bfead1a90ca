"""What several files say of policy: caps, quiet hours, rests, groups."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, model_validator

from rules.schema.declared import Declared
from rules.schema.words import MaybeField, Millis
from rules.schema_kinds import Number, OneOf, OneOrMore, RefusalError, TimeOfDay

MOST_CAPS: Final = 5


class CapEntry(Declared):
    """The most triggers that one customer gets within a time. Deferred ones count too, as do those cancelled later.

    A trigger counts from the moment it is decided until `over` after it went.
    """

    called = "a cap"

    count: Annotated[int, Number("a whole number from 1 to 100", 3, lowest=1, highest=100, whole=True)]
    """How many at most."""
    over: Millis
    """In the time until now of this length: (t - over, t]."""
    per: MaybeField = None
    """Counts for each value of this field by itself, such as `product` or `properties.category`: the signal's own `per`
    value where it is kept per that field, else the field of the touchpoint that made it fire. Where there is none, that
    counts as a value of its own."""


Caps = Annotated[
    list[CapEntry] | None,
    OneOrMore("a cap such as `{count: 3, over: 7d}`, or a list of them", {"count": 3, "over": "7d"}, most=MOST_CAPS),
]


class QuietEntry(Declared):
    """Hours in which a channel sends nothing, by the clock on the customer's wall: `from` belongs to them, `to` not."""

    called = "`quiet`"

    begin: Annotated[int, TimeOfDay(example="21:00")] = Field(alias="from")
    """When they begin, `"HH:MM"`; later than `to` where they last over midnight."""
    end: Annotated[int, TimeOfDay(example="08:00")] = Field(alias="to")
    """When they end."""
    then: Annotated[str, OneOf("`defer` or `drop`", "defer", ("defer", "drop"))] = "defer"
    """What becomes of a trigger in them: it waits for their end (`defer`), or is held (`drop`)."""

    @model_validator(mode="after")
    def _lasts(self) -> QuietEntry:
        if self.begin == self.end:
            found = "quiet hours that end when they begin"
            raise RefusalError(found, "`from` and `to` that differ", 'write, for example, `to: "08:00"`')
        return self


class RestEntry(Declared):
    """Leaves a customer alone on a channel who doesn't respond there."""

    called = "`rest`"

    after: Annotated[int, Number("a whole number from 1 to 100", 5, lowest=1, highest=100, whole=True)]
    """After so many triggers in a row without a response."""
    length: Millis = Field(alias="for")
    """For so long, from the last of them on; then one more may go."""


class GroupEntry(Declared):
    """A group of signals: of its firings that come together only the first that passes all else goes."""

    called = "a group"

    cap: Caps = None
    """The most triggers of the group's signals together."""
    by: Annotated[str, OneOf("`value` or `response`", "value", ("value", "response"))] = "value"
    """What ranks its firings: the signal's value, or that times the customer's chance of a response."""
