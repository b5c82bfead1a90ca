"""Makes of a customer's life what there is to say of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rules.describing.described import (
    Described,
    FeatureNow,
    ProfileField,
    ResponseNow,
    Standing,
    ValueNow,
    Waiting,
)
from rules.explaining import At, Fired, Life
from rules.features import FeaturePlan
from rules.links import Links
from rules.plan import Plan
from rules.policy import decayed
from rules.related import RELATED, people
from rules.remembered import Policy, Response, decode_policy
from rules.state import UNBORN, State

SHOWN_KEYS: Final = 5  # of a feature kept for each value of a field
SHOWN_FIRINGS: Final = 10
_PASSED: Final = "if"  # the reason of a moment that is no firing
_VALUE: Final = "value"  # the field by which touchpoints say what they are worth
_ENGAGED: Final = ("score", "count")


def describe(plan: Plan, life: Life, asked: str | None = None) -> Described:
    """What there is to say of a customer at the end of a life.

    Args:
        plan: of the library; a state that another version wrote is taken up.
        life: no timer due before its end waits.
        asked: the identity that was asked for, if it isn't the customer.
    """
    state, now = life.state or State(library=plan.digest), life.now
    if state.library != plan.digest:
        plan.adopt(state)
    memory, links = decode_policy(state.policy), state.links or Links()
    features, responses = _features(plan, state, now), tuple(_responses(memory, now))
    firings = [one for one in life.fired if one.reason != _PASSED]
    return Described(
        customer=life.customer,
        at=At(now),
        clock=None if state.clock == UNBORN else At(state.clock),
        library=plan.version,
        time_zone=plan.library.time_zone,
        asked=None if asked == life.customer else asked,
        identities=tuple(links.identities),
        erased=None if links.erased is None else At(links.erased.until),
        profile=tuple(ProfileField(name, entry[0], At(entry[1])) for name, entry in sorted(state.profile.items())),
        related=_related(state),
        features=features,
        stages=_stages(plan, state),
        responses=responses,
        channel=_preferred(responses, "channel"),
        hour=_preferred(responses, "hour"),
        value=_value(plan, features, firings, responses),
        recent=tuple(firings[-SHOWN_FIRINGS:]),
        waiting=tuple(_waiting(memory)),
    )


def _stages(_plan: Plan, _state: State) -> tuple[Standing, ...]:
    """The seam for stories: where the customer stands in each."""
    return ()


def _related(state: State) -> dict[str, tuple[str, ...]]:
    entry = state.profile.get(RELATED)
    named = entry[0] if entry and isinstance(entry[0], dict) else {}
    return {relation: ids for relation in sorted(named) if (ids := people(state.profile, relation))}


def _features(plan: Plan, state: State, now: int) -> tuple[FeatureNow, ...]:
    from rules.docs.phrase import as_text  # noqa: PLC0415  # the detector, which has this loaded, needs no words
    from rules.docs.wording.features import FeatureWords  # noqa: PLC0415
    from rules.docs.wording.types import TypeWords  # noqa: PLC0415

    declared = {feature.name: feature.declared for feature in plan.features}
    words = FeatureWords(declared, TypeWords(plan.library.interactions))
    ordered = sorted(plan.features, key=lambda one: one.name)
    return tuple(_feature(one, as_text(words.full(one.declared)), state, now) for one in ordered)


def _feature(feature: FeaturePlan, said: str, state: State, now: int) -> FeatureNow:
    per = feature.declared.per
    if per is None:
        value = feature.reader(own=False, literal=None)(state.parts, now, None)
        return FeatureNow(feature.name, said, None, {"": _shown(feature, value)})
    read = feature.reader(own=True, literal=None)
    keys = list(state.parts.get(feature.key) or {})
    values = {key: read(state.parts, now, key) for key in keys}
    shown = sorted(values, key=lambda key: _weight(values[key]), reverse=True)[:SHOWN_KEYS]
    return FeatureNow(
        feature.name, said, per, {key: _shown(feature, values[key]) for key in shown}, len(keys) - len(shown)
    )


def _shown(feature: FeaturePlan, value: Any) -> Any:
    """A time as a moment."""
    return At(value) if feature.declared.field == "time" and isinstance(value, int) else value


def _weight(value: Any) -> float:
    """By what the values of a field are ordered: numbers by their size, then others."""
    return float(value) if isinstance(value, int | float) else float("-inf")


def _responses(memory: Policy, now: int) -> Iterable[ResponseNow]:
    for name, one in sorted(memory.channels.items()):
        yield _response("channel", name, decayed(one, now), one)
    for name, one in sorted(memory.formats.items()):
        yield _response("format", name, decayed(one, now), one)
    for hour, one in sorted(memory.hours.items()):
        yield _response("hour", f"{hour:02d}:00", decayed(one, now), one)


def _response(by: Any, name: str, now: Response, kept: Response) -> ResponseNow:
    last = At(kept.last) if kept.last else None
    return ResponseNow(by, name, round(now.sent, 2), round(now.answered, 2), kept.row, last)


def _preferred(responses: Sequence[ResponseNow], by: str) -> str | None:
    """Where most was answered, by its share of what went there, then by how much that is; None without an answer."""
    known = [one for one in responses if one.by == by and one.answered > 0]
    return max(known, key=lambda one: (one.share or 0.0, one.answered, one.name)).name if known else None


def _value(
    plan: Plan, features: Sequence[FeatureNow], firings: Sequence[Fired], responses: Sequence[ResponseNow]
) -> ValueNow:
    declared = {feature.name: feature.declared for feature in plan.features}
    plain = {one.name: one.values[""] for one in features if one.per is None and one.values[""]}
    worth: Mapping[str, float] = {signal.name: signal.value for signal in plan.library.signals}
    went = [one for one in firings if one.outcome == "sent"]
    channels = [one for one in responses if one.by == "channel"]
    sent, answered = sum(one.sent for one in channels), sum(one.answered for one in channels)
    return ValueNow(
        brought={n: v for n, v in plain.items() if declared[n].kind == "sum" and declared[n].field == _VALUE},
        engaged={n: v for n, v in plain.items() if declared[n].kind in _ENGAGED},
        sent=len(went),
        worth=round(sum(worth.get(one.signal, 0.0) for one in went), 2),
        answered=min(answered / sent, 1.0) if sent > 0 else None,
    )


def _waiting(memory: Policy) -> Iterable[Waiting]:
    for one in sorted(memory.triggers, key=lambda one: one.goes):
        if one.held is not None:
            yield Waiting(one.signal, one.per, one.channel, At(one.moment), At(one.goes))
