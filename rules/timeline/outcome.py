"""What was found of a timeline held against what it expects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from rules.declaration import ExpectedFiring, Timeline
from rules.timeline.run import Found


class Near(NamedTuple):
    """An expected firing that wasn't found, one found that wasn't expected: the nearest of each other in time."""

    expected: ExpectedFiring
    found: Found


@dataclass(frozen=True, slots=True)
class Outcome:
    """``found``: the signal's moments in order of time. ``matched``: its firings that were expected; ``missing`` and
    ``surplus``: what is left of both; ``near``: pairs of those."""

    timeline: Timeline
    found: tuple[Found, ...]
    matched: tuple[Found, ...]
    missing: tuple[ExpectedFiring, ...]
    surplus: tuple[Found, ...]
    near: tuple[Near, ...]

    @property
    def passed(self) -> bool:
        return not self.missing and not self.surplus


def held_against(timeline: Timeline, found: Iterable[Found]) -> Outcome:
    """The outcome of a timeline from what all signals made of it."""
    own = tuple(sorted((one for one in found if one.signal == timeline.signal), key=lambda one: one.time))
    surplus, missing, matched = [one for one in own if one.fired], list[ExpectedFiring](), list[Found]()
    for expected in sorted(timeline.fires, key=_vagueness):
        match = next((one for one in surplus if _fits(expected, one)), None)
        if match is None:
            missing.append(expected)
        else:
            surplus.remove(match)
            matched.append(match)
    missing.sort(key=lambda expected: expected.time)
    return Outcome(timeline, own, tuple(matched), tuple(missing), tuple(surplus), tuple(_nearest(missing, surplus)))


def _vagueness(expected: ExpectedFiring) -> int:
    """What says most chooses first, so that what says less can take any of the rest."""
    return sum(wanted is None for wanted in _wanted(expected)) - len(expected.carry)


def _wanted(expected: ExpectedFiring) -> tuple[object, ...]:
    """What is expected of it, each None where that isn't said."""
    said = expected.channel, expected.per, expected.late, expected.outcome, expected.reason
    return (*said, expected.goes, expected.cancelled)


def _is_so(found: Found) -> tuple[object, ...]:
    """What is so of it, in the order in which it is expected."""
    said = found.channel, found.per, found.late, found.outcome, found.reason
    return (*said, found.goes, found.cancelled)


def _fits(expected: ExpectedFiring, found: Found) -> bool:
    pairs = zip(_wanted(expected), _is_so(found), strict=True)
    as_said = all(wanted is None or wanted == is_so for wanted, is_so in pairs)
    return expected.time == found.time and as_said and not any(carried_otherwise(expected, found))


def carried_otherwise(expected: ExpectedFiring, found: Found) -> Iterator[str]:
    """The names under which a trigger takes along something else than is expected."""
    return (name for name, value in expected.carry if found.carry.get(name) != value)


def _nearest(missing: Iterable[ExpectedFiring], surplus: Iterable[Found]) -> Iterable[Near]:
    """Pairs of what was expected and what was found instead, the nearest in time first, each once."""
    pairs = [Near(expected, found) for expected in missing for found in surplus]
    taken: set[int] = set()
    for pair in sorted(pairs, key=lambda pair: abs(pair.expected.time - pair.found.time)):
        if taken.isdisjoint((id(pair.expected), id(pair.found))):
            taken |= {id(pair.expected), id(pair.found)}
            yield pair
