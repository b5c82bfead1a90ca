"""The reference of the language as Markdown, made from the schema: the same words that editors show."""

from rules.reference.reference import language_reference

__all__ = ["language_reference"]
