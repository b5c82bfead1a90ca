"""The small changes of the steps of a follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from rules.declaration import Follow, Restart, Signal, Silence, Step, Without
from rules.declare import WITHIN
from rules.fields import matches_any
from rules.mutation.change import Change, Maker

AnyStep = Step | Silence | Without

_OTHER: Final[dict[Restart, Restart]] = {"first": "latest", "latest": "first"}


def changes_of_steps(maker: Maker, signal: Signal, follow: Follow, begins_twice: bool) -> Iterator[Change]:
    """Each step changed or dropped, and `restart` the other; ``begins_twice``: whether what begins a run can come
    twice within it."""
    for at in range(len(follow.steps)):
        yield from _Steps(maker, signal, follow, at).changes()
    if begins_twice and _can_restart(follow):
        other = _OTHER[follow.restart]
        says = f"`restart: {follow.restart}` becomes `{other}`"
        said = ("restart",) if follow.restart == "latest" else ("follow",)  # the other is seldom written out
        yield maker.change(said, says, replace(signal, pattern=replace(follow, restart=other)))


def _can_restart(follow: Follow) -> bool:
    """Whether `restart` can make a difference: in a run of two steps it can't where what begins one breaks it, too."""
    match follow.steps:
        case (_,):
            return False
        case Step(begins, times=1), Without(breaks), Step(times=1):
            return not all(matches_any(breaks, name) for name in begins)
    return True


class _Steps:
    """The changes of one step."""

    def __init__(self, maker: Maker, signal: Signal, follow: Follow, at: int) -> None:
        self._maker, self._signal, self._follow, self._at = maker, signal, follow, at

    def changes(self) -> Iterator[Change]:
        step = self._follow.steps[self._at]
        yield from self._dropped()
        yield from self._of_types(step)
        if isinstance(step, Silence):
            yield from self._maker.duration(
                self._path("for"), step.duration, lambda other: self._put(replace(step, duration=other))
            )
            if self._at + 1 < len(self._follow.steps):
                yield self._maker.change(self._path("for"), "`for` is dropped", self._put(Without(step.types)))
        if isinstance(step, Step):
            yield from self._of_step(step)

    def _of_types(self, step: AnyStep) -> Iterator[Change]:
        idle = frozenset[str]() if isinstance(step, Step) else self._idle(step)
        path = self._path("type" if isinstance(step, Step) else "without")
        yield from self._maker.types(path, step.types, lambda types: self._put(replace(step, types=types)), idle)

    def _idle(self, breaker: Silence | Without) -> frozenset[str]:
        """The types that needn't be named here: they fulfil the step that is awaited, or begin the run anew, whatever
        their touchpoint says, before it is asked whether they break it."""
        steps = self._follow.steps
        awaited = steps[self._at + 1 : self._at + 2] if isinstance(breaker, Without) else ()
        sooner = [*awaited, *(steps[:1] if self._follow.restart == "latest" else ())]
        if self._signal.per is not None or any(isinstance(step, Step) and step.same for step in steps):
            return frozenset()  # a touchpoint without the field breaks it, and no more
        taking = [step for step in sooner if isinstance(step, Step) and step.where is None]
        return frozenset(name for name in breaker.types for step in taking if matches_any(step.types, name))

    def _of_step(self, step: Step) -> Iterator[Change]:
        if step.within != WITHIN:
            yield from self._maker.duration(
                self._path("within"), step.within, lambda other: self._put(replace(step, within=other))
            )
        for times in (step.times + 1, step.times - 1) if step.times > 1 else ():
            says = f"`times: {step.times}` becomes `{times}`"
            yield self._maker.change(self._path("times"), says, self._put(replace(step, times=times)))
        for field in step.same:
            rest = tuple(other for other in step.same if other != field)
            says = f"`{field}` of `same` is dropped"
            yield self._maker.change(self._path("same"), says, self._put(replace(step, same=rest)))
        if step.where is not None:
            yield from self._maker.condition(
                self._path("where"), step.where, lambda text: self._put(replace(step, where=text))
            )
            yield self._maker.change(self._path("where"), "`where` is dropped", self._put(replace(step, where=None)))

    def _dropped(self) -> Iterator[Change]:
        """Without this step, where what is left is a follow still."""
        steps = self._follow.steps
        rest = steps[: self._at] + steps[self._at + 1 :]
        if rest and isinstance(rest[0], Step) and not isinstance(rest[-1], Without):
            says = f"the step `{_named(steps[self._at])}` is dropped"
            yield self._maker.change(self._path(), says, self._with(rest))

    def _put(self, step: AnyStep) -> Signal:
        steps = self._follow.steps
        return self._with((*steps[: self._at], step, *steps[self._at + 1 :]))

    def _with(self, steps: tuple[AnyStep, ...]) -> Signal:
        return replace(self._signal, pattern=replace(self._follow, steps=steps))

    def _path(self, *path: str) -> tuple[str | int, ...]:
        return ("follow", self._at, *path)


def _named(step: AnyStep) -> str:
    types = ", ".join(step.types)
    return types if isinstance(step, Step) else f"without {types}"
