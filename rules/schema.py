"""The files of a library as models: which keys each has, what stands behind them, what is not supported yet.

The models read one declaration each; `json_schemas` gives the schema of each file kind for editors.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Discriminator, Field, RootModel, Tag, ValidationInfo, model_validator

from rules.declaration import Restart, Status
from rules.duration import in_words
from rules.expression import RESERVED
from rules.schema_kinds import TYPE, ChannelChoice, Collection, Duration, Expression, Number, OneOf, Text, TimeZone
from rules.schema_kinds import Field as FieldKind
from rules.schema_kinds import Types as TypesKind
from rules.schema_kinds import Weight as WeightKind

_DOTTED: Final = r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)*"
_DOTTED_IN_WORDS: Final = "lower-case words of letters, digits, `-` and `_`, with dots between them"

FEATURE_NAME: Final = Text(
    "a name of a feature: letters, digits and `_`, a letter first",
    "views_1h",
    pattern="[A-Za-z][A-Za-z0-9_]*",
    not_these=RESERVED,
)
TYPE_NAME: Final = Text("a dotted name of a type", "order.placed", 200, r"[\w-]+(\.[\w-]+)*")
CHANNEL_NAME: Final = Text(f"a name of a channel: {_DOTTED_IN_WORDS}", "email", 100, _DOTTED, frozenset({"best"}))
SIGNAL_NAME: Final = Text(f"a name of a signal: {_DOTTED_IN_WORDS}", "retail.abandoned-basket", 100, _DOTTED)
LIBRARY_NAME: Final = Text(f"a name of a library: {_DOTTED_IN_WORDS}", "shop", 100, _DOTTED)
CARRY_NAME: Final = Text("a name: letters, digits, `_` and `-`", "interest", 100, r"[A-Za-z_][A-Za-z0-9_-]*")

# The value that is not there is None, but None is not a value that can be written: hence the kind around both.
Types = Annotated[tuple[str, ...], TypesKind()]
MaybeTypes = Annotated[tuple[str, ...] | None, TypesKind()]
Millis = Annotated[int, Duration()]
MaybeMillis = Annotated[int | None, Duration()]
Condition = Annotated[str, Expression()]
MaybeCondition = Annotated[str | None, Expression()]
AnyField = Annotated[str, FieldKind()]
MaybeField = Annotated[str | None, FieldKind()]
NumberField = Annotated[str, FieldKind(example="value", use="number")]


class Seen:
    """Which model read which mapping, so that what is wrong in it can be said in the model's words."""

    def __init__(self) -> None:
        self.models: dict[int, type[Declared]] = {}


class Declared(BaseModel):
    """A mapping in a library. ``not_yet`` are keys of the language that this release doesn't reach."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=False)
    not_yet: ClassVar[tuple[str, ...]] = ()
    called: ClassVar[str] = "mapping"

    @model_validator(mode="before")
    @classmethod
    def _note_model(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(info.context, Seen):
            info.context.models[id(value)] = cls
        return value

    @classmethod
    def siblings(cls) -> Iterable[type[Declared]]:
        """Models of what could stand in the same place: their keys are known, though not here."""
        return ()

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        return tuple(field.alias or name for name, field in cls.model_fields.items())


AnyModel = type[Declared]


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


class FeatureEntry(Declared):
    """What every feature may have."""

    where: MaybeCondition = None
    per: MaybeField = None

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """What only this kind has comes first."""
        return tuple(
            name for model in cls.__mro__ for name in vars(model).get("__annotations__", ()) if name in cls.model_fields
        )

    @classmethod
    def siblings(cls) -> Iterable[AnyModel]:
        return FEATURE_KINDS.values()


class CountEntry(FeatureEntry):
    """How many touchpoints."""

    called = "a count"

    count: Types
    over: MaybeMillis = None


class OfEntry(FeatureEntry):
    """What every feature over a field may have."""

    of: Types
    over: MaybeMillis = None


class SumEntry(OfEntry):
    """The sum of a field."""

    called = "a sum"

    sum: NumberField


class MeanEntry(OfEntry):
    """The mean of a field."""

    called = "a mean"

    mean: NumberField


class MinEntry(OfEntry):
    """The smallest value of a field."""

    called = "a min"

    min: NumberField


class MaxEntry(OfEntry):
    """The largest value of a field."""

    called = "a max"

    max: NumberField


class DistinctEntry(OfEntry):
    """How many different values a field had."""

    called = "a distinct"

    distinct: AnyField


class FirstEntry(OfEntry):
    """The value of a field in the first touchpoint, by event time."""

    called = "a first"

    first: AnyField


class LastEntry(OfEntry):
    """The value of a field in the last touchpoint, by event time."""

    called = "a last"

    last: AnyField


class TopEntry(OfEntry):
    """The value of a field that came most often, or for which `by` adds up to most."""

    called = "a top"

    top: AnyField
    by: Annotated[str | None, FieldKind(example="dwell", use="number")] = None


class ScoreEntry(FeatureEntry):
    """A sum of weights, each halved every `half_life`."""

    called = "a score"

    score: Annotated[
        dict[Annotated[str, TYPE], Annotated[float | str, WeightKind()]],
        Collection("the weights of types", {"page_view": 1, "order.placed": 5}, most=1000, is_table=True),
    ]
    half_life: Millis


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


FEATURE_KINDS: Final[dict[str, type[FeatureEntry]]] = {
    "count": CountEntry,
    "sum": SumEntry,
    "mean": MeanEntry,
    "min": MinEntry,
    "max": MaxEntry,
    "distinct": DistinctEntry,
    "first": FirstEntry,
    "last": LastEntry,
    "top": TopEntry,
    "score": ScoreEntry,
}
FEATURE_KINDS_NOT_YET: Final = ("trend",)
PATTERNS: Final = ("when", "follow", "silent")

_AnyFeature = (
    CountEntry
    | SumEntry
    | MeanEntry
    | MinEntry
    | MaxEntry
    | DistinctEntry
    | FirstEntry
    | LastEntry
    | TopEntry
    | ScoreEntry
)


def json_schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each file kind, by the name of the file; ``signal`` is that of every file in `signals/`."""
    kinds: dict[str, type[BaseModel]] = {
        "library.yaml": LibraryFile,
        "interactions.yaml": RootModel[dict[Annotated[str, TYPE_NAME], InteractionEntry]],
        "channels.yaml": RootModel[dict[Annotated[str, CHANNEL_NAME], ChannelEntry]],
        "features.yaml": RootModel[dict[Annotated[str, FEATURE_NAME], _AnyFeature]],
        "signal": SignalFile,
    }
    return {name: _tidy(model.model_json_schema(by_alias=True)) for name, model in kinds.items()}


def _tidy(schema: Any) -> Any:
    """Without the defaults that are no values a file can hold, and with durations as a file writes them."""
    if isinstance(schema, list):
        return [_tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {key: _tidy(part) for key, part in schema.items() if not (key == "default" and part in (None, {}))}
    if tidy.get("type") == "string" and isinstance(tidy.get("default"), int):
        tidy["default"] = in_words(tidy["default"])
    return tidy
