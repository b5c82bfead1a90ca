"""What expressions read of a story: each value by its path, what is known of it, and how it is read from a part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rules.expression import FeatureInfo, Tendency
from rules.story import Module, Portion, Story

ValuePath = tuple[str, ...]
"""The names of a value: `module.cardio.safety.done` is four."""

_BOOL: Final = FeatureInfo("bool", tendency=Tendency.STILL, always=True)
_COUNT: Final = FeatureInfo("number", tendency=Tendency.STILL, always=True, never_negative=True)
_SHARE: Final = FeatureInfo("number", tendency=Tendency.STILL, never_negative=True)
_TEXT: Final = FeatureInfo("text", tendency=Tendency.STILL)
_TIME: Final = FeatureInfo("number", tendency=Tendency.STILL)


def story_infos(stories: Iterable[Story]) -> Mapping[ValuePath, FeatureInfo]:
    """All values of these stories, with what is known of each."""
    return {path: info for story in stories for path, info in _infos(story)}


def _infos(story: Story) -> Iterator[tuple[ValuePath, FeatureInfo]]:
    yield (
        ("stage", story.name),
        FeatureInfo("text", tendency=Tendency.STILL, always=True, words=story.stage_names),
    )
    for module in story.modules:
        yield from _of_module(story, module)
    whole = ("story", story.name)
    timed = any(stage.within is not None for stage in story.stages)
    yield (*whole, "began"), _TIME
    yield (*whole, "since"), _TIME
    yield (*whole, "due"), _TIME
    yield (*whole, "overdue"), FeatureInfo("bool", tendency=_when(timed, Tendency.RISES), always=True)
    yield (*whole, "touchpoints"), _COUNT
    yield (*whole, "round"), _COUNT
    yield (*whole, "modules_done"), _COUNT
    yield (*whole, "first_channel"), _TEXT
    yield (*whole, "last_channel"), _TEXT
    for gate in story.channels:
        yield (*whole, "unlocked", gate.channel), _BOOL
    for branch in story.branches:
        closes = branch.stays is not None
        tendency = _when(closes, Tendency.FALLS)
        yield (*whole, "open", branch.name), FeatureInfo("bool", tendency=tendency, always=True)
        yield (*whole, "open_since", branch.name), FeatureInfo("number", tendency=_when(closes, Tendency.EITHER))
    yield from _of_mix(whole, story.mix)
    if story.mix:
        yield (*whole, "off"), _SHARE


def _of_module(story: Story, module: Module) -> Iterator[tuple[ValuePath, FeatureInfo]]:
    path, decays = ("module", story.name, module.name), story.half_life is not None
    tendency = _when(decays, Tendency.FALLS)
    yield (
        (*path, "attention"),
        FeatureInfo("number", tendency=tendency, score=decays, always=True, never_negative=True),
    )
    yield (*path, "done"), _BOOL
    yield (*path, "unlocked"), _BOOL
    yield from _of_mix(path, story.mix)


def _of_mix(path: ValuePath, mix: Iterable[Portion]) -> Iterator[tuple[ValuePath, FeatureInfo]]:
    for portion in mix:
        yield (*path, "share", portion.name), _SHARE


def _when(moves: bool, tendency: Tendency) -> Tendency:
    return tendency if moves else Tendency.STILL


Changes = Callable[[list[Any], int], Iterable[int]]
Read = Callable[[list[Any], int], Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a value is read from the standing that state keeps, at a moment (ms). ``empty``: of who has none.

    ``changes``: the moments after that at which time alone may change it by a step; ``settles``: that after which time
    moves it no more. ``is_time``: it is epoch milliseconds.
    """

    read: Read
    empty: Any
    changes: Changes
    settles: Callable[[list[Any], int], int]
    is_time: bool = False
