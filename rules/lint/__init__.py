"""Lint: what can be as it is and is better otherwise, found by small checks, each with its reason and its fix."""

from rules.lint.checks import CHECKS, lint_library
from rules.lint.finding import Check, Finding, Severity

__all__ = ["CHECKS", "Check", "Finding", "Severity", "lint_library"]
