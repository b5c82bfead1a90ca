"""Caps, and no content twice: by the triggers of the customer that are remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rules.declaration import Cap
from rules.duration import in_words
from rules.policy.decision import Verdict
from rules.policy.plan import ChannelPolicy
from rules.policy.question import Question
from rules.remembered import MOST_TRIGGERS, Trigger

Counts = Callable[[Trigger], bool]


def caps(asked: Question) -> Verdict:
    """Of the signal, the group, the channels (those that are at it are struck out), and all."""
    signal = asked.firing.signal.declared
    reached = _reached(asked, "signal", signal.caps, lambda one: one.signal == signal.name)
    reached = reached or _reached(asked, f"group {signal.group}", asked.rule.group_caps, _in_group(signal.group))
    reached = reached or asked.strike(lambda channel: _of_channel(asked, channel))
    reached = reached or _reached(asked, "all", asked.customer.plan.caps, lambda _: True)
    return ("cap", reached) if reached else _room(asked)


def _in_group(group: str | None) -> Counts:
    return lambda one: one.group == group


def _of_channel(asked: Question, channel: ChannelPolicy) -> str | None:
    return _reached(asked, f"channel {channel.name}", channel.caps, lambda one: one.channel == channel.name)


def _reached(asked: Question, scope: str, declared: Iterable[Cap], counts: Counts) -> str | None:
    """The first of some caps that is reached, in words: a deferred trigger counts from its decision on."""
    for cap in declared:
        value = None if cap.per is None else (asked.values() or {}).get(cap.per)
        since = asked.firing.moment - cap.over
        triggers = (one for one in asked.customer.memory.triggers if one.goes > since and counts(one))
        found = sum(_alike(one, cap, value) for one in triggers)
        if found >= cap.count:
            per = "" if cap.per is None else f" for {cap.per} {'missing' if value is None else value}"
            return f"{scope}: {found} in {in_words(cap.over)}{per}"
    return None


def _alike(trigger: Trigger, cap: Cap, value: str | None) -> bool:
    return cap.per is None or (trigger.values or {}).get(cap.per) == value


def _room(asked: Question) -> Verdict:
    """A memory that is full can't keep caps exact any more: then nothing goes."""
    if sum(one.until > asked.firing.moment for one in asked.customer.memory.triggers) < MOST_TRIGGERS:
        return None
    return "cap", f"{MOST_TRIGGERS} triggers of the customer are remembered, and no more"


def content(asked: Question) -> Verdict:
    again, told = asked.customer.plan.content_again, asked.firing.signal.declared.then.content
    if again is None or told is None:
        return None
    since = asked.firing.moment - again
    if any(one.content == told and one.goes > since for one in asked.customer.memory.triggers):
        return "content", f"{told} within {in_words(again)}"
    return None
