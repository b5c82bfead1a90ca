"""What every signal should say."""

from __future__ import annotations

from collections.abc import Iterator

from rules.lint.finding import Check, Finding
from rules.lint.linted import Linted


class NoOwner(Check):
    """A live signal that nobody answers for."""

    name = "no-owner"
    reason = "Somebody must answer for what customers get."
    fix = "add, for example, `owner: ecommerce`"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        for signal in linted.live:
            if signal.owner is None:
                spot = linted.places.of("signal", signal.name)
                yield self.found(spot, f"the live signal `{signal.name}` without an owner", "who answers for it")


class NoReason(Check):
    """A live signal that doesn't say why it is there."""

    name = "no-reason"
    reason = "What nobody can explain is neither improved nor taken away."
    fix = "add, for example, `reason: A basket left for an hour is a warm lead.`"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        for signal in linted.live:
            if signal.reason is None:
                spot = linted.places.of("signal", signal.name)
                yield self.found(spot, f"the live signal `{signal.name}` without a reason", "why it is there")


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
