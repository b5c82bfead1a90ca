"""Types of touchpoints, by what the catalogue says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from rules.declaration import Interaction, Types
from rules.docs.phrase import Code, Named, Phrase, joined, phrase
from rules.fields import matches_any

_INTERNAL: Final[Mapping[str, str]] = {
    "signal.fired": "Another signal fired",
    "profile.updated": "The profile changed",
    "identity.linked": "Two identities were linked",
    "identity.unlinked": "An identity was split off",
}


class TypeWords:
    """Names types as a library's catalogue does."""

    def __init__(self, interactions: Iterable[Interaction]) -> None:
        self._catalogue: Mapping[str, Interaction] = {one.name: one for one in interactions}

    def says(self, name: str) -> str | None:
        """What happened at a touchpoint of the type, in words; None where nobody says."""
        known = self._catalogue.get(name)
        return known.says if known and known.says else _INTERNAL.get(name)

    def latency(self, types: Types) -> int:
        """How long (ms) touchpoints of these types may be on their way: the largest of the catalogue."""
        return max((one.latency for one in self._catalogue.values() if matches_any(types, one.name)), default=0)

    def any_of(self, types: Types, noun: str = "") -> Phrase:
        """One of several types. ``noun``: how one of a wildcard is called where it isn't simply anything."""
        below = [name for name in types if name.endswith(".*")]
        if len(below) < 2:
            return joined([self.one(name, noun) for name in types], "or")
        others = [self.one(name, noun) for name in types if name not in below]
        codes = [phrase(Code(name)) for name in below]
        return joined([*others, phrase(f"{noun or 'anything'} of ", codes[0]), *codes[1:]], "or")

    def one(self, name: str, noun: str = "") -> Phrase:
        """A type or a wildcard."""
        if name == "*":
            return phrase(f"{noun} of any kind (" if noun else "anything that the customer does (", Code("*"), ")")
        if name.endswith(".*"):
            return phrase(f"{noun or 'anything'} of ", Code(name))
        return phrase(Named("type", name, self.says(name)))
