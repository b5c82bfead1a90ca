"""How the instances of a `follow` stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from rules.declaration import Silence, Step, Without
from rules.explaining.explained import At, FollowNow, Progress, Sighting, StepNow
from rules.explaining.moments import span
from rules.explaining.sightings import Sightings
from rules.explaining.standing import FAR, Standing, soon
from rules.patterns import FollowMatcher
from rules.patterns.run import Run
from rules.state import State


class Place(NamedTuple):
    """A step or silence of a follow, and the types that break the run while it is awaited."""

    step: Step | Silence
    breaks: tuple[str, ...]


def of_follow(matcher: FollowMatcher, state: State, now: int, sightings: Sightings) -> Iterator[Standing[FollowNow]]:
    instances: Sequence[tuple[str | None, Any]] = matcher.instances.all(state)
    places = _places(matcher)
    if not instances:
        yield Standing(None, _without_run(places, None), None, FAR)
    for per, instance in instances:
        run = matcher.run_at(instance, now)
        known = sightings.knowing(matcher.times_of(instance))
        follow = _without_run(places, None) if run is None else _with_run(matcher, places, run, known, now)
        yield Standing(per, follow, soon(matcher, state, per), _gap(follow, now))


def _places(matcher: FollowMatcher) -> tuple[Place, ...]:
    """The nodes of the follow as they were declared; a `without` between two steps belongs to the later one."""
    places, before = list[Place](), tuple[str, ...]()
    for step in matcher.pattern.steps:
        match step:
            case Without(types):
                before += types
            case Silence(types):
                places.append(Place(step, (*before, *types)))
                before = ()
            case Step():
                places.append(Place(step, before))
                before = ()
    return tuple(places)


def _without_run(places: Sequence[Place], over: At | None) -> FollowNow:
    steps = [_step(place, "later" if at else "awaited", ()) for at, place in enumerate(places)]
    return FollowNow(tuple(steps), over=over)


def _with_run(matcher: FollowMatcher, places: Sequence[Place], run: Run, sightings: Sightings, now: int) -> FollowNow:
    until = run.since + matcher.nodes.nodes[run.at].wait
    place = places[run.at]
    if isinstance(place.step, Step) and until < now:
        return _without_run(places, At(until))
    return FollowNow(
        steps=tuple(_steps(places, run, sightings)),
        begun=True,
        since=At(run.since),
        until=At(until),
        breaks=place.breaks,
    )


def _steps(places: Sequence[Place], run: Run, sightings: Sightings) -> Iterator[StepNow]:
    ids = iter(run.ids)
    for at, place in enumerate(places):
        done = _times(place) if at < run.at else run.done if at == run.at else 0
        progress: Progress = "done" if at < run.at else "awaited" if at == run.at else "later"
        yield _step(place, progress, tuple(sightings.of(next(ids)) for _ in range(done)))


def _step(place: Place, progress: Progress, touchpoints: tuple[Sighting, ...]) -> StepNow:
    return StepNow(_text(place.step), progress, _times(place), touchpoints)


def _times(place: Place) -> int:
    return place.step.times if isinstance(place.step, Step) else 0


def _text(step: Step | Silence) -> str:
    types = " or ".join(step.types)
    if isinstance(step, Silence):
        return f"{span(step.duration)} without {types}"
    times = "" if step.times == 1 else f"{step.times} times "
    where = f" where {step.where}" if step.where else ""
    same = f" of the same {', '.join(step.same)}" if step.same else ""
    return f"{times}{types}{where}{same}"


def _gap(follow: FollowNow, now: int) -> float:
    """The share that is still to come, steps and the awaited silence's time."""
    if not follow.begun:
        return FAR
    wanted = sum(max(step.times, 1) for step in follow.steps)
    done: float = sum(len(step.touchpoints) if step.times else step.progress == "done" for step in follow.steps)
    awaited = next(step for step in follow.steps if step.progress == "awaited")
    if not awaited.times and follow.since is not None and follow.until is not None:
        done += min(1.0, max(0.0, (now - follow.since) / (follow.until - follow.since)))
    return 1 - done / wanted
