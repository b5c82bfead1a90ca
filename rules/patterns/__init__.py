"""Patterns: when, follow and silent, each a matcher over a customer's state."""

from rules.patterns.follow import FollowMatcher
from rules.patterns.matcher import Matcher
from rules.patterns.silent import SilentMatcher
from rules.patterns.when import EdgeMatcher, WhenMatcher

__all__ = ["EdgeMatcher", "FollowMatcher", "Matcher", "SilentMatcher", "WhenMatcher"]
