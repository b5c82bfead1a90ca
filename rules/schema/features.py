"""`features.yaml`: one model for each kind of feature."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final

from rules.schema.declared import AnyModel, Declared
from rules.schema.words import AnyField, MaybeCondition, MaybeField, MaybeMillis, Millis, NumberField, Types
from rules.schema_kinds import TYPE, Collection
from rules.schema_kinds import Field as FieldKind
from rules.schema_kinds import Weight as WeightKind


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
