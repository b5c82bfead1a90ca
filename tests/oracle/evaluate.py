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
from tests.oracle.policy import Firing, Policy, Verdict, identity
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
    policies: dict[str, Policy] = field(default_factory=dict)
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
        """Fires what is due for everyone, by (due, customer); of one moment what has waited goes first."""
        while waiting := [
            (found, name) for name, one in self.customers.items() if (found := self.next_due(one, time)) is not None
        ]:
            due, name = min(waiting)
            self.pass_time(self.customers[name], due, append if self.wall else due)
        self.customers = {name: one for name, one in self.customers.items() if not one.is_forgotten(time)}
        self.policies = {name: one for name, one in self.policies.items() if name in self.customers}

    def next_due(self, customer: Customer, limit: int) -> int | None:
        """When time alone does something next: a trigger that waited goes, or a signal fires."""
        if customer.clock is not None:  # who is forgotten has nothing that waits
            limit = min(limit, customer.clock + self.library.forget_after)
        goes, fires = self.policy(customer).next_going(limit), customer.next_firing(limit)
        return min([*([] if goes is None else [goes]), *([] if fires is None else [fires[0]])], default=None)

    def pass_time(self, customer: Customer, due: int, append: int) -> None:
        for trigger, verdict in self.policy(customer).release(due, append):
            self.note(trigger.firing, customer, verdict)
        found = customer.next_firing(due)
        if found is not None and found[0] == due:
            customer.run_until(due)
            self.decide(customer, found[1], append, late=False, touchpoint=None)

    def touch(self, record: dict[str, Any]) -> None:
        append = record["_append"] if self.wall else milliseconds(record["time"])
        time = min(milliseconds(record["time"]), append)
        touchpoint = {**{name: value for name, value in record.items() if name != "_append"}, "time": time}
        customer = self.customers.setdefault(record["customer"], self.new(record["customer"]))
        if customer.knows(touchpoint):
            return
        while (due := self.next_due(customer, time)) is not None:
            self.pass_time(customer, due, append if self.wall else due)
        if customer.is_forgotten(time):
            customer = self.customers[record["customer"]] = self.new(record["customer"])
            del self.policies[customer.name]
        late, fired = customer.apply(time, touchpoint)
        now = customer.clock
        assert now is not None
        if not customer.history[-1].too_late:
            for trigger, verdict in self.policy(customer).see(touchpoint, now, late=late):
                self.note(trigger.firing, customer, verdict, [touchpoint["id"]])
        self.decide(customer, fired, append if self.wall else now, late=late, touchpoint=touchpoint)

    def policy(self, customer: Customer) -> Policy:
        return self.policies.setdefault(customer.name, Policy(customer, self.library))

    def new(self, name: str) -> Customer:
        return Customer(name, self.library, self.context)

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
        policy, gone = self.policy(customer), set[str]()
        firings = [self.firing(customer, one, touchpoint, late=late) for one in sorted(fired, key=by_name)]
        for firing in sorted(firings, key=policy.rank):
            self.note(firing, customer, policy.decide(firing, append, gone))
        made = [one for one in firings if one.wanted]
        return [as_touchpoint(one.matcher, customer.name, one.moment) for one in made]

    def firing(self, customer: Customer, fired: Fired, touchpoint: dict[str, Any] | None, *, late: bool) -> Firing:
        matcher, ids = fired
        now = customer.clock
        assert now is not None
        own = touchpoint if touchpoint is not None and matcher.is_own(touchpoint) else None
        lookup = customer.lookup(now, matcher.per, own)
        wanted = bool(truth_of(matcher.signal.body.get("if", True), lookup))
        customer.moments.add((matcher.signal.name, matcher.per, now))
        if wanted:
            matcher.last_firing = now
        ended = now if touchpoint is None else matcher.ended
        return Firing(matcher.signal, matcher, now, ids, late, wanted, own, carried(matcher.signal, lookup), ended)

    def note(self, firing: Firing, customer: Customer, verdict: Verdict, ids: list[str] | None = None) -> None:
        decision: Decision = {
            "id": identity(firing, customer.name),
            "signal": firing.signal.name,
            "customer": customer.name,
            "per": firing.matcher.per,
            "time": firing.moment,
            "outcome": verdict.outcome,
            "reason": verdict.reason,
            "channel": verdict.channel,
            "late": firing.late,
            "touchpoints": firing.ids if ids is None else ids,
            "carry": firing.carry,
        }
        self.decisions.append(decision if verdict.at is None else {**decision, "at": verdict.at})


def by_name(fired: Fired) -> tuple[str, str]:
    return fired[0].signal.name, fired[0].per or ""


def carried(signal: Signal, lookup: Any) -> dict[str, Any]:
    carry = (signal.body.get("then") or {}).get("carry") or {}
    values = {name: value_of(text, lookup) for name, text in carry.items()}
    return {name: None if value is MISSING else value for name, value in values.items()}


def fired_id(matcher: Matcher, customer: str, moment: int) -> str:
    return identity(Firing(matcher.signal, matcher, moment, [], False, True, None, {}, None), customer)


def as_touchpoint(matcher: Matcher, customer: str, moment: int) -> Tree:
    """A firing as what reads it sees it: with the `per` field, but a time and the signal's name of its own."""
    touchpoint: Tree = {"customer": customer, "id": fired_id(matcher, customer, moment), "type": "signal.fired"}
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
