"""A customer as just before a touchpoint, told once it has been taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from rules.state import Parts, Profile, State

if TYPE_CHECKING:
    from rules.firing import Condition


class Past(Struct, gc=False):
    """``kept``: the parts that the touchpoint changes, as they were; one that wasn't there is None, as for a reader it
    is the same. ``profile``: as it was."""

    kept: dict[int, Any]
    profile: Profile
    parts: Parts | None = None

    def true(self, state: State, condition: Condition, now: int, per: str | None) -> bool:
        """Whether a condition was true at ``now`` (ms); of what it reads only what is kept may have changed since."""
        if self.parts is None:
            self.parts = state.parts | self.kept
        return bool(condition(self.parts, self.profile, None, now, per))
