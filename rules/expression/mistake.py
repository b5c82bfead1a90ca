"""What is wrong with an expression, and where in its text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an expression's text, in characters from its beginning."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong: ``offset`` and ``length`` in characters of the text; what to write ``instead``."""

    offset: int
    length: int
    found: str
    expected: str
    instead: str

    def __str__(self) -> str:
        return f"found {self.found}; expected {self.expected}; {self.instead}"


class ExpressionError(Exception):
    """An expression that can't be used; ``mistakes`` are all of it that could be found at once, in order."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(f"{mistake.offset}: {mistake}" for mistake in mistakes))
        self.mistakes = mistakes


class Mistakes:
    """Collects the mistakes of one expression."""

    def __init__(self) -> None:
        self._found: list[Mistake] = []

    def add(self, at: Span, found: str, expected: str, instead: str) -> None:
        self._found.append(Mistake(at.offset, at.length, found, expected, instead))

    def raise_any(self) -> None:
        """Raises ExpressionError where there is a mistake."""
        if self._found:
            raise ExpressionError(tuple(sorted(self._found, key=lambda mistake: mistake.offset)))
