"""What a library declares, in plain English."""

from rules.docs.wording.patterns import Sentence
from rules.docs.wording.signals import LibraryWords, as_paragraph
from rules.docs.wording.spans import lasting, number

__all__ = ["LibraryWords", "Sentence", "as_paragraph", "lasting", "number"]
