"""What lint finds, and what each of its checks has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from rules.lint.linted import Linted
from rules.places import Spot
from rules.problem import Problem

Severity = Literal["warning", "hint"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that can be as it is, and is better otherwise: ``check`` is the name of what found it, ``reason`` why
    that looks for it."""

    problem: Problem
    severity: Severity
    check: str
    reason: str

    def __str__(self) -> str:
        place, _, words = str(self.problem).partition(" ")
        return f"{place} {self.severity}: {words} [{self.check}]"


class Check(ABC):
    """One check: ``name`` is short, ``reason`` says why it is looked for, ``fix`` what to do about what it finds."""

    name: ClassVar[str]
    severity: ClassVar[Severity] = "warning"
    reason: ClassVar[str]
    fix: ClassVar[str]

    @abstractmethod
    def findings(self, linted: Linted) -> Iterator[Finding]:
        """What it finds in a library."""

    def found(self, spot: Spot, found: str, expected: str, fix: str | None = None) -> Finding:
        problem = Problem(spot.file, spot.line, spot.column, found, expected, fix or self.fix)
        return Finding(problem, self.severity, self.name, self.reason)
