"""Mutation: how sharp the timelines of a library are, by small changes that one of them should notice."""

from rules.mutation.change import Change
from rules.mutation.expression import Edit, edits
from rules.mutation.measure import Subject, Tried, subjects, try_changes

__all__ = ["Change", "Edit", "Subject", "Tried", "edits", "subjects", "try_changes"]
