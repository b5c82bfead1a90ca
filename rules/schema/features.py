"""`features.yaml`: one model for each kind of feature."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final

from rules.schema.declared import AnyModel, Declared
from rules.schema.words import AnyField, MaybeField, MaybeMillis, MaybeWhere, Millis, NumberField, Types
from rules.schema_kinds import TYPE, Collection, Number
from rules.schema_kinds import Field as FieldKind
from rules.schema_kinds import Weight as WeightKind


class FeatureEntry(Declared):
    """One feature in `features.yaml`: a key that says what kind it is, with the keys of that kind, and these."""

    where: MaybeWhere = None
    """Only touchpoints for which this is true are taken."""
    per: MaybeField = None
    """Keeps one value for each value of this field. A touchpoint without the field isn't taken; a value never seen
    reads as empty. A signal with the same `per` reads its own value, any expression one that it names:
    `brand_heat['tent']`. 100 values are kept for a customer, the one touched longest ago goes first."""

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
    """How many touchpoints there were; 0 where there were none.

    A window of over 1,024 touchpoints counts the newest 1,024.
    """

    called = "a count"

    count: Types
    """The types that are counted."""
    over: MaybeMillis = None
    """Counts the touchpoints in (t - over, t]; without it all there ever were."""


class TrendEntry(FeatureEntry):
    """Whether there are more touchpoints than in the time before: 'rising', 'falling' or 'steady', never missing.

    With now the count in (t - over, t] and before that in (t - 2 over, t - over] it is 'rising' when now - before is
    more than band times before, 'falling' when before - now is, in exact decimals, else 'steady'. It doesn't warm up:
    a customer's first touchpoint makes it 'rising'.
    """

    called = "a trend"

    trend: Types
    """The types that are counted."""
    over: Millis
    """How long each of the two windows is."""
    band: Annotated[float, Number("a share of at least 0", 0.2, lowest=0, highest=1000)] = 0.0
    """By which share of what was there before it must move to be more than steady."""


class OfEntry(FeatureEntry):
    """What every feature over a field may have."""

    of: Types
    """The types whose field is taken."""
    over: MaybeMillis = None
    """Takes the touchpoints in (t - over, t]; without it all there ever were."""


class SumEntry(OfEntry):
    """The sum of a field; 0 where there is none. What isn't a number isn't taken.

    It is rounded to 9 decimals, so that it doesn't depend on the order of adding.
    """

    called = "a sum"

    sum: NumberField
    """The field that is added up."""


class MeanEntry(OfEntry):
    """The mean of a field, rounded to 9 decimals; missing where there is none. What isn't a number isn't taken."""

    called = "a mean"

    mean: NumberField
    """The field whose mean it is."""


class MinEntry(OfEntry):
    """The smallest value of a field; missing where there is none. What isn't a number isn't taken."""

    called = "a min"

    min: NumberField
    """The field whose smallest value it is."""


class MaxEntry(OfEntry):
    """The largest value of a field; missing where there is none. What isn't a number isn't taken."""

    called = "a max"

    max: NumberField
    """The field whose largest value it is."""


class DistinctEntry(OfEntry):
    """How many different values a field had; 0 where there was none.

    Values are the same where their text is, or the JSON of what isn't text.
    """

    called = "a distinct"

    distinct: AnyField
    """The field whose values are counted."""


class FirstEntry(OfEntry):
    """The value of a field in the first touchpoint that has it; missing where none has.

    The first is that by event time, of equal ones that by the log.
    """

    called = "a first"

    first: AnyField
    """The field whose first value it is. `time` is in epoch milliseconds."""


class LastEntry(OfEntry):
    """The value of a field in the last touchpoint that has it; missing where none has.

    The last is that by event time, of equal ones that by the log.
    """

    called = "a last"

    last: AnyField
    """The field whose last value it is. `time` is in epoch milliseconds."""


class TopEntry(OfEntry):
    """The value of a field that came most often, or for which `by` adds up to most; missing where there is none.

    Of values that are equal it is the one touched last.
    """

    called = "a top"

    top: AnyField
    """The field whose values compete."""
    by: Annotated[str | None, FieldKind(example="dwell", use="number")] = None
    """Adds up this field for each value, and takes no touchpoint without a number there; without it, it counts."""


class ScoreEntry(FeatureEntry):
    """The sum of the weights of touchpoints, each halved every `half_life` since its touchpoint; 0 where there is none.

    It is rounded to 9 decimals. A touchpoint has its full weight at its own time.
    """

    called = "a score"

    score: Annotated[
        dict[Annotated[str, TYPE], Annotated[float | str, WeightKind()]],
        Collection("the weights of types", {"page_view": 1, "order.placed": 5}, most=1000, is_table=True),
    ]
    """The types with their weights. Of those that match a touchpoint the most specific gives the weight, once; a weight
    that is missing adds nothing."""
    half_life: Millis
    """After so long a weight is half of what it was."""


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
    "trend": TrendEntry,
}
