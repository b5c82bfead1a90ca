"""The stages of a story and its mix: stages that something leads to, shares that make a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from rules.problem import Problem
from rules.schema import NeededEntry, PortionEntry, StageEntry, StoryFile
from rules.schema_reading import Placed
from rules.source import Path

_LEADS: Final = "what leads to it: `modules` or `touchpoints`"
_WHOLE: Final = 1.0
_CLOSE: Final = 1e-9


def check_stages(story: Placed[StoryFile]) -> Iterator[Problem]:
    stages = story.model.stages
    yield from _check_stage_names(story)
    first = stages[0] if stages else None
    for key in ("modules", "touchpoints", "within") if isinstance(first, StageEntry) else ():
        if story.has("stages", 0, key):
            found, expected = f"`{key}` on the first stage", "nothing, as all begin there"
            yield from story.problem(
                ("stages", 0, key), found, expected, "write it on the stage that follows", at_key=True
            )
    for at, stage in enumerate(stages[1:], 1):
        yield from _check_stage(story, at, stage)


def _check_stage(story: Placed[StoryFile], at: int, stage: str | StageEntry) -> Iterator[Problem]:
    path: Path = ("stages", at)
    if isinstance(stage, str) or not (story.has(*path, "modules") or story.has(*path, "touchpoints")):
        if not story.is_mended_below(path):
            name = stage if isinstance(stage, str) else stage.stage
            yield from story.problem(
                path, f"the stage `{name}`, to which nothing leads", _LEADS, "add, for example, `touchpoints: 3`"
            )
        return
    count = len(story.model.modules or {})
    if isinstance(stage.modules, int) and stage.modules > count and not story.is_mended_below(("modules",)):
        found, expected = f"{stage.modules} modules", f"at most {count}, as many as the story has"
        yield from story.problem((*path, "modules"), found, expected, "write fewer, or add modules")
    needed = stage.touchpoints
    if isinstance(needed, NeededEntry):
        types = needed.of or story.model.of
        if needed.types > len(types) and not any(name.endswith("*") for name in types):
            found, expected = f"{needed.types} different types", f"at most {len(types)}, as many as `of` names"
            yield from story.problem(
                (*path, "touchpoints", "types"), found, expected, "write fewer, or name more types"
            )


def _check_stage_names(story: Placed[StoryFile]) -> Iterator[Problem]:
    names = [stage if isinstance(stage, str) else stage.stage for stage in story.model.stages]
    for at, name in enumerate(names):
        path: Path = ("stages", at) if isinstance(story.model.stages[at], str) else ("stages", at, "stage")
        if name in names[:at] and not story.is_mended(path):
            found, expected = f"the stage `{name}` a second time", "stages with names of their own"
            yield from story.problem(
                path, found, expected, "give it another name; who goes round again is for `reenter`"
            )


def check_mix(story: Placed[StoryFile]) -> Iterator[Problem]:
    mix = story.model.mix
    if not mix or story.is_mended_below(("mix",)):
        return
    shares = {name: entry.share if isinstance(entry, PortionEntry) else entry for name, entry in mix.items()}
    whole = sum(shares.values())
    if abs(whole - _WHOLE) > _CLOSE:
        found = f"shares that make {_percent(whole)} together"
        yield from story.problem(("mix",), found, "100% together", "change one of them", at_key=True)
    channels = Counter(channel for name, entry in mix.items() for channel in _channels(name, entry))
    for channel in sorted(channel for channel, times in channels.items() if times > 1):
        found = f"the channel `{channel}` in more than one share"
        yield from story.problem(("mix",), found, "each channel in one share", "take it out of one", at_key=True)


def _channels(name: str, entry: PortionEntry | float) -> Iterable[str]:
    return entry.of if isinstance(entry, PortionEntry) else (name,)


def _percent(share: float) -> str:
    return f"{round(share * 100, 4):g}%"
