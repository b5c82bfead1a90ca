"""What is known of touchpoints by their ids."""

from __future__ import annotations

from collections.abc import Mapping

from rules.explaining.explained import At, Sighting


class Sightings:
    """Types and times (ms) of touchpoints, as far as they are known."""

    def __init__(self, known: Mapping[str, Sighting]) -> None:
        self._known = known

    def of(self, identity: str) -> Sighting:
        return self._known.get(identity) or Sighting(identity)

    def knowing(self, times: Mapping[str, int]) -> Sightings:
        """These, and of others the times."""
        return Sightings({**{one: Sighting(one, None, At(time)) for one, time in times.items()}, **self._known})
