"""Comparing: what a change of a library would change, over the same touchpoints."""

from rules.comparing.changes import Altered, Changes, changes
from rules.comparing.compare import Comparison, compare
from rules.comparing.difference import Compared, Difference, Made, Sample, all_compared
from rules.comparing.side import Side
from rules.comparing.telling import told_difference

__all__ = [
    "Altered",
    "Changes",
    "Compared",
    "Comparison",
    "Difference",
    "Made",
    "Sample",
    "Side",
    "all_compared",
    "changes",
    "compare",
    "told_difference",
]
