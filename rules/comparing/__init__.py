"""Comparing: what a change of a library would change, over the same touchpoints."""

from rules.comparing.changes import Change, Made, Sample
from rules.comparing.compare import Comparison, compare
from rules.comparing.telling import told_change

__all__ = ["Change", "Comparison", "Made", "Sample", "compare", "told_change"]
