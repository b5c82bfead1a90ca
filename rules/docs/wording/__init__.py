"""What a library declares, in plain English."""

from rules.docs.wording.patterns import Sentence
from rules.docs.wording.signals import STATUSES, LibraryWords, as_paragraph
from rules.docs.wording.spans import lasting, number

__all__ = ["STATUSES", "LibraryWords", "Sentence", "as_paragraph", "lasting", "number"]
