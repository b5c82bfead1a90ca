"""The kinds of values that files of a library hold: each reads one value, says what is wrong with it, and has a schema.

They stand in the annotations of the models (`Annotated[str, Text(...)]`). Pydantic calls them; what they refuse is a
`RefusalError`, which `schema_reading` turns into a problem with its place.
"""

from rules.schema_kinds.collection import Collection
from rules.schema_kinds.expression import Expression, Weight
from rules.schema_kinds.kind import RefusalError, ValueKind, as_yaml, shown
from rules.schema_kinds.number import Duration, Number
from rules.schema_kinds.policy import ChannelChoice, ConsentField, OneOrMore, TimeOfDay
from rules.schema_kinds.profile import ProfileField, Relation
from rules.schema_kinds.share import Names, Share, some_of
from rules.schema_kinds.text import OneOf, Text, TimeZone
from rules.schema_kinds.timeline import DateAndTime, Exact, Gap, PerValue, Truth, Values
from rules.schema_kinds.touchpoint import TYPE, TYPE_PATTERN, Field, Types

__all__ = [
    "TYPE",
    "TYPE_PATTERN",
    "ChannelChoice",
    "Collection",
    "ConsentField",
    "DateAndTime",
    "Duration",
    "Exact",
    "Expression",
    "Field",
    "Gap",
    "Names",
    "Number",
    "OneOf",
    "OneOrMore",
    "PerValue",
    "ProfileField",
    "RefusalError",
    "Relation",
    "Share",
    "Text",
    "TimeOfDay",
    "TimeZone",
    "Truth",
    "Types",
    "ValueKind",
    "Values",
    "Weight",
    "as_yaml",
    "shown",
    "some_of",
]
