"""What a library's stories declare, after reading: plain frozen values with every shorthand resolved.

Shares and weights are fractions from 0 to 1, durations whole milliseconds, types tuples of names or wildcards,
expressions over a touchpoint are kept as text. What a mapping of the library holds is in order of its names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Types = tuple[str, ...]
Weights = tuple[tuple[str, float], ...]
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the attention of a touchpoint is worth: the most that applies of who led, a reaction, and what its type
    proves by the catalogue (``proves``); ``otherwise`` where none does. ``dwell``: of a touchpoint without attention so
    many ms are all of it, worth no more than ``otherwise``."""

    led_by: Weights = (("customer", 1.0),)
    reaction: float = 1.0
    proves: Weights = ()
    otherwise: float = 0.5
    dwell: int | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """Which touchpoints of a story are meant: of these types (empty: all), those for which ``where`` is true."""

    types: Types = ()
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Module:
    """A part of a story: done with the share ``needs`` of attention, once the modules ``after`` which it comes are."""

    name: str
    of: Touch = Touch()
    needs: float = 0.5
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Needed:
    """How many touchpoints since the stage before began, and of how many different types at least."""

    count: int
    of: Touch = Touch()
    kinds: int = 1


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage and what leads to it: all of ``modules`` and ``some`` modules at least are done, ``touchpoints`` came.

    ``within``: so many ms after the stage before began it is overdue.
    """

    name: str
    modules: tuple[str, ...] = ()
    some: int = 0
    touchpoints: Needed | None = None
    within: int | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """What an interest or an objection opens: ``times`` touchpoints ``of`` it. With ``answered`` it is an objection,
    open until such a touchpoint; ``stays``: an interest closes so many ms after the last one of it. ``modules`` are
    locked until it has been open."""

    name: str
    of: Touch
    times: int = 1
    modules: tuple[str, ...] = ()
    answered: Touch | None = None
    stays: int | None = None


@dataclass(frozen=True, slots=True)
class Portion:
    """The ``share`` of a story's attention that is to come by these channels."""

    name: str
    channels: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Gate:
    """A channel that is locked until the modules ``after`` which it comes are done."""

    channel: str
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reentry:
    """When a story begins anew: with the next touchpoint after so many ms without one (``after``), or, from a later
    stage than the first, with a touchpoint that is ``by``."""

    after: int | None = None
    by: Touch | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A brand's learning path: stages in order, modules, and the touchpoints ``of`` which it is made.

    ``half_life``: in so many ms half of what was taken in of a module is forgotten.
    """

    name: str
    of: Touch
    stages: tuple[Stage, ...]
    owner: str | None = None
    reason: str | None = None
    modules: tuple[Module, ...] = ()
    evidence: Evidence = Evidence()
    half_life: int | None = None
    channels: tuple[Gate, ...] = ()
    mix: tuple[Portion, ...] = ()
    branches: tuple[Branch, ...] = ()
    reenter: Reentry = Reentry()

    @property
    def module_names(self) -> tuple[str, ...]:
        return tuple(module.name for module in self.modules)

    @property
    def stage_names(self) -> tuple[str, ...]:
        return tuple(stage.name for stage in self.stages)


def touches(story: Story) -> Iterator[tuple[Path, Touch]]:
    """All that a story says of which touchpoints are meant, its own first; each with where its file says so."""
    yield (), story.of
    yield from ((("modules", module.name), module.of) for module in story.modules)
    for at, stage in enumerate(story.stages):
        if stage.touchpoints is not None:
            yield ("stages", at, "touchpoints"), stage.touchpoints.of
    for branch in story.branches:
        yield ("branches", branch.name), branch.of
        if branch.answered is not None:
            yield ("branches", branch.name, "answered"), branch.answered
    if story.reenter.by is not None:
        yield ("reenter", "by"), story.reenter.by
