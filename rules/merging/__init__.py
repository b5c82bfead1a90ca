"""Two customers who turn out to be one: the state of the one as part of the other's."""

from rules.merging.merge import unite

__all__ = ["unite"]
