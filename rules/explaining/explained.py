"""What there is to say of one customer and its signals, as plain values; `told` makes text of them, `as_json` JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import orjson

from rules.wire import rfc3339

Join = Literal["all", "any", "segment", ""]
Progress = Literal["done", "awaited", "later"]


class At(int):
    """A moment in epoch milliseconds; RFC 3339 in JSON."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """A touchpoint by its id; type and time where they are known."""

    id: str
    type: str | None = None
    at: At | None = None


@dataclass(frozen=True, slots=True)
class Became:
    """What was decided of a firing later on: that it goes after it had waited, is held then, or is taken back."""

    at: At
    outcome: str
    reason: str | None
    detail: str | None
    channel: str | None


@dataclass(frozen=True, slots=True)
class Fired:
    """A firing and what became of it. ``detail``: the value that decided. ``foreseen``: worked out from the state as it
    was kept; the log that it was made from says nothing of it yet. ``later``: what became of it afterwards, in order.
    """

    signal: str
    per: str | None
    at: At
    late: bool
    touchpoints: tuple[Sighting, ...]
    outcome: str
    reason: str | None
    detail: str | None
    channel: str | None
    foreseen: bool = False
    later: tuple[Became, ...] = ()


@dataclass(frozen=True, slots=True)
class Value:
    """What something in a condition is now; None is missing.

    ``is_time``: epoch milliseconds, such as `{last: time}`. ``leaves_at``: when the oldest touchpoint leaves the window
    that it is counted or calculated in. ``kept``: how many touchpoints a count has there.
    """

    of: str
    value: Any
    is_time: bool = False
    leaves_at: At | None = None
    kept: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition, or a part of one, as it stands.

    ``wanted``: what it is to be for the whole to come true (false beneath a `not`); ``met``: whether it is that.
    ``join``: how its ``parts`` make it met: all of them, any of them, those of a segment. A part without parts has
    ``values`` and says what it ``needs``. ``turns_at``: when time alone makes it met, or ends that.
    ``gap``: how far it is from being met, 0 where it is, about 1 for each thing that is wholly wrong.
    """

    text: str
    wanted: bool
    met: bool
    join: Join = ""
    parts: tuple[Asked, ...] = ()
    values: tuple[Value, ...] = ()
    needs: str = ""
    turns_at: At | None = None
    gap: float = 0.0


@dataclass(frozen=True, slots=True)
class WhenNow:
    """A `when`. ``true``: it fires only after it has been false. ``since``: since when a `hold` (ms) has run."""

    asked: Asked
    true: bool
    hold: int | None = None
    since: At | None = None


@dataclass(frozen=True, slots=True)
class StepNow:
    """A step of a follow. ``touchpoints``: those that fulfilled it; ``times``: how many it takes (0: a silence)."""

    text: str
    progress: Progress
    times: int = 1
    touchpoints: tuple[Sighting, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowNow:
    """A follow and its run, if any.

    ``begun``: whether there is a run. The step awaited is so ``since`` a moment, ``until`` another: then a silence is
    fulfilled, and a step too late. ``breaks``: types that break the run before. ``over``: when the last run
    ended, as the step that it awaited didn't come in time.
    """

    steps: tuple[StepNow, ...]
    begun: bool = False
    since: At | None = None
    until: At | None = None
    breaks: tuple[str, ...] = ()
    over: At | None = None


@dataclass(frozen=True, slots=True)
class SilentNow:
    """A silent. ``last``: the last touchpoint of its types, None for a customer who had none."""

    types: tuple[str, ...]
    wait: int
    last: Sighting | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class DateNow:
    """A date. ``value``: of the field, None where it says no date; the window it is in, or that comes next."""

    field: str
    value: Any
    begins_at: At | None = None
    ends_at: At | None = None
    inside: bool = False


PatternNow = WhenNow | FollowNow | SilentNow | DateNow


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance of a signal as it stands. ``fires_at``: when it fires by time alone, if nothing comes before.

    ``again_at``: until then `again` forbids it to fire. ``condition``: its `if` as of now. ``gap``: as of `Asked`.
    """

    per: str | None
    now: PatternNow
    fires_at: At | None = None
    again_at: At | None = None
    condition: Asked | None = None
    gap: float = 0.0


@dataclass(frozen=True, slots=True)
class SignalNow:
    """A signal. ``fired``: its firings that are known, in order; ``instances``: the nearest to firing first.

    ``nearest``: of one that never fired, the instance that came nearest to it, as it stood ``nearest_at``, where that
    is known and nearer than any is now.
    """

    signal: str
    status: str
    pattern: str
    per: str | None
    fired: tuple[Fired, ...]
    instances: tuple[Instance, ...]
    nearest_at: At | None = None
    nearest: Instance | None = None


@dataclass(frozen=True, slots=True)
class ModuleNow:
    """A module: the ``attention`` that it has and ``needs`` (0..1). ``locked``: what it waits for."""

    module: str
    attention: float
    needs: float
    done: bool
    locked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StageNeeds:
    """What leads to a stage: ``modules`` that aren't done yet, how many more of ``some``, and how many ``touchpoints``
    of how many ``types`` (0: any) it takes, of which so many ``came``."""

    stage: str
    modules: tuple[str, ...]
    some: int
    touchpoints: int
    came: int
    types: int
    came_types: int


@dataclass(frozen=True, slots=True)
class BranchNow:
    """A branch, an interest or an objection."""

    branch: str
    kind: Literal["interest", "objection"]
    open: bool
    since: At | None = None


@dataclass(frozen=True, slots=True)
class PortionNow:
    """A share of the mix as it is, and as it is wanted (0..1)."""

    portion: str
    share: float
    wanted: float


@dataclass(frozen=True, slots=True)
class StoryNow:
    """A story. ``since``: when the stage began, None of who hasn't begun it; ``due``: by when it must move on."""

    story: str
    stage: str
    since: At | None = None
    round: int = 0
    touchpoints: int = 0
    first_channel: str | None = None
    last_channel: str | None = None
    due: At | None = None
    overdue: bool = False
    modules: tuple[ModuleNow, ...] = ()
    next: StageNeeds | None = None
    branches: tuple[BranchNow, ...] = ()
    mix: tuple[PortionNow, ...] = ()


@dataclass(frozen=True, slots=True)
class Explained:
    """A customer as of a moment. ``clock``: the customer's own time, None for one who was never seen."""

    customer: str
    at: At
    clock: At | None
    library: str
    time_zone: str
    signals: tuple[SignalNow, ...]
    stories: tuple[StoryNow, ...] = ()


def as_json(explained: Any) -> bytes:
    """One JSON object of what was explained or described, times in RFC 3339."""
    return orjson.dumps(explained, default=_moment, option=orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_INDENT_2)


def _moment(value: Any) -> str:
    if isinstance(value, At):
        return rfc3339(value)
    return repr(value)
