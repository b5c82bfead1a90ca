"""What kind of value a field of a touchpoint holds, as far as that is known before any comes."""

from __future__ import annotations

from rules.expression import FIELDS, OPEN_FIELDS, Kind


def field_kind(field: str) -> Kind | None:
    """The kind of a field such as ``product`` or ``properties.size``; None where there is no such field."""
    first, *rest = field.split(".")
    if first in OPEN_FIELDS:
        return "any" if rest and all(rest) else None
    return None if rest else FIELDS.get(first)
