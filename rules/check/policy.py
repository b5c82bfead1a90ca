"""What signals name of policy: channels, groups, types that take a trigger back."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from rules.check.parts import Parts
from rules.names import nearest, one_of
from rules.problem import Problem
from rules.schema import SignalFile
from rules.schema_reading import Placed
from rules.source import Path

EXAMPLE: Final = "mix: {rep: 80%, email: 20%}"


def check_policy(signal: Placed[SignalFile], parts: Parts) -> Iterator[Problem]:
    """What is wrong between a signal and what the library says of policy."""
    yield from _check_channels(signal, parts)
    yield from _check_mix(signal, parts)
    yield from _check_group(signal, parts)
    yield from _check_cancel_on(signal)


def _check_channels(signal: Placed[SignalFile], parts: Parts) -> Iterator[Problem]:
    """The channels that a signal names are the library's."""
    named, channels, path = signal.model.then.channel, parts.channels, ("then", "channel")
    if named is None or channels is None:
        return
    if named == "best":
        if not channels:
            found, instead = "`best` in a library without channels", "add channels to channels.yaml"
            yield from signal.problem(path, found, "channels of which one is the best", instead)
        return
    listed = () if isinstance(named, str) else named
    places: list[tuple[Path, str]] = [((*path, at), name) for at, name in enumerate(listed)] or [(path, str(named))]
    if isinstance(named, str) and signal.has(*path, 0):
        places = [((*path, 0), named)]
    for place, name in places:
        if name not in channels:
            yield from _unknown_channel(signal, place, name, channels, parts.has_channels)


def _check_mix(signal: Placed[SignalFile], parts: Parts) -> Iterator[Problem]:
    """The mix that orders channels is a story's, and there are several to be ordered."""
    name, path = signal.model.then.mix, ("then", "mix")
    if name is None or signal.is_mended(path):
        return
    named = signal.model.then.channel
    if not signal.is_mended(("then", "channel")) and named != "best" and not isinstance(named, tuple):
        found, expected = (
            "`mix` with a single channel" if named else "`mix` without a channel",
            "channels to be ordered",
        )
        yield from signal.problem(path, found, expected, "name several, or `best`, or leave it out", at_key=True)
    if not parts.has_all_stories:
        return
    known = {story.model.story: story for story in parts.stories}
    if name not in known:
        mixed = [one for one, story in known.items() if story.model.mix]
        near = nearest(name, mixed)
        expected = one_of(sorted(mixed)) if mixed else "a story that has a mix, and there is none"
        instead = f"write `{near}`" if near else "leave it out"
        yield from signal.problem(path, f"the unknown story `{name}`", expected, instead)
    elif not known[name].model.mix and not known[name].is_mended_below(("mix",)):
        found, expected = f"the story `{name}`, which has no mix", "a story whose `mix` says the shares of channels"
        yield from signal.problem(path, found, expected, f"add a mix to it, such as `{EXAMPLE}`, or leave it out")


def _unknown_channel(
    signal: Placed[SignalFile], path: Path, name: str, channels: Collection[str], has_channels: bool
) -> Iterator[Problem]:
    if not channels:
        expected = "a channel of channels.yaml" if has_channels else "a channels.yaml that declares it"
    else:
        expected = one_of(sorted(channels))
    near = nearest(name, channels)
    instead = f"write `{near}`" if near else f"add `{name}: {{}}` to channels.yaml"
    yield from signal.problem(path, f"the unknown channel `{name}`", expected, instead)


def _check_group(signal: Placed[SignalFile], parts: Parts) -> Iterator[Problem]:
    name = signal.model.group
    if name is None or parts.settings is None:
        return
    groups = parts.settings.groups or {}
    if name not in groups:
        near = nearest(name, groups)
        instead = f"write `{near}`" if near else f"add `groups: {{{name}: {{}}}}` to library.yaml"
        expected = one_of(sorted(groups)) if groups else "a group of library.yaml"
        yield from signal.problem(("group",), f"the unknown group `{name}`", expected, instead)


def _check_cancel_on(signal: Placed[SignalFile]) -> Iterator[Problem]:
    """What a trigger is taken back by comes from outside; and there must be a trigger."""
    path = ("then", "cancel_on")
    if "signal.fired" in (signal.model.then.cancel_on or ()):
        found, expected = "`signal.fired` in `cancel_on`", "types that customers make"
        yield from signal.problem(path, found, expected, "name what the customer does")
    if signal.has(*path) and signal.model.then.channel is None and not signal.is_mended(("then", "channel")):
        found, expected = "`cancel_on` without a channel", "a trigger that can be taken back"
        yield from signal.problem(path, found, expected, "name a channel, or leave it out", at_key=True)
