"""Patterns: when, follow, silent and date, each a matcher over a customer's state."""

from rules.patterns.date import DateMatcher
from rules.patterns.follow import FollowMatcher
from rules.patterns.lagging import LaggingSilentMatcher
from rules.patterns.matcher import Matcher
from rules.patterns.silent import SilentMatcher
from rules.patterns.when import EdgeMatcher, WhenMatcher

__all__ = [
    "DateMatcher",
    "EdgeMatcher",
    "FollowMatcher",
    "LaggingSilentMatcher",
    "Matcher",
    "SilentMatcher",
    "WhenMatcher",
]
