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
