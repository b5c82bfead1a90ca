"""All checks, and the run of them."""

from __future__ import annotations

from typing import Final

from rules.lint.finding import Check, Finding
from rules.lint.linted import Linted
from rules.lint.lives import Forgotten
from rules.lint.reached import Constant, Unreachable
from rules.lint.said import NoCap, NoExpiry, NoOwner, NoReason
from rules.lint.same import SameFeature, SameSegment, SameSignal
from rules.lint.stories import IdleModule, PassedStage, UnusedStory
from rules.lint.tested import FiresTogether, NoFiringTimeline, NoQuietTimeline
from rules.lint.types import Deprecated
from rules.lint.unused import UnusedFeature, UnusedSegment
from rules.places import PlacedLibrary

CHECKS: Final[tuple[type[Check], ...]] = (
    NoOwner,
    NoReason,
    NoFiringTimeline,
    NoQuietTimeline,
    Unreachable,
    Constant,
    SameSignal,
    SameFeature,
    SameSegment,
    Forgotten,
    NoExpiry,
    NoCap,
    Deprecated,
    UnusedFeature,
    UnusedSegment,
    UnusedStory,
    IdleModule,
    PassedStage,
    FiresTogether,
)


def lint_library(placed: PlacedLibrary) -> list[Finding]:
    """What all checks find in a library, by file, line and column."""
    linted = Linted(placed)
    return sorted({finding for check in CHECKS for finding in check().findings(linted)})
