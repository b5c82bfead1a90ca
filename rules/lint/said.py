"""What every signal, and every story, should say."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rules.declaration import Signal
from rules.lint.finding import Check, Finding
from rules.lint.linted import Linted
from rules.places import Spot
from rules.story import Story


def _without(linted: Linted, said: Callable[[Signal | Story], str | None]) -> Iterator[tuple[Spot, str]]:
    """The live signals, and the stories, that don't say something; where each is, and what to call it."""
    for signal in linted.live:
        if said(signal) is None:
            yield linted.places.of("signal", signal.name), f"the live signal `{signal.name}`"
    for story in linted.library.stories:
        if said(story) is None:
            yield linted.places.of("story", story.name), f"the story `{story.name}`"


class NoOwner(Check):
    """A live signal, or a story, that nobody answers for."""

    name = "no-owner"
    reason = "Somebody must answer for what customers get."
    fix = "add, for example, `owner: ecommerce`"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        for spot, what in _without(linted, lambda one: one.owner):
            yield self.found(spot, f"{what} without an owner", "who answers for it")


class NoReason(Check):
    """A live signal, or a story, that doesn't say why it is there."""

    name = "no-reason"
    reason = "What nobody can explain is neither improved nor taken away."
    fix = "add, for example, `reason: A basket left for an hour is a warm lead.`"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        for spot, what in _without(linted, lambda one: one.reason):
            yield self.found(spot, f"{what} without a reason", "why it is there")


class NoCap(Check):
    """A live signal with a channel whose triggers no cap bounds."""

    name = "no-cap"
    severity = "hint"
    reason = "A signal that goes wrong writes to the same customer again and again: a cap is what stops it."
    fix = "add `cap: {count: 3, over: 7d}` to library.yaml, to a channel, a group or the signal"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        library = linted.library
        groups = {group.name for group in library.groups if group.caps}
        capped = {channel.name for channel in library.channels if channel.caps}
        for signal in linted.live if not library.caps else ():
            names = {one.name for one in library.channels} if signal.then.chooses_best else {*signal.then.channels}
            if not names or signal.caps or signal.group in groups or names <= capped:
                continue
            spot = linted.places.of("signal", signal.name)
            found = f"the live signal `{signal.name}`, which no cap bounds"
            yield self.found(spot, found, "a cap of its own, its group, its channels or the library")


class NoExpiry(Check):
    """A signal with a channel that leaves open how long its trigger is worth sending."""

    name = "no-expiry"
    severity = "hint"
    reason = "After an outage a trigger may come late: only its author knows when it is worth nothing any more."
    fix = "add, for example, `expires: 24h` to `then`"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        for signal in linted.kept:
            if signal.then.channel is not None and not linted.places.has("signal", signal.name, "then", "expires"):
                spot = linted.places.of("signal", signal.name, "then", at_key=True)
                found = f"a trigger of `{signal.name}` that expires after 48h, as nothing else is said"
                yield self.found(spot, found, "how long it is worth sending")
