"""How a customer stands in a story."""

from __future__ import annotations

from collections.abc import Iterator

from rules.explaining.explained import At, BranchNow, ModuleNow, PortionNow, StageNeeds, StoryNow
from rules.state import State
from rules.stories import StoryPlan
from rules.stories.plan_story import NOW
from rules.stories.readings import WHOLE, attention, due, is_branch_open, shares
from rules.stories.standing import (
    BRANCHES,
    COUNT,
    DONE,
    FIRST,
    KINDS,
    LATEST,
    NEVER,
    OPEN_SINCE,
    ROUND,
    SINCE,
    STAGE,
    TALLY,
    Row,
)


def of_story(plan: StoryPlan, state: State, now: int) -> StoryNow:
    """A story as it stands for a customer at ``now`` (ms)."""
    part = state.parts.get(plan.key)
    if part is None:
        return StoryNow(plan.name, plan.declared.stages[0].name)
    row: Row = part[NOW]
    moment = due(plan.course, row)
    return StoryNow(
        story=plan.name,
        stage=plan.stage(state.parts),
        since=At(row[SINCE]),
        round=row[ROUND],
        touchpoints=row[COUNT],
        first_channel=row[FIRST],
        last_channel=row[LATEST],
        due=None if moment is None else At(moment),
        overdue=moment is not None and now >= moment,
        modules=tuple(_modules(plan, row, now)),
        next=_next(plan, row),
        branches=tuple(_branches(plan, row, now)),
        mix=tuple(_mix(plan, row)),
    )


def _modules(plan: StoryPlan, row: Row, now: int) -> Iterator[ModuleNow]:
    course, done, branches = plan.course, row[DONE], row[BRANCHES]
    for at, module in enumerate(plan.declared.modules):
        locked = () if course.is_unlocked(at, done, branches) else tuple(_locks(plan, at, row))
        yield ModuleNow(module.name, attention(course, at, row, now), module.needs, done[at] != NEVER, locked)


def _locks(plan: StoryPlan, at: int, row: Row) -> Iterator[str]:
    """What a module waits for before it is unlocked."""
    names, course = plan.declared.module_names, plan.course
    yield from (names[other] for other in course.after[at] if row[DONE][other] == NEVER)
    gates = course.gates[at]
    if gates and not any(course.has_opened(row[BRANCHES][gate]) for gate in gates):
        yield " or ".join(plan.declared.branches[gate].name for gate in gates)


def _next(plan: StoryPlan, row: Row) -> StageNeeds | None:
    """What leads to the next stage, and how much of it is there."""
    stage = plan.course.next_stage(row[STAGE])
    if stage is None:
        return None
    done = {name for name, at in zip(plan.declared.module_names, row[DONE], strict=True) if at != NEVER}
    needed = stage.touchpoints
    return StageNeeds(
        stage=stage.name,
        modules=tuple(name for name in stage.modules if name not in done),
        some=max(0, stage.some - len(done)),
        touchpoints=0 if needed is None else needed.count,
        came=row[TALLY],
        types=0 if needed is None or needed.kinds <= 1 else needed.kinds,
        came_types=len(row[KINDS]),
    )


def _branches(plan: StoryPlan, row: Row, now: int) -> Iterator[BranchNow]:
    for at, branch in enumerate(plan.declared.branches):
        is_open = is_branch_open(row, at, branch, now)
        since = At(row[BRANCHES][at][OPEN_SINCE]) if is_open else None
        yield BranchNow(branch.name, "interest" if branch.answered is None else "objection", is_open, since)


def _mix(plan: StoryPlan, row: Row) -> Iterator[PortionNow]:
    each = shares(plan.course, WHOLE, row)
    if each is not None:
        for portion, share in zip(plan.declared.mix, each, strict=True):
            yield PortionNow(portion.name, share, portion.share)
