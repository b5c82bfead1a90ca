"""A story made ready to run: it takes touchpoints as features do, and its values are read as theirs are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from rules.expression import counts_days
from rules.features import Reader
from rules.fields import matches_any
from rules.identity import part_key
from rules.state import Parts
from rules.stories.assessing import assessor
from rules.stories.course import Course
from rules.stories.keeping import KEEP, taken
from rules.stories.readings import WHOLE, readings, shares
from rules.stories.standing import STAGE, Part
from rules.stories.values import Reading
from rules.story import Story, Types, touches
from rules.touchpoint import Touchpoint

NOW: Final = 2  # where a part has the standing after all touchpoints


@dataclass(frozen=True, slots=True)
class Assessing:
    """What a story reads of touchpoints of one type."""

    story: StoryPlan
    name: str
    same = None

    def value(self) -> Callable[[Touchpoint], Any]:
        return self.story.assessor_of(self.name)


class StoryPlan:
    """A story. ``key``: its part. ``latest_by``: how late (ms) a touchpoint may come. ``proofs``: what the types of the
    catalogue prove."""

    late = False
    per = None
    per_reading = None
    keeps = KEEP  # touchpoints of which something may be kept

    def __init__(self, story: Story, proofs: Mapping[str, str], zone: str, latest_by: int) -> None:
        self.declared, self.zone, self.latest_by = story, zone, latest_by
        self.course = Course(story)
        weighed = {kind for kind, _ in story.evidence.proves}
        self.proofs = {name: proof for name, proof in proofs.items() if proof in weighed and self.concerns(name)}
        self.key = _key(story, self.proofs, zone)
        self.values = {".".join(path): StoryValue(self, one) for path, one in readings(self.course)}

    @property
    def name(self) -> str:
        return self.declared.name

    def types(self) -> Types:
        return self.declared.of.types

    def told_apart(self) -> Types:
        """The types and wildcards by which its touchpoints are told apart: of those that nothing here names, all of
        whom the same wildcards match mean the same."""
        within = (name for _, touch in touches(self.declared) for name in touch.types)
        return (*self.types(), *within, *self.proofs)

    def concerns(self, name: str) -> bool:
        return matches_any(self.types(), name)

    def reading_of(self, name: str) -> Assessing:
        """What it reads of touchpoints of one type."""
        return Assessing(self, name)

    def add(self, part: Part | None, seen: Any, time: int, now: int) -> Part:
        """The part with what was seen of one more touchpoint."""
        return taken(self.course, part, seen, now - self.latest_by)

    def kept(self) -> None:
        """Its part stays as it is when another takes its place."""

    def assessor_of(self, name: str) -> Callable[[Touchpoint], Any]:
        """What it sees in a touchpoint of one type; None in one that isn't of the story."""
        return assessor(self.declared, name, self.proofs.get(name), self.zone)

    def halve(self, part: Part) -> Part | None:
        """The part without the touchpoints that it keeps for late ones; None where it keeps none."""
        return [part[NOW], [], part[NOW]] if part[1] else None

    def shares(self, parts: Parts) -> list[float] | None:
        """The shares of its mix in a customer's attention, by portion; None where none has come yet."""
        part = parts.get(self.key)
        return None if part is None else shares(self.course, WHOLE, part[NOW])

    def stage(self, parts: Parts) -> str:
        """The stage that a customer is in."""
        part = parts.get(self.key)
        return self.declared.stages[0 if part is None else part[NOW][STAGE]].name


@dataclass(frozen=True, slots=True, eq=False)
class StoryValue:
    """A value of a story, read as a feature is."""

    story: StoryPlan
    reading: Reading

    @property
    def key(self) -> int:
        return self.story.key

    @property
    def is_time(self) -> bool:
        return self.reading.is_time

    @property
    def is_count(self) -> bool:
        return False

    def concerns(self, name: str) -> bool:
        return self.story.concerns(name)

    def reader(self, own: bool, literal: str | None) -> Reader:
        key, read, empty = self.story.key, self.reading.read, self.reading.empty

        def read_value(parts: Parts, now: int, per: str | None) -> Any:
            part = parts.get(key)
            return empty if part is None else read(part[NOW], now)

        return read_value

    def changes(self, parts: Parts, now: int, key: str | None) -> Iterable[int]:
        part = parts.get(self.story.key)
        return () if part is None else self.reading.changes(part[NOW], now)

    def settles(self, parts: Parts, now: int, key: str | None) -> int:
        part = parts.get(self.story.key)
        return now if part is None else self.reading.settles(part[NOW], now)


def _key(story: Story, proofs: Mapping[str, str], zone: str) -> int:
    """Who answers for a story, and why it is there, changes nothing that is kept."""
    dated = [zone] if counts_days(*(touch.where for _, touch in touches(story))) else []
    return part_key("story", [replace(story, owner=None, reason=None), sorted(proofs.items()), *dated])
