"""The choice of a channel: quiet hours, customers who don't respond, and what is to be expected of each."""

from __future__ import annotations

from typing import NamedTuple

from rules.duration import in_words
from rules.features.accumulator import tidy
from rules.policy import quiet
from rules.policy.decision import Verdict
from rules.policy.plan import ChannelPolicy
from rules.policy.question import Question
from rules.policy.response import chance


class Choice(NamedTuple):
    """``wakes``: when its quiet hours end (ms), where it must wait for that."""

    channel: ChannelPolicy
    wakes: int | None


def ordered(asked: Question) -> None:
    """Puts the channels in order: by a story's mix; within that, for `best`, where most is to be expected, by name."""
    mix, parts = asked.rule.mix, asked.customer.state.parts
    if asked.rule.best:
        asked.options = tuple(sorted(asked.options, key=lambda channel: (-worth(asked, channel), channel.name)))
    if mix is not None:
        asked.options = tuple(sorted(asked.options, key=lambda channel: -mix.behind(parts, channel.name)))


def worth(asked: Question, channel: ChannelPolicy) -> float:
    """What a trigger on a channel is expected to bring, less what it costs."""
    value, memory = asked.firing.signal.declared.value, asked.customer.memory
    return tidy(value * chance(memory, channel, asked.firing.moment) - channel.cost)


def choose(asked: Question) -> Choice | Verdict:
    """The first channel that is awake, else the first that defers."""
    if not asked.options:
        return "no channel", "the signal names none"
    dropped = asked.strike(lambda channel: _dropped(asked, channel))
    if dropped is not None:
        return "quiet", dropped
    useless = asked.strike(lambda channel: _useless(asked, channel))
    if useless is not None:
        return "no channel", useless
    choices = [Choice(channel, wakes(asked, channel)) for channel in asked.options]
    return next((choice for choice in choices if choice.wakes is None), None) or _first_in_time(asked, choices)


def _first_in_time(asked: Question, choices: list[Choice]) -> Choice | Verdict:
    """The first of the deferred that doesn't expire as it waits."""
    expires = asked.firing.moment + asked.firing.signal.declared.then.expires
    for choice in choices:
        if choice.wakes is not None and choice.wakes < expires:
            return choice
    return "expired", f"before the quiet hours end: {said(asked, choices[0].channel)}"


def wakes(asked: Question, channel: ChannelPolicy) -> int | None:
    """When a channel's quiet hours end (ms); None outside of them."""
    zone = asked.customer.zone() if channel.quiet else None
    if channel.quiet is None or zone is None or not quiet.is_quiet(channel.quiet, asked.now, zone):
        return None
    return quiet.wakes(channel.quiet, asked.now, zone)


def said(asked: Question, channel: ChannelPolicy) -> str:
    """A channel's quiet hours in words."""
    if channel.quiet is None:
        return channel.name
    return f"{channel.name}: {quiet.in_words(channel.quiet, asked.customer.zone())}"


def _dropped(asked: Question, channel: ChannelPolicy) -> str | None:
    if channel.quiet is None or channel.quiet.defer or wakes(asked, channel) is None:
        return None
    return said(asked, channel)


def _useless(asked: Question, channel: ChannelPolicy) -> str | None:
    """Why nothing is to be expected: too many without a response, or, with `best`, a cost above what it brings."""
    memory, rest, now = asked.customer.memory, channel.rest, asked.firing.moment
    known = memory.channels.get(channel.name)
    if rest and known and known.row >= rest.after and now < known.last + rest.length:
        return f"{channel.name}: {known.row} without a response, rests for {in_words(rest.length)}"
    if not asked.rule.best or worth(asked, channel) >= 0:
        return None
    value = asked.firing.signal.declared.value
    return f"{channel.name}: {value:g} x {chance(memory, channel, now):g} is less than its cost of {channel.cost:g}"
