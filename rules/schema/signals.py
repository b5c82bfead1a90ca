"""A file in `signals/`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Discriminator, Field, Tag

from rules.declaration import Restart, Status
from rules.schema.declared import AnyModel, Declared
from rules.schema.words import (
    CARRY_NAME,
    SIGNAL_NAME,
    AnyField,
    Condition,
    MaybeCondition,
    MaybeField,
    MaybeMillis,
    MaybeTypes,
    Millis,
    Types,
)
from rules.schema_kinds import ChannelChoice, Collection, Number, OneOf, Text

PATTERNS: Final = ("when", "follow", "silent")


class StepEntry(Declared):
    """A step of a follow that touchpoints fulfil."""

    called = "a step"

    type: Types
    where: MaybeCondition = None
    within: MaybeMillis = None
    times: Annotated[int, Number("a whole number from 1 to 100", 3, lowest=1, highest=100, whole=True)] = 1
    same: Annotated[list[AnyField] | None, Collection("a list of fields", ["product"], most=10)] = None

    @classmethod
    def siblings(cls) -> Iterable[AnyModel]:
        return (WithoutEntry,)


class WithoutEntry(Declared):
    """A silence with `for`; between two steps and without it, what breaks a run."""

    called = "a step with `without`"

    without: Types
    duration: MaybeMillis = Field(default=None, alias="for")

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


class ThenEntry(Declared):
    """What a firing asks for. Without a channel it is a decision only."""

    called = "`then`"
    not_yet = ("cancel_on",)

    channel: Annotated[str | None, ChannelChoice()] = None
    content: Annotated[str | None, Text("the name of a content", "basket-reminder", 200)] = None
    carry: Annotated[
        dict[Annotated[str, CARRY_NAME], Condition] | None,
        Collection("names with expressions", {"interest": "main_interest"}, least=0, most=20, is_table=True),
    ] = None
    expires: Millis = 48 * 3_600_000


class SignalFile(Declared):
    """A file in `signals/`: one signal with exactly one pattern, of `when`, `follow` and `silent`."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [pattern]} for pattern in ("when", "follow", "silent")]}
    )
    called = "a signal"
    not_yet = ("date", "unless", "group", "cap", "holdout", "purpose")

    signal: Annotated[str, SIGNAL_NAME]
    owner: Annotated[str | None, Text("the name of who answers for it", "ecommerce", 200)] = None
    reason: Annotated[str | None, Text("a text that says why it is there", "A basket left is a warm lead.", 2000)] = (
        None
    )
    status: Annotated[
        Status, OneOf("`draft`, `shadow`, `live` or `retired`", "shadow", ("draft", "shadow", "live", "retired"))
    ]
    value: Annotated[float, Number("a finite number of at most 2**53 in size", 12.0)] = 0.0
    when: MaybeCondition = None
    hold: MaybeMillis = None
    follow: Annotated[
        list[StepForm] | None,
        Collection("a list of steps", ["basket.added", {"without": "order.placed", "for": "1h"}], most=50),
    ] = None
    restart: Annotated[Restart | None, OneOf("`first` or `latest`", "latest", ("first", "latest"))] = None
    silent: MaybeMillis = None
    of: MaybeTypes = None
    per: MaybeField = None
    condition: MaybeCondition = Field(default=None, alias="if")
    again: MaybeMillis = None
    then: ThenEntry = ThenEntry()
