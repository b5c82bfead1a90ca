"""Comparing: what a change of a library would change, over the same touchpoints."""

from rules.comparing.compare import Comparison, compare
from rules.comparing.difference import Difference, Made, Sample
from rules.comparing.telling import told_difference

__all__ = ["Comparison", "Difference", "Made", "Sample", "compare", "told_difference"]
