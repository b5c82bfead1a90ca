"""Features in plain English: what each keeps, and how conditions name it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rules.declaration import Feature, Weight
from rules.docs.phrase import Named, Part, Phrase, Quoted, joined, phrase
from rules.docs.wording.conditions import Claims
from rules.docs.wording.spans import last, lasting, number
from rules.docs.wording.types import TypeWords
from rules.expression import FeatureRead, Scope, parse

_TOUCHPOINT: Final = Scope("touchpoint")
_SHORT: Final = 3  # types that are named where a condition names the feature; of more it is named alone


class FeatureWords:
    """Says the features of a library."""

    def __init__(self, features: Mapping[str, Feature], types: TypeWords) -> None:
        self._features, self._types = features, types
        self._claims = Claims(_unread)

    def where(self, text: str) -> Phrase:
        """A condition on a touchpoint."""
        return self._claims.claim(parse(text, _TOUCHPOINT).tree)

    def read(self, read: FeatureRead) -> Phrase:
        """As a condition names it: by what it is where that is short, and by its name."""
        feature = self._features[read.name]
        named = Named("feature", feature.name)
        of = phrase(" of that ", Named("field", feature.per or "")) if read.own else ()
        of = phrase(" of ", Quoted(read.key)) if read.key is not None else of
        if self.is_named_alone(feature):
            return phrase(f"the {_NOUNS[feature.kind]} ", named, of)
        return phrase(self._core(feature, of), " (", named, ")")

    def is_named_alone(self, feature: Feature) -> bool:
        """Whether conditions don't say what it is, as that would be long."""
        return feature.kind in ("score", "trend") or feature.where is not None or len(feature.types) > _SHORT

    def full(self, feature: Feature) -> Phrase:
        """All that it is."""
        where: Part = phrase(", only of those where ", self.where(feature.where)) if feature.where else ""
        per: Part = phrase(", kept for each ", Named("field", feature.per), " by itself") if feature.per else ""
        return phrase(self._core(feature), where, per)

    def _core(self, feature: Feature, whose: Phrase = ()) -> Phrase:
        of, field = self._types.any_of(feature.types, "touchpoints"), Named("field", feature.field or "")
        over = f" in the {last(feature.over)}" if feature.over else ""
        match feature.kind:
            case "count":
                return phrase("the number of ", of, whose, over or " ever")
            case "sum":
                return phrase("the sum of ", field, " over ", of, whose, over or " ever")
            case "mean":
                return phrase("the average ", field, " of ", of, whose, over)
            case "min" | "max":
                return phrase(
                    f"the {'smallest' if feature.kind == 'min' else 'largest'} ", field, " of ", of, whose, over
                )
            case "distinct":
                return phrase("the number of different values of ", field, " in ", of, whose, over)
            case "first" | "last":
                one = self._types.any_of(feature.types, "touchpoint")
                return phrase("the ", field, f" of the {feature.kind} ", one, whose, over)
            case "top":
                return phrase("the ", field, *self._most(feature), " in ", of, whose, over)
            case "trend":
                return self._trend(feature, of)
            case "score":
                return self._score(feature)

    def _most(self, feature: Feature) -> tuple[Part, ...]:
        if feature.by is None:
            return (" that came most often",)
        return (" for which ", Named("field", feature.by), " adds up to most")

    def _trend(self, feature: Feature, of: Phrase) -> Phrase:
        over = lasting(feature.over or 0)
        band = f" (a change of up to {number(round(feature.band * 100, 9))} % counts as steady)" if feature.band else ""
        words = Quoted("rising"), " or ", Quoted("falling"), " when there is more or less of "
        return phrase(
            *words, of, f" in the {last(feature.over or 0)} than in the {over} before, else ", Quoted("steady"), band
        )

    def _score(self, feature: Feature) -> Phrase:
        weights = joined([self._weight(weight) for weight in feature.weights], "and")
        half_life = lasting(feature.half_life or 0)
        return phrase("a score to which ", weights, f"; what each added is halved every {half_life}")

    def _weight(self, weight: Weight) -> Phrase:
        return phrase(self._types.one(weight.type), " adds ", self._amount(weight.amount))

    def _amount(self, amount: float | str) -> Phrase:
        if isinstance(amount, str):
            return self._claims.value(parse(amount, _TOUCHPOINT).tree)
        return phrase(number(amount))


def _unread(read: FeatureRead) -> Phrase:
    raise TypeError(f"a condition on a touchpoint can't read the feature {read.name}")


_NOUNS: Final = {
    "count": "count",
    "sum": "sum",
    "mean": "average",
    "min": "smallest value",
    "max": "largest value",
    "distinct": "number of different values",
    "first": "first value",
    "last": "last value",
    "top": "top value",
    "score": "score",
    "trend": "trend",
}
