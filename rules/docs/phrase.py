"""Phrases: plain English in pieces, some of which lead to what they name. Text and pages are made of the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Topic = Literal["signal", "feature", "segment", "story", "type", "channel", "profile", "field"]


@dataclass(frozen=True, slots=True)
class Words:
    """Plain words."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Something as the library writes it."""

    text: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A text of the library's own."""

    text: str


@dataclass(frozen=True, slots=True)
class Named:
    """A part of the library by its name. ``says``: what it says of itself, shown before the name."""

    topic: Topic
    name: str
    says: str | None = None


Piece = Words | Code | Quoted | Named
Phrase = tuple[Piece, ...]
Part = str | Piece | Phrase


def phrase(*parts: Part) -> Phrase:
    """A phrase of these parts, one behind the other."""
    pieces = list[Piece]()
    for part in parts:
        match part:
            case "":
                continue
            case str():
                pieces.append(Words(part))
            case tuple():
                pieces += part
            case _:
                pieces.append(part)
    return tuple(pieces)


def as_text(said: Phrase) -> str:
    """A phrase as plain text."""
    return "".join(map(_text, said))


def _text(piece: Piece) -> str:
    match piece:
        case Words(text):
            return text
        case Code(text):
            return f"`{text}`"
        case Quoted(text):
            return f"“{text}”"
        case Named(_, name, says):
            return f"`{name}`" if says is None else f"“{says}” (`{name}`)"


def joined(parts: Sequence[Part], by: str) -> Phrase:
    """``a``, ``a or b``, ``a, b or c`` for ``by`` = or."""
    said = [phrase(part) for part in parts]
    if len(said) < 2:
        return said[0] if said else ()
    return phrase(*_between(said[:-1], ", "), f" {by} ", said[-1])


def separated(parts: Iterable[Part], by: str) -> Phrase:
    """The parts with ``by`` between them."""
    return phrase(*_between([phrase(part) for part in parts], by))


def _between(parts: Sequence[Phrase], by: str) -> Iterable[Part]:
    for at, part in enumerate(parts):
        if at:
            yield by
        yield part


def capital(said: Phrase) -> Phrase:
    """The phrase with its first letter as that of a sentence."""
    if said and isinstance(said[0], Words):
        text = said[0].text
        return (Words(text[:1].upper() + text[1:]), *said[1:])
    return said
