"""The checks that stand before caps, in the language's order. Each says why a firing is held back, or None."""

from __future__ import annotations

import hashlib

from rules.firing import Firing
from rules.policy.decision import Verdict
from rules.policy.plan import ChannelPolicy
from rules.policy.question import Customer, Question


def status(firing: Firing) -> Verdict:
    found = firing.signal.declared.status
    return None if found == "live" else ("status", found)


def condition(firing: Firing) -> Verdict:
    return ("if", firing.signal.declared.condition or "") if firing.refused else None


def relation(firing: Firing) -> Verdict:
    return ("no relation", f"profile.related.{firing.signal.declared.then.to} names nobody") if firing.lost else None


def by_itself(firing: Firing) -> Verdict:
    """What holds a firing back without anything being known of the customer."""
    return status(firing) or condition(firing) or relation(firing)


def consent(asked: Question) -> Verdict:
    """To the purpose, and to the channels: those without it are struck out."""
    purpose = asked.firing.signal.declared.purpose
    if purpose is not None:
        found = refusal(asked.customer, f"consent.{purpose}")
        if found is not None:
            return "consent", found
    none_left = asked.strike(lambda channel: unwelcome(asked.customer, channel))
    return None if none_left is None else ("consent", none_left)


def unwelcome(customer: Customer, channel: ChannelPolicy) -> str | None:
    """Why a customer may not be told anything on a channel."""
    return None if channel.consent is None else refusal(customer, channel.consent)


def refusal(customer: Customer, field: str) -> str | None:
    """What a field of the profile says in the place of `true`; None where it says that."""
    found = customer.profile(field)
    if found is True:
        return None
    return f"{field} is {'missing' if found is None else 'false' if found is False else 'not true'}"


def unless(asked: Question) -> Verdict:
    firing, state = asked.firing, asked.customer.state
    forbids = firing.signal.unless
    now = firing.moment if asked.waited is None else asked.waited
    if forbids is None or not forbids(state.parts, state.profile, firing.touchpoint, now, firing.per):
        return None
    return "unless", firing.signal.declared.unless or ""


def holdout(asked: Question) -> Verdict:
    share = asked.firing.signal.declared.holdout
    if not share:
        return None
    place = placed(asked.firing.signal.name, asked.customer.name)
    return ("holdout", f"{place:.6f} is below {share:g}") if place < share else None


def placed(signal: str, customer: str) -> float:
    """Where a customer always stands in a signal's holdout, from 0 to 1."""
    digest = hashlib.sha256(f"{signal}:{customer}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def arbitration(asked: Question) -> Verdict:
    group = asked.firing.signal.declared.group
    return ("arbitration", f"one of {group} goes before") if group is not None and group in asked.gone else None
