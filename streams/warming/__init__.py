"""A new library's parts, computed from an earlier time of the log on, in a process beside the one that decides."""

from streams.warming.child import Child
from streams.warming.messages import Job
from streams.warming.warmer import Warmer

__all__ = ["Child", "Job", "Warmer"]
