"""How wide text is when it is drawn: nobody knows the reader's font, so it is taken to be a wide one."""

from __future__ import annotations

from typing import Final
from unicodedata import category, east_asian_width

_CUT: Final = "…"
_NARROW: Final = frozenset("ijlI.,:;'|!()[]/“” `·")
_WIDE: Final = frozenset("mwMW@%…—")


def width(text: str, size: float) -> float:
    """The width of a text at a font size, in the unit of that size; rather too much than too little."""
    return sum(map(_width, text)) * size


def fitted(text: str, room: float, size: float) -> str:
    """The text, cut with … where it is wider than the room; nothing where not even a letter fits."""
    if width(text, size) <= room:
        return text
    used = _width(_CUT) * size
    for at, character in enumerate(text):
        used += _width(character) * size
        if used > room:
            return f"{text[:at].rstrip()}{_CUT}" if at else ""
    return text


def wrapped(text: str, room: float, size: float) -> tuple[str, ...]:
    """The text in one line or two; the second is cut where it is too wide."""
    if width(text, size) <= room or " " not in text:
        return (fitted(text, room, size),)
    first, rest = "", text
    while rest:
        word, _, after = rest.partition(" ")
        if width(f"{first} {word}".strip(), size) > room:
            break
        first, rest = f"{first} {word}".strip(), after
    return (first, fitted(rest, room, size)) if first else (fitted(text, room, size),)


def _width(character: str) -> float:
    if character in _NARROW:
        return 0.36
    if character in _WIDE:
        return 1.0
    if east_asian_width(character) in "WF" or category(character) in ("So", "Sk"):
        return 1.35
    return 0.72 if character.isupper() else 0.62
