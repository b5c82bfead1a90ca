"""Comparing: what a change of a library would change, over the same touchpoints."""

from rules.comparing.changes import Altered, Changes, changes
from rules.comparing.compare import Comparison, compare
from rules.comparing.difference import Difference, Made, Sample
from rules.comparing.side import Side
from rules.comparing.telling import told_difference

__all__ = [
    "Altered",
    "Changes",
    "Comparison",
    "Difference",
    "Made",
    "Sample",
    "Side",
    "changes",
    "compare",
    "told_difference",
]
