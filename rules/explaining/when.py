"""How the instances of a `when` stand."""

from __future__ import annotations

from collections.abc import Iterator

from rules.explaining.asking import Instant, Question
from rules.explaining.explained import At, WhenNow
from rules.explaining.standing import FAR, Standing, soon
from rules.patterns import EdgeMatcher, WhenMatcher
from rules.state import State


def of_when(
    matcher: EdgeMatcher | WhenMatcher, question: Question, state: State, now: int, brief: bool
) -> Iterator[Standing[WhenNow]]:
    """One that only a touchpoint can turn has a single instance, which nothing is kept of."""
    if isinstance(matcher, EdgeMatcher):
        asked = question.ask(Instant(state, now, None, brief=brief))
        yield Standing(None, WhenNow(asked, asked.met), None, _gap(asked.met, asked.gap))
        return
    for per in matcher.living(state):
        yield _instance(matcher, question, Instant(state, now, per, brief=brief))


def _instance(matcher: WhenMatcher, question: Question, instant: Instant) -> Standing[WhenNow]:
    state, now, per = instant.state, instant.now, instant.per
    asked, since = question.ask(instant), matcher.since(state, per, now)
    standing = WhenNow(asked, asked.met, matcher.hold or None, None if since is None else At(since))
    if since is not None:
        return Standing(per, standing, _fires_at(matcher, state, per), 0.0)
    return Standing(per, standing, _fires_at(matcher, state, per), _gap(asked.met, asked.gap))


def _fires_at(matcher: WhenMatcher, state: State, per: str | None) -> At | None:
    """When its timer makes it fire; a timer may also only look further ahead."""
    due = soon(matcher, state, per)
    if due is None or not matcher.condition(state.parts, state.profile, None, due, per):
        return None
    return due


def _gap(true: bool, gap: float) -> float:
    """What is true already must first become false: it is no near miss."""
    return FAR if true else gap
