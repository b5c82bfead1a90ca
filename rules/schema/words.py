"""Names in a library, and the kinds of values that several models hold."""

from __future__ import annotations

from keyword import kwlist
from typing import Annotated, Final

from rules.expression import RESERVED
from rules.schema_kinds import Duration, Expression, ProfileField, Text
from rules.schema_kinds import Field as FieldKind
from rules.schema_kinds import Types as TypesKind

_DOTTED: Final = r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)*"
_DOTTED_IN_WORDS: Final = "lower-case words of letters, digits, `-` and `_`, with dots between them"

FEATURE_NAME: Final = Text(
    "a name of a feature: letters, digits and `_`, a letter first",
    "views_1h",
    pattern="[A-Za-z][A-Za-z0-9_]*",
    not_these=RESERVED,
)
SEGMENT_NAME: Final = Text(
    "a name of a segment: letters, digits and `_`, a letter first",
    "young_family",
    pattern="[A-Za-z][A-Za-z0-9_]*",
    not_these=frozenset(kwlist),
)
SOURCE_NAME: Final = Text("the name of a source, as touchpoints say it", "tablet", 256)
TYPE_NAME: Final = Text("a dotted name of a type", "order.placed", 200, r"[\w-]+(\.[\w-]+)*")
CHANNEL_NAME: Final = Text(f"a name of a channel: {_DOTTED_IN_WORDS}", "email", 100, _DOTTED, frozenset({"best"}))
SIGNAL_NAME: Final = Text(f"a name of a signal: {_DOTTED_IN_WORDS}", "retail.abandoned-basket", 100, _DOTTED)
GROUP_NAME: Final = Text(f"a name of a group: {_DOTTED_IN_WORDS}", "reminders", 100, _DOTTED)
PURPOSE_NAME: Final = Text("a name of a purpose: letters, digits, `_` and `-`", "marketing", 100, r"[\w-]+")
LIBRARY_NAME: Final = Text(f"a name of a library: {_DOTTED_IN_WORDS}", "shop", 100, _DOTTED)
CARRY_NAME: Final = Text("a name: letters, digits, `_` and `-`", "interest", 100, r"[A-Za-z_][A-Za-z0-9_-]*")

# The value that is not there is None, but None is not a value that can be written: hence the kind around both.
Types = Annotated[tuple[str, ...], TypesKind()]
MaybeTypes = Annotated[tuple[str, ...] | None, TypesKind()]
Millis = Annotated[int, Duration()]
MaybeMillis = Annotated[int | None, Duration()]
Condition = Annotated[str, Expression()]
MaybeWhere = Annotated[str | None, Expression("an expression over the touchpoint's fields", "led_by == 'customer'")]
MaybeCondition = Annotated[str | None, Expression()]
AnyField = Annotated[str, FieldKind()]
MaybeField = Annotated[str | None, FieldKind()]
ProfilePath = Annotated[str, ProfileField()]
NumberField = Annotated[str, FieldKind(example="value", use="number")]
