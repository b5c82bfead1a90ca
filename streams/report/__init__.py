"""What marketers read: what fired, what was held and by what, what it cost and brought; from the decisions' topic."""

from streams.report.period import Period
from streams.report.sections import BY, SECTIONS, Asked, Section, Shown, counted_by_section
from streams.report.store import MissingDuckDbError, Store

__all__ = ["BY", "SECTIONS", "Asked", "MissingDuckDbError", "Period", "Section", "Shown", "Store", "counted_by_section"]
