"""What a touchpoint means to a story: of which modules it is, what it is worth, what it counts for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rules.expression import Scope, compile_touchpoint, parse
from rules.fields import is_number, matches_any, storable
from rules.stories.standing import Seen
from rules.story import Evidence, Story, Touch
from rules.touchpoint import Touchpoint

Asked = Callable[[Touchpoint], object]
Assess = Callable[[Touchpoint], "Seen | None"]
"""What a touchpoint of one type means; None where it isn't one of the story."""


def assessor(story: Story, name: str, proof: str | None, zone: str) -> Assess:
    """Assesses touchpoints of the type ``name``, of which the catalogue says ``proof`` as its evidence."""
    mine = _asked(story.of, name, zone)
    modules = _places([_of_module(module.name, module.of) for module in story.modules], name, zone)
    needed = [stage.touchpoints for stage in story.stages]
    counts = _places([None if one is None else one.of for one in needed], name, zone)
    opens = _places([branch.of for branch in story.branches], name, zone)
    answers = _places([branch.answered for branch in story.branches], name, zone)
    anew = _places([story.reenter.by], name, zone)
    weigh = _weigher(story.evidence, proof)
    kinds_count = any(one is not None and one.kinds > 1 for one in needed)

    def assess(touchpoint: Touchpoint) -> Seen | None:
        if mine is None or not mine(touchpoint):
            return None
        attention, worth = weigh(touchpoint)
        return Seen(
            time=touchpoint.time,
            channel=storable(touchpoint.channel),
            attention=attention,
            worth=worth,
            modules=_true_of(modules, touchpoint),
            counts=_true_of(counts, touchpoint),
            opens=_true_of(opens, touchpoint),
            answers=_true_of(answers, touchpoint),
            anew=bool(_true_of(anew, touchpoint)),
            type=touchpoint.type if kinds_count else None,
        )

    return assess


def _of_module(name: str, of: Touch) -> Touch:
    return of if of.where is not None else Touch(of.types, f"module == {name!r}")


def _asked(of: Touch, name: str, zone: str) -> Asked | None:
    """Whether a touchpoint of a type is meant; None where none of the type is."""
    if of.types and not matches_any(of.types, name):
        return None
    if of.where is None:
        return lambda _: True
    return compile_touchpoint(parse(of.where, Scope("touchpoint")), zone)


def _places(meant: Sequence[Touch | None], name: str, zone: str) -> list[tuple[int, Asked]]:
    asked = [(at, _asked(of, name, zone)) for at, of in enumerate(meant) if of is not None]
    return [(at, one) for at, one in asked if one is not None]


def _true_of(places: list[tuple[int, Asked]], touchpoint: Touchpoint) -> list[int]:
    return [at for at, asked in places if asked(touchpoint)]


def _weigher(evidence: Evidence, proof: str | None) -> Callable[[Touchpoint], tuple[float, float]]:
    """Gives a touchpoint's attention, and that weighed."""
    led_by: Mapping[str, float] = dict(evidence.led_by)
    proved, whole = dict(evidence.proves).get(proof or ""), evidence.dwell

    def weigh(touchpoint: Touchpoint) -> tuple[float, float]:
        attention, dwell = touchpoint.attention, touchpoint.dwell
        if attention is None:
            if whole is None or dwell is None or not is_number(dwell) or dwell <= 0:
                return 0.0, 0.0
            dwelt = min(1.0, dwell * 1000 / whole)
            return dwelt, dwelt * evidence.otherwise
        reacted = evidence.reaction if touchpoint.reaction else None
        weights = [one for one in (led_by.get(touchpoint.led_by or ""), reacted, proved) if one is not None]
        return attention, attention * max(weights, default=evidence.otherwise)

    return weigh
