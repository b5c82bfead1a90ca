"""What needs the whole library to be checked: names that don't exist, types, patterns, expressions."""

from rules.check.check import check_library
from rules.check.parts import Parts, PlacedFeature

__all__ = ["Parts", "PlacedFeature", "check_library"]
