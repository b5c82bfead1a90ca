"""How the instances of a `silent` stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rules.explaining.explained import At, SilentNow
from rules.explaining.sightings import Sightings
from rules.explaining.standing import FAR, Standing, soon
from rules.patterns import LaggingSilentMatcher, SilentMatcher
from rules.state import State


def of_silent(
    matcher: SilentMatcher | LaggingSilentMatcher, state: State, now: int, sightings: Sightings
) -> Iterator[Standing[SilentNow]]:
    instances = matcher.instances.all(state)
    if not instances:
        yield Standing(None, SilentNow(matcher.types, matcher.wait), None, FAR)
    for per, instance in instances:
        last = matcher.last(instance)
        sighting = replace(sightings.of(last.id), at=At(last.time))
        silent = SilentNow(matcher.types, matcher.wait, sighting, last.waits)
        gap = max(0.0, 1 - (now - last.time) / matcher.wait) if last.waits else FAR
        yield Standing(per, silent, soon(matcher, state, per), gap)
