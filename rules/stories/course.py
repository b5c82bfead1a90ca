"""How a touchpoint moves a customer on in a story. Standings are worked on in place; what time alone does is read."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import TopologicalSorter
from math import exp2

from rules.features.accumulator import tidy
from rules.stories.standing import LAST_TIME, NEVER, OPEN_SINCE, OPENED, TIMES, Seen, Standing
from rules.story import Branch, Module, Stage, Story

UNTOUCHED = (0, NEVER, NEVER, NEVER)


class Course:
    """A story as places: modules, stages, branches and portions of the mix by their numbers."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self._places = {name: at for at, name in enumerate(story.module_names)}
        self.after = [self.modules(module.after) for module in story.modules]
        self.gates = [_gates(story.branches, module.name) for module in story.modules]
        self.order = _in_order(story.modules, self._places)
        self.needed = [self.modules(stage.modules) for stage in story.stages]
        self.portions = [frozenset(portion.channels) for portion in story.mix]

    def modules(self, names: Sequence[str]) -> list[int]:
        return [self._places[name] for name in names]

    def take(self, standing: Standing | None, seen: Seen) -> Standing:
        """The standing after a touchpoint; one that is older than the last comes right after that."""
        time = seen.time if standing is None else max(seen.time, standing.last)
        if standing is None or self._begins_anew(standing, seen, time):
            standing = self._begun(0 if standing is None else standing.round, time)
        standing.count += 1
        if seen.channel is not None:
            standing.first = seen.channel if standing.first is None else standing.first
            standing.latest = seen.channel
        self._attend(standing, seen, time)
        for at in seen.answers:
            _close(standing.branches[at])
        for at in seen.opens:
            touch_branch(standing.branches[at], self.story.branches[at], time)
        self._finish(standing, time)
        self._shift(standing, seen, time)
        standing.last = time
        return standing

    def next_stage(self, stage: int) -> Stage | None:
        """The stage after one; None after the last."""
        return self.story.stages[stage + 1] if stage + 1 < len(self.story.stages) else None

    def is_unlocked(self, module: int, done: list[int], branches: list[list[int]]) -> bool:
        gates = self.gates[module]
        is_open = not gates or any(self.has_opened(branches[at]) for at in gates)
        return is_open and all(done[at] != NEVER for at in self.after[module])

    @staticmethod
    def has_opened(branch: list[int]) -> bool:
        """Whether a branch, by its row, has been open in this round."""
        return branch[OPENED] != NEVER

    def amount(self, amount: float, touched: int, now: int) -> float:
        """What is left now of what was taken in of a module, unrounded and without a bound."""
        half_life = self.story.half_life
        return amount if half_life is None or touched == NEVER else amount * exp2((touched - now) / half_life)

    def _begins_anew(self, standing: Standing, seen: Seen, time: int) -> bool:
        after = self.story.reenter.after
        return (seen.anew and standing.stage > 0) or (after is not None and time - standing.last >= after)

    def _begun(self, rounds: int, time: int) -> Standing:
        story, modules = self.story, len(self.story.modules)
        return Standing(
            round=rounds + 1,
            began=time,
            stage=0,
            since=time,
            last=time,
            count=0,
            first=None,
            latest=None,
            tally=0,
            kinds=[],
            amounts=[0.0] * modules,
            touched=[NEVER] * modules if story.half_life is not None else [],
            done=[NEVER] * modules,
            shares=[0.0] * (len(story.mix) * (modules + 1)),
            branches=[list(UNTOUCHED) for _ in story.branches],
        )

    def _attend(self, standing: Standing, seen: Seen, time: int) -> None:
        for at in seen.modules:
            touched = standing.touched[at] if standing.touched else NEVER
            standing.amounts[at] = self.amount(standing.amounts[at], touched, time) + seen.worth
            if standing.touched:
                standing.touched[at] = time
        for at, channels in enumerate(self.portions):
            if seen.channel in channels:
                for row in (0, *(module + 1 for module in seen.modules)):
                    standing.shares[row * len(self.portions) + at] += seen.attention

    def _finish(self, standing: Standing, time: int) -> None:
        """Modules that are unlocked and have what they need are done."""
        for at in self.order:
            if standing.done[at] != NEVER or not self.is_unlocked(at, standing.done, standing.branches):
                continue
            touched = standing.touched[at] if standing.touched else NEVER
            if tidy(self.amount(standing.amounts[at], touched, time)) >= self.story.modules[at].needs:
                standing.done[at] = time

    def _shift(self, standing: Standing, seen: Seen, time: int) -> None:
        """Moves on as far as it goes; the touchpoint that leads to a stage doesn't count for the next."""
        stage = self.next_stage(standing.stage)
        if stage is not None and standing.stage + 1 in seen.counts:
            standing.tally += 1
            if seen.type is not None and seen.type not in standing.kinds:
                standing.kinds.append(seen.type)
                del standing.kinds[max(1, stage.touchpoints.kinds if stage.touchpoints else 1) :]
        while stage is not None and self._leads_to(standing, stage):
            standing.stage, standing.since, standing.tally, standing.kinds = standing.stage + 1, time, 0, []
            stage = self.next_stage(standing.stage)

    def _leads_to(self, standing: Standing, stage: Stage) -> bool:
        done, touchpoints = standing.done, stage.touchpoints
        if not all(done[at] != NEVER for at in self.needed[standing.stage + 1]):
            return False
        if stage.some and sum(one != NEVER for one in done) < stage.some:
            return False
        if touchpoints is None:
            return True
        enough = touchpoints.kinds <= 1 or len(standing.kinds) >= touchpoints.kinds
        return enough and standing.tally >= touchpoints.count


def touch_branch(row: list[int], branch: Branch, time: int) -> None:
    """One touchpoint more of what opens a branch. After a pause as long as an interest stays, it begins from none."""
    if branch.stays is not None and row[LAST_TIME] != NEVER and time - row[LAST_TIME] >= branch.stays:
        _close(row)
    row[TIMES] = min(row[TIMES] + 1, branch.times)
    row[LAST_TIME] = time
    if row[TIMES] >= branch.times and row[OPEN_SINCE] == NEVER:
        row[OPEN_SINCE] = time
        row[OPENED] = time if row[OPENED] == NEVER else row[OPENED]


def _close(row: list[int]) -> None:
    row[TIMES], row[OPEN_SINCE] = 0, NEVER


def _gates(branches: Sequence[Branch], module: str) -> list[int]:
    """The branches of which one must have been open before a module is unlocked."""
    return [at for at, branch in enumerate(branches) if module in branch.modules]


def _in_order(modules: Sequence[Module], places: dict[str, int]) -> list[int]:
    """Each module behind those after which it comes."""
    within = {module.name: module.after for module in modules}
    return [places[name] for name in TopologicalSorter(within).static_order()]
