"""Text of how a customer stands in a story."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from rules.explaining.explained import ModuleNow, StageNeeds, StoryNow
from rules.explaining.moments import Clock

_INDENT = "  "


def told_story(story: StoryNow, clock: Clock) -> Iterator[str]:
    """The stage, the modules, what the next stage lacks, what is open, the mix; a line each."""
    yield f"story {story.story}: {_standing(story, clock)}"
    for module in story.modules:
        yield f"{_INDENT}{_module(module)}"
    if story.next is not None:
        yield f"{_INDENT}{_next(story.next)}{_due(story, clock)}"
    for branch in story.branches:
        if branch.since is not None:
            yield f"{_INDENT}the {branch.kind} {branch.branch} is open since {clock.short(branch.since)}"
    if story.mix:
        said = (f"{one.portion} {percent(one.share)} (is to be {percent(one.wanted)})" for one in story.mix)
        yield f"{_INDENT}mix: {', '.join(said)}"


def percent(share: float) -> str:
    """A share in per cent, never more than it is: what lacks the least is not there yet."""
    return f"{floor(round(share * 1000, 6)) / 10:g} %"


def _standing(story: StoryNow, clock: Clock) -> str:
    if story.since is None:
        return f"{story.stage}, not begun"
    round_ = f", round {story.round}" if story.round > 1 else ""
    touchpoints = f"{story.touchpoints} touchpoint{'' if story.touchpoints == 1 else 's'}"
    return f"{story.stage} since {clock.short(story.since)}{round_}, {touchpoints}{_channels(story)}"


def _channels(story: StoryNow) -> str:
    if story.first_channel is None:
        return ""
    same = story.first_channel == story.last_channel
    return f" on {story.first_channel}" if same else f" from {story.first_channel} to {story.last_channel}"


def _module(module: ModuleNow) -> str:
    mark = "[x]" if module.done else "[ ]"
    locked = f", locked until {' and '.join(module.locked)}" if module.locked else ""
    return f"{mark} module {module.module} at {percent(module.attention)}, needs {percent(module.needs)}{locked}"


def _next(needs: StageNeeds) -> str:
    lacks = [f"module {name}" for name in needs.modules]
    if needs.some:
        lacks.append(f"{needs.some} more module{'' if needs.some == 1 else 's'}")
    if needs.came < needs.touchpoints:
        lacks.append(f"touchpoints ({needs.came} of {needs.touchpoints} came)")
    if needs.came_types < needs.types:
        lacks.append(f"types ({needs.came_types} of {needs.types} came)")
    return f"{needs.stage} lacks {', '.join(lacks) if lacks else 'a touchpoint of the story'}"


def _due(story: StoryNow, clock: Clock) -> str:
    if story.due is None:
        return ""
    return f"; overdue since {clock.short(story.due)}" if story.overdue else f"; by {clock.short(story.due)}"
