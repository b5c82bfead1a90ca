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

    A window of at most 1,024 touchpoints is exact. Of more, those older than the newest 1,024 are counted in groups,
    half of the group that the window's edge cuts through: the count is wrong by at most 1 % up to 160,000 touchpoints
    in a window, by at most 2 % up to 20 million. Late ones that come among those groups may each add a half to that.
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
    a customer's first touchpoint makes it 'rising'. It is exact while each window has at most 1,024 touchpoints; of
    more, the count since t - over, and that since t - 2 over, may each be wrong as that of a `count` may.
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

    It is rounded to 9 decimals, so that it doesn't depend on the order of adding. A window of at most 1,024
    touchpoints is exact. Of more, those older than the newest 1,024 are added up in groups, half of the group that the
    window's edge cuts through: the sum is wrong by at most 1 % of s, what the numbers in the window would add up to
    without their signs, as long as n / 1,024 times s / s' stays at most 150, with n touchpoints in the window and s'
    the same of the newest 1,024; by at most 2 % up to 20,000, and so on. Late ones that come among those groups may
    each add half of their number to that.
    """

    called = "a sum"

    sum: NumberField
    """The field that is added up."""


class MeanEntry(OfEntry):
    """The mean of a field, rounded to 9 decimals; missing where there is none. What isn't a number isn't taken.

    A window of at most 1,024 touchpoints is exact. Of more, older ones are kept in groups, as for a `sum` and a
    `count`: where both are wrong by at most 1 %, the mean is by at most 2.1 % of the mean of the numbers without their
    signs.
    """

    called = "a mean"

    mean: NumberField
    """The field whose mean it is."""


class MinEntry(OfEntry):
    """The smallest value of a field; missing where there is none. What isn't a number isn't taken.

    A window is exact where at most 1,024 of its touchpoints have no smaller or equal value behind them. Of more, what
    is older than the newest 1,024 of these may count up to a 256th of the window too long.
    """

    called = "a min"

    min: NumberField
    """The field whose smallest value it is."""


class MaxEntry(OfEntry):
    """The largest value of a field; missing where there is none. What isn't a number isn't taken.

    A window is exact where at most 1,024 of its touchpoints have no larger or equal value behind them. Of more, what
    is older than the newest 1,024 of these may count up to a 256th of the window too long.
    """

    called = "a max"

    max: NumberField
    """The field whose largest value it is."""


class DistinctEntry(OfEntry):
    """How many different values a field had; 0 where there was none.

    Values are the same where their text is, or the JSON of what isn't text. The 1,024 values seen last are counted one
    by one. Of older ones a sample of at most 512 is kept, by the hash of the value, and what it stands for is added: a
    standard error of at most a 16th of the most that these older ones were since there last were none.
    """

    called = "a distinct"

    distinct: AnyField
    """The field whose values are counted."""


class FirstEntry(OfEntry):
    """The value of a field in the first touchpoint that has it; missing where none has.

    The first is that by event time, of equal ones that by the log. A window of at most 1,024 touchpoints is exact; of
    more, it may be one that came up to a 256th of the window after the first.
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

    Of values that are equal it is the one touched last. A window of at most 1,024 touchpoints is exact. Of more, those
    older than the newest 1,024 that have one value and lie close together leave the window together, with the last of
    them: with V different values, up to 50, none by more than V/200 of the window too late. Of very many values those
    that weigh the least are forgotten. Without `over` it is exact for 1,024 values; of more, where no number is
    negative, the sum of the one that is given is less than the largest by at most a 1,024th of all sums together.
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
