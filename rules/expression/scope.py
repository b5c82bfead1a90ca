"""What an expression can see: the names in reach, what is known of each, and what it turns out to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from rules.expression.expression import Expression

Kind = Literal["number", "text", "bool", "list", "any"]

FIELDS: Final[Mapping[str, Kind]] = {
    "id": "text",
    "type": "text",
    "time": "number",
    "customer": "text",
    "channel": "text",
    "source": "text",
    "brand": "text",
    "product": "text",
    "content": "text",
    "module": "text",
    "attention": "number",
    "dwell": "number",
    "led_by": "text",
    "reaction": "text",
    "value": "number",
}
OPEN_FIELDS: Final = ("identities", "properties")


class Tendency(Enum):
    """What time alone, between touchpoints, does to a number or a truth.

    FALLS: a number it only lowers, a truth it can only turn false; RISES the reverse; STILL: nothing;
    EITHER: both may happen.
    """

    STILL = "still"
    FALLS = "falls"
    RISES = "rises"
    EITHER = "either"

    def flipped(self) -> Tendency:
        """The tendency of the negative of the number, or of the opposite of the truth."""
        return _FLIPPED.get(self, self)

    def joined(self, other: Tendency) -> Tendency:
        """The tendency of what moves with both: their sum, or the `and` and `or` of truths."""
        if self is other or other is Tendency.STILL:
            return self
        return other if self is Tendency.STILL else Tendency.EITHER


_FLIPPED: Final = {Tendency.FALLS: Tendency.RISES, Tendency.RISES: Tendency.FALLS}


@dataclass(frozen=True, slots=True)
class FeatureInfo:
    """What is known of a feature before it has a value.

    ``per``: the field it is kept per, if any. ``score``: it decays all the time. ``always``: it is never
    missing. ``never_negative``: it is a number that is 0 or more, so that falling can only make it falsy.
    ``words``: all that it can be, where those are a few words.
    """

    kind: Kind = "any"
    per: str | None = None
    tendency: Tendency = Tendency.EITHER
    score: bool = False
    always: bool = False
    never_negative: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeatureRead:
    """One way to read a feature: with the signal's own per value (``own``), of a value said (``key``), or plainly."""

    name: str
    own: bool = False
    key: str | None = None

    @property
    def story(self) -> str | None:
        """The story whose value it is; None of a feature, whose name has no dots."""
        return self.name.split(".", 2)[1] if "." in self.name else None


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands.

    ``touchpoint``: a `where` or a weight, which see one touchpoint's fields. ``customer``: a `when`, an `if`
    or a carried value, which see features, the profile and the touchpoint at hand. ``per`` is the signal's
    own; with ``holds`` (a `when` with `hold`) the touchpoint is out of reach. ``segments`` are those in reach, None
    for one of which no more than its name is known yet. ``stories``: the values of stories by their paths, such as
    ``("module", "cardio", "safety", "done")``.
    """

    kind: Literal["touchpoint", "customer"]
    features: Mapping[str, FeatureInfo] = field(default_factory=dict)
    per: str | None = None
    holds: bool = False
    segments: Mapping[str, Expression | None] = field(default_factory=dict)
    stories: Mapping[tuple[str, ...], FeatureInfo] = field(default_factory=dict)
