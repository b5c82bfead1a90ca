"""The decisions that one partition's log makes, by the plainest way to them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.oracle.context import Context
from tests.oracle.customer import Customer, Fired
from tests.oracle.expression import truth_of, value_of
from tests.oracle.library import Library, Signal, library_of
from tests.oracle.matcher import Matcher
from tests.oracle.values import MISSING

Tree = dict[str, Any]
Decision = dict[str, Any]
NUMBERS = {"attention", "dwell", "value"}


def evaluate(library: dict[str, Any], log: list[dict[str, Any]], clock: str = "wall") -> list[Decision]:
    """The decisions of a log, in order. `clock` is `wall`, or `log` where records were appended at their own time."""
    evaluation = Evaluation(library_of(library), clock == "wall")
    for record in log:
        evaluation.take(record)
    return evaluation.decisions


@dataclass
class Evaluation:
    library: Library
    wall: bool
    customers: dict[str, Customer] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    context: Context = field(default_factory=Context)

    def take(self, record: dict[str, Any]) -> None:
        if record["type"] == "clock.tick":
            time = min(record["time"], record["_append"]) if self.wall else record["time"]
            self.tick(time, record["_append"])
        elif record["type"] == "context.updated":
            time = milliseconds(record["time"])
            self.context.change(record["properties"], min(time, record["_append"]) if self.wall else time)
        else:
            self.touch(record)

    def tick(self, time: int, append: int) -> None:
        """Fires what is due for everyone, by (due, customer)."""
        while waiting := [
            (found[0], customer.name, found[1])
            for customer in self.customers.values()
            if (found := customer.next_firing(time)) is not None
        ]:
            due, name, fired = min(waiting, key=lambda one: one[:2])
            self.fire(self.customers[name], due, fired, append)
        self.customers = {name: one for name, one in self.customers.items() if not one.is_forgotten(time)}

    def touch(self, record: dict[str, Any]) -> None:
        append = record["_append"] if self.wall else milliseconds(record["time"])
        time = min(milliseconds(record["time"]), append)
        touchpoint = {**{name: value for name, value in record.items() if name != "_append"}, "time": time}
        customer = self.customers.setdefault(record["customer"], self.new(record["customer"]))
        if customer.knows(touchpoint):
            return
        while (found := customer.next_firing(time)) is not None:
            self.fire(customer, *found, append)
        if customer.is_forgotten(time):
            customer = self.customers[record["customer"]] = self.new(record["customer"])
        late, fired = customer.apply(time, touchpoint)
        self.decide(customer, fired, append, late=late, touchpoint=touchpoint)

    def new(self, name: str) -> Customer:
        return Customer(name, self.library, self.context)

    def fire(self, customer: Customer, due: int, fired: list[Fired], append: int) -> None:
        """Fires the timers of one ms of a customer."""
        customer.run_until(due)
        self.decide(customer, fired, append if self.wall else due, late=False, touchpoint=None)

    def decide(
        self, customer: Customer, fired: list[Fired], append: int, *, late: bool, touchpoint: dict[str, Any] | None
    ) -> None:
        """Decides what was made, and then what each of these firings makes as a touchpoint, first in first out."""
        waiting = self.decide_together(customer, fired, append, late=late, touchpoint=touchpoint)
        while waiting:
            firing = waiting.pop(0)
            assert customer.clock is not None
            _, then = customer.apply(customer.clock, firing)
            waiting += self.decide_together(customer, then, append, late=False, touchpoint=firing)

    def decide_together(
        self, customer: Customer, fired: list[Fired], append: int, *, late: bool, touchpoint: dict[str, Any] | None
    ) -> list[Tree]:
        """Decides together what one record, or the timers of one ms, made; gives the firings as touchpoints."""
        firings = []
        for matcher, ids in sorted(fired, key=lambda one: rank(one[0])):
            now = customer.clock
            assert now is not None
            own = touchpoint if touchpoint is not None and matcher.is_own(touchpoint) else None
            lookup = customer.lookup(now, matcher.per, own)
            wanted = truth_of(matcher.signal.body.get("if", True), lookup)
            customer.moments.add((matcher.signal.name, matcher.per, now))
            if wanted:
                matcher.last_firing = now
                firings.append((matcher.signal.name, matcher.per or "", as_touchpoint(matcher, customer.name, now)))
            reason = why_held(matcher.signal, self.library, wanted=wanted, moment=now, append=append)
            self.decisions.append(
                {
                    "id": identity(matcher, customer.name, now),
                    "signal": matcher.signal.name,
                    "customer": customer.name,
                    "per": matcher.per,
                    "time": now,
                    "outcome": "held" if reason else "sent",
                    "reason": reason,
                    "channel": matcher.signal.channel,
                    "late": late,
                    "touchpoints": ids,
                    "carry": carried(matcher.signal, lookup),
                }
            )
        return [firing for _, _, firing in sorted(firings, key=lambda one: one[:2])]


def rank(matcher: Matcher) -> tuple[float, str, str]:
    return (-matcher.signal.value, matcher.signal.name, matcher.per or "")


def why_held(signal: Signal, library: Library, *, wanted: bool, moment: int, append: int) -> str | None:
    if signal.shadow:
        return "status"
    if not wanted:
        return "if"
    if signal.channel not in library.channels:
        return "no channel"
    return "expired" if moment + signal.expires <= append else None


def carried(signal: Signal, lookup: Any) -> dict[str, Any]:
    carry = (signal.body.get("then") or {}).get("carry") or {}
    values = {name: value_of(text, lookup) for name, text in carry.items()}
    return {name: None if value is MISSING else value for name, value in values.items()}


def identity(matcher: Matcher, customer: str, moment: int) -> str:
    parts = [matcher.signal.name, customer, *([] if matcher.per is None else [matcher.per]), str(moment)]
    return ":".join(part.replace("%", "%25").replace(":", "%3A") for part in parts)


def as_touchpoint(matcher: Matcher, customer: str, moment: int) -> Tree:
    """A firing as what reads it sees it: with the `per` field, but a time and the signal's name of its own."""
    touchpoint: Tree = {"customer": customer, "id": identity(matcher, customer, moment), "type": "signal.fired"}
    if matcher.per is not None:
        *path, last = (matcher.signal.per or "").split(".")
        inner = touchpoint
        for name in path:
            inner = inner.setdefault(name, {})
        inner[last] = json.loads(matcher.per) if matcher.signal.per in NUMBERS else matcher.per
    touchpoint["time"] = moment
    touchpoint.setdefault("properties", {})["signal"] = matcher.signal.name
    return touchpoint


def milliseconds(time: Any) -> int:
    """Epoch ms of a wire time; fractions are cut off; without an offset it is UTC."""
    if not isinstance(time, str):
        return int(time)
    moment = datetime.fromisoformat(time)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)
