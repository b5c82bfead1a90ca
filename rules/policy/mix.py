"""The mix of a story, as far as it orders channels: by what a customer has seen on which of them."""

from __future__ import annotations

from typing import Final

from rules.features.accumulator import tidy
from rules.state import Parts
from rules.stories import StoryPlan

EVEN: Final = 0.0


class Mix:
    """The mix of one story."""

    def __init__(self, story: StoryPlan) -> None:
        self._story = story
        portions = enumerate(story.declared.mix)
        self._portions = {channel: (at, portion.share) for at, portion in portions for channel in portion.channels}

    def behind(self, parts: Parts, channel: str) -> float:
        """How far the share of a channel is behind what it is to be, -1 to 1; all of it where no attention has come."""
        portion = self._portions.get(channel)
        if portion is None:
            return EVEN
        at, wanted = portion
        shares = self._story.shares(parts)
        return tidy(wanted - (shares[at] if shares else 0.0))
