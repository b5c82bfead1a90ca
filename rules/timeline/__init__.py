"""Timelines: what one customer does, run through the one evaluator, and held against what is expected."""

from rules.timeline.drawing import Line, Mark, drawn
from rules.timeline.outcome import Outcome
from rules.timeline.rig import Rig
from rules.timeline.run import BadTimeline, Found, run_timeline

__all__ = ["BadTimeline", "Found", "Line", "Mark", "Outcome", "Rig", "drawn", "run_timeline"]
