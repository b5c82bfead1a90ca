"""The small changes of a story: of what it takes, of what modules need and of what leads from stage to stage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Final

from rules.mutation.change import Change, Maker, Path
from rules.story import Branch, Module, Stage, Story, Touch

_POINTS: Final = 0.05  # by how much a share is changed

Put = Callable[[Touch], Story]


def changes_of_story(story: Story, read: Collection[str]) -> Iterator[Change]:
    """All small changes of a story that can make a difference to what signals ``read`` of it."""
    maker, asks = Maker("story", story.name), _Asked(story, read)
    yield from _of_touch(maker, (), story.of, lambda touch: replace(story, of=touch))
    if asks.stages:
        for at, stage in enumerate(story.stages):
            yield from _of_stage(maker, story, at, stage, timed=asks.times)
        yield from _of_reentry(maker, story)
    for at, module in enumerate(story.modules):
        if module.name in asks.modules:
            yield from _of_module(maker, story, at, module, finished=module.name in asks.done)
    if asks.modules and story.half_life is not None:
        half_life = story.half_life
        yield from maker.duration(("half_life",), half_life, lambda other: replace(story, half_life=other))
    for at, branch in enumerate(story.branches):
        if branch.name in asks.branches:
            yield from _of_branch(maker, story, at, branch)
    yield from _of_mix(maker, story) if asks.mix else ()


class _Asked:
    """What signals ask of a story: its ``stages`` and the ``times`` by which these move, the ``mix``, ``modules`` and
    of which of these whether they are ``done``, ``branches``."""

    def __init__(self, story: Story, read: Collection[str]) -> None:
        own = [name.split(".", 3) for name in read if name.split(".")[1] == story.name]
        wholes = {name[2] for name in own if name[0] == "story"}
        self.times = bool(wholes & {"overdue", "due"})
        self.stages = any(name[0] == "stage" for name in own) or self.times or "since" in wholes
        self.mix = bool(wholes & {"off"})
        self.branches = {name[3] for name in own if name[0] == "story" and name[2] in ("open", "open_since")}
        self.done = self._done(story, own, all_of="modules_done" in wholes)
        self.modules = self.done | {name[2] for name in own if name[0] == "module"}
        gated = [branch for branch in story.branches if self.modules & set(branch.modules)]
        self.branches |= {branch.name for branch in gated}

    def _done(self, story: Story, own: list[list[str]], *, all_of: bool) -> set[str]:
        """The modules of which it is asked whether they are done, by stages too, or by those that come after them."""
        read = [name for name in own if name[0] == "module"]
        asked = {name[2] for name in read if name[3] == "done"}
        unlocked = {name[2] for name in read if name[3] == "unlocked"}
        asked |= {name for module in story.modules if module.name in unlocked for name in module.after}
        asked |= {name for stage in story.stages for name in stage.modules} if self.stages else set()
        asked |= {
            name
            for gate in story.channels
            for name in gate.after
            if ["story", story.name, "unlocked", gate.channel] in own
        }
        if all_of or (self.stages and any(stage.some for stage in story.stages)):
            asked |= set(story.module_names)
        for _ in story.modules:
            asked |= {name for module in story.modules if module.name in asked for name in module.after}
        return asked


def _of_touch(maker: Maker, path: Path, touch: Touch, put: Put) -> Iterator[Change]:
    yield from maker.types((*path, "of"), touch.types, lambda types: put(replace(touch, types=types)))
    if touch.where is not None:
        yield from maker.condition((*path, "where"), touch.where, lambda text: put(replace(touch, where=text)))
        yield maker.change((*path, "where"), "`where` is dropped", put(replace(touch, where=None)))


def _of_stage(maker: Maker, story: Story, at: int, stage: Stage, *, timed: bool) -> Iterator[Change]:
    path: Path = ("stages", at)

    def put(other: Stage) -> Story:
        return replace(story, stages=(*story.stages[:at], other, *story.stages[at + 1 :]))

    if stage.within is not None and timed:
        yield from maker.duration((*path, "within"), stage.within, lambda other: put(replace(stage, within=other)))
    for name in stage.modules:
        rest = tuple(other for other in stage.modules if other != name)
        if rest or stage.touchpoints is not None:
            yield maker.change((*path, "modules"), f"`{name}` is dropped", put(replace(stage, modules=rest)))
    for some in (stage.some - 1, stage.some + 1) if stage.some else ():
        if 0 < some <= len(story.modules):
            says = f"`modules: {stage.some}` becomes `{some}`"
            yield maker.change((*path, "modules"), says, put(replace(stage, some=some)))
    needed = stage.touchpoints
    if needed is None:
        return
    for count in (needed.count - 1, needed.count + 1):
        if count >= max(1, needed.kinds):
            says = f"`{needed.count}` touchpoints become `{count}`"
            other = replace(needed, count=count)
            yield maker.change((*path, "touchpoints"), says, put(replace(stage, touchpoints=other)))
    yield from _of_touch(
        maker,
        (*path, "touchpoints"),
        needed.of,
        lambda touch: put(replace(stage, touchpoints=replace(needed, of=touch))),
    )


def _of_module(maker: Maker, story: Story, at: int, module: Module, *, finished: bool) -> Iterator[Change]:
    """``finished``: whether it matters when it is done."""
    path: Path = ("modules", module.name)

    def put(other: Module) -> Story:
        return replace(story, modules=(*story.modules[:at], other, *story.modules[at + 1 :]))

    for needs in _near(module.needs) if finished else ():
        says = f"`needs: {_points(module.needs)}` becomes `{_points(needs)}`"
        yield maker.change((*path, "needs"), says, put(replace(module, needs=needs)))
    for name in module.after:
        rest = tuple(other for other in module.after if other != name)
        yield maker.change((*path, "after"), f"`{name}` is dropped", put(replace(module, after=rest)))
    if module.of.where is not None:
        yield from _of_touch(maker, path, module.of, lambda touch: put(replace(module, of=touch)))


def _of_branch(maker: Maker, story: Story, at: int, branch: Branch) -> Iterator[Change]:
    path: Path = ("branches", branch.name)

    def put(other: Branch) -> Story:
        return replace(story, branches=(*story.branches[:at], other, *story.branches[at + 1 :]))

    yield from _of_touch(maker, path, branch.of, lambda touch: put(replace(branch, of=touch)))
    for times in (branch.times - 1, branch.times + 1):
        if times >= 1:
            says = f"`times: {branch.times}` becomes `{times}`"
            yield maker.change((*path, "times"), says, put(replace(branch, times=times)))
    if branch.answered is not None:
        yield maker.change((*path, "answered"), "`answered` is dropped", put(replace(branch, answered=None)))
    if branch.stays is not None:
        yield from maker.duration((*path, "stays"), branch.stays, lambda other: put(replace(branch, stays=other)))


def _of_mix(maker: Maker, story: Story) -> Iterator[Change]:
    """A little of each share goes to the one before it, as all of them make a whole."""
    for at, portion in enumerate(story.mix):
        other = story.mix[at - 1]
        if portion.share > _POINTS and other.share + _POINTS <= 1 and other is not portion:
            less, more = round(portion.share - _POINTS, 6), round(other.share + _POINTS, 6)
            changed = {portion.name: replace(portion, share=less), other.name: replace(other, share=more)}
            mix = tuple(changed.get(one.name, one) for one in story.mix)
            says = f"`{_points(portion.share)}` becomes `{_points(less)}`"
            yield maker.change(("mix", portion.name), says, replace(story, mix=mix))


def _points(share: float) -> str:
    return f"{share * 100:g}%"


def _of_reentry(maker: Maker, story: Story) -> Iterator[Change]:
    again = story.reenter
    if again.after is not None:
        yield from maker.duration(
            ("reenter", "after"), again.after, lambda other: replace(story, reenter=replace(again, after=other))
        )
        dropped = replace(story, reenter=replace(again, after=None))
        yield maker.change(("reenter", "after"), "`after` is dropped", dropped)
    if again.by is not None:
        yield from _of_touch(
            maker, ("reenter", "by"), again.by, lambda touch: replace(story, reenter=replace(again, by=touch))
        )
        yield maker.change(("reenter", "by"), "`by` is dropped", replace(story, reenter=replace(again, by=None)))


def _near(share: float) -> Iterator[float]:
    """The shares that are a little more, and a little less."""
    for other in (round(share - _POINTS, 6), round(share + _POINTS, 6)):
        if 0 < other <= 1:
            yield other
