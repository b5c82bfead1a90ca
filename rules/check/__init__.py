"""What needs the whole library to be checked: names that don't exist, types, patterns, expressions."""

from rules.check.check import check_library
from rules.check.parts import Parts, PlacedFeature, PlacedSegment, PlacedTimeline

__all__ = ["Parts", "PlacedFeature", "PlacedSegment", "PlacedTimeline", "check_library"]
