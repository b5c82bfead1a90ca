"""Draws a story: its stages as columns, its modules with what unlocks them, its branches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from rules.docs.drawing.lettering import fitted
from rules.docs.drawing.picture import Bar, Label, Line, Picture
from rules.story import Branch, Module, Stage, Story

SIZE: Final = 12.5
SMALL: Final = 11.5
_BOX: Final = 46.0
_GAP: Final = 16.0
_TOP: Final = 8.0
_EDGE: Final = 12.0


@dataclass(frozen=True, slots=True)
class Plot:
    """How wide the drawing is, and how many columns stand beside one another."""

    width: float
    columns: int


@dataclass(frozen=True, slots=True)
class Box:
    """A box in the drawing."""

    x: float
    y: float
    width: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def middle(self) -> float:
        return self.y + _BOX / 2


def draw_story(story: Story, leads: Mapping[str, str], width: float, *, beside: bool) -> Picture:
    """A story as a graph. ``leads``: what leads to each stage, in words. ``beside``: stages stand beside one another,
    rather than one under the other."""
    return _Drawing(story, leads, Plot(width, len(story.stages) if beside else 1)).picture()


class _Drawing:
    def __init__(self, story: Story, leads: Mapping[str, str], plot: Plot) -> None:
        self._story, self._leads, self._plot = story, leads, plot
        self._made = Picture(plot.width, 0)
        self._boxes: dict[str, Box] = {}
        self._stages = _columns(story)

    def picture(self) -> Picture:
        heads: list[Box] = []
        bottom = _TOP
        for at, stage in enumerate(self._story.stages):
            beside = self._plot.columns > 1
            y = _TOP if beside else bottom
            head = self._box(at, y, inset=0)
            heads.append(head)
            self._head(head, stage)
            y += _BOX + _GAP
            for module in self._stages[at]:
                self._boxes[module.name] = self._box(at, y, inset=_EDGE)
                y += _BOX + _GAP
            bottom = max(bottom, y)
        self._arrows(heads)
        self._unlocking()
        self._modules()
        bottom = self._branches(bottom)
        self._made.height = bottom
        return self._made

    def _box(self, column: int, y: float, *, inset: float) -> Box:
        plot = self._plot
        wide = plot.width / plot.columns
        x = (column if plot.columns > 1 else 0) * wide + 2
        return Box(x + inset, y, wide - 2 * _EDGE - inset)

    def _head(self, box: Box, stage: Stage) -> None:
        leads = self._leads[stage.name]
        self._put(box, stage.name, leads, "stage", f"{stage.name}: {leads}")

    def _put(self, box: Box, name: str, says: str, look: str, title: str) -> None:
        self._made.bars.append(Bar(box.x, box.y, box.width, _BOX, look, title))
        middle, room = box.x + box.width / 2, box.width - 10
        self._made.labels.append(Label(middle, box.y + 20, fitted(name, room, SIZE), f"named {look}", "middle"))
        self._made.labels.append(Label(middle, box.y + 36, fitted(says, room, SMALL), "detail plain", "middle"))

    def _arrows(self, heads: list[Box]) -> None:
        if self._plot.columns == 1:
            return
        for before, after in pairwise(heads):
            x, y = after.x - 2, before.middle
            self._made.lines.append(Line(before.right, y, x, y, "shift"))
            self._made.lines += [Line(x - 6, y - 4, x, y, "shift"), Line(x - 6, y + 4, x, y, "shift")]

    def _unlocking(self) -> None:
        for module in self._story.modules:
            for name in module.after:
                self._edge(self._boxes[name], self._boxes[module.name], "edge")

    def _edge(self, before: Box, after: Box, look: str) -> None:
        """From one box to another: across, or along the left side where they stand in one column."""
        if after.x > before.x:
            self._made.lines.append(Line(before.right, before.middle, after.x, after.middle, look))
            return
        x = min(before.x, after.x) - _EDGE / 2
        self._made.lines += [
            Line(before.x, before.middle, x, before.middle, look),
            Line(x, before.middle, x, after.middle, look),
            Line(x, after.middle, after.x, after.middle, look),
        ]

    def _modules(self) -> None:
        for module in self._story.modules:
            says = f"needs {module.needs * 100:g} %"
            after = f", after {', '.join(module.after)}" if module.after else ""
            self._put(self._boxes[module.name], module.name, says, "module", f"{module.name} {says}{after}")

    def _branches(self, top: float) -> float:
        """The branches beneath, each in the column of the first module that it unlocks; gives where they end."""
        filled: dict[int, float] = {}
        for branch in self._story.branches:
            column = self._column_of(branch)
            y = filled.get(column, top)
            box = self._box(column, y, inset=_EDGE)
            filled[column] = y + _BOX + _GAP
            for name in branch.modules:
                self._edge(box, self._boxes[name], "edge gate")
            kind = "interest" if branch.answered is None else "objection"
            title = f"{kind} {branch.name}" + (f", unlocks {', '.join(branch.modules)}" if branch.modules else "")
            self._put(box, branch.name, kind, f"branch {kind}", title)
        return max([top, *filled.values()])

    def _column_of(self, branch: Branch) -> int:
        if self._plot.columns == 1:
            return 0
        held = [at for at, modules in enumerate(self._stages) for one in modules if one.name in branch.modules]
        return min(held, default=0)


def _columns(story: Story) -> list[list[Module]]:
    """The modules of each stage: those that lead to the next one, and the others with the last of those before them."""
    columns: list[list[Module]] = [[] for _ in story.stages]
    placed: dict[str, int] = {}
    for module in _in_order(story):
        needed = [at - 1 for at, stage in enumerate(story.stages) if module.name in stage.modules]
        some = [at - 1 for at, stage in enumerate(story.stages) if stage.some]
        least = max([0, *(placed[name] for name in module.after)])
        at = max(least, min(needed or some or [least]))
        placed[module.name] = at
        columns[at].append(module)
    return columns


def _in_order(story: Story) -> list[Module]:
    """Each module behind those after which it comes."""
    left, ordered = list(story.modules), list[Module]()
    while left:
        known = {module.name for module in ordered}
        following = next(module for module in left if set(module.after) <= known)
        left.remove(following)
        ordered.append(following)
    return ordered
