"""What policy made of firings: why they were held, when they went, what took them back."""

from __future__ import annotations

from rules import Kept, Plan, life_in, life_of, replay, told
from rules.explaining import Explainer
from tests.rules.explaining.told import moment, plan_of, signal, text, touchpoint

NIGHT = {"email": {"quiet": {"from": "21:00", "to": "08:00"}, "cap": {"count": 2, "over": "7d"}}}
LEFT = signal("left", follow=["added"], then={"channel": "email", "cancel_on": "paid"})
LINES = [
    touchpoint("20:00", "added"),
    touchpoint("22:00", "added"),
    touchpoint("22:30", "added"),
    touchpoint("2026-01-06 09:00", "paid"),
]
TOLD = [
    "left (live, follow)",
    "  fired 2026-01-05 20:00: sent to email",
    "    then 09:00: taken back from email, cancel_on: paid",
    "    by added 2026-01-05 20:00 (added@20:00)",
    "  fired 2026-01-05 22:00: deferred, quiet: email: 21:00 to 08:00 in UTC",
    "    then 08:00: sent to email",
    "    then 09:00: taken back from email, cancel_on: paid",
    "    by added 2026-01-05 22:00 (added@22:00)",
    "  fired 2026-01-05 22:30: held, cap: channel email: 2 in 7d",
    "    by added 2026-01-05 22:30 (added@22:30)",
]


def plan() -> Plan:
    return plan_of(LEFT, channels=NIGHT)


def test_by_a_replay() -> None:
    assert text(plan(), LINES)[: len(TOLD)] == TOLD


def test_by_what_is_kept_written_twice_by_a_restart() -> None:
    made = [one.slice for one in replay(plan(), LINES)]
    decisions = [out.value for slice_ in made for out in slice_.decisions]
    triggers = [out.value for slice_ in made for out in slice_.triggers]
    state = dict(change for slice_ in made for change in slice_.changes)[b"ann"]
    kept = Kept(state=state, marker=None, touchpoints=LINES, triggers=triggers, decisions=[*decisions, *decisions])
    life = life_in(kept, plan(), "ann", moment("2026-01-06 09:00"))
    assert list(told(Explainer(plan()).explain(life)))[2 : 1 + len(TOLD)] == TOLD[:-1]


def test_a_trigger_that_waits_is_foreseen() -> None:
    life = life_of(plan(), "ann", LINES[:2])
    assert [(one.outcome, one.later) for one in life.fired] == [("sent", ()), ("deferred", ())]
    lines = list(told(Explainer(plan()).explain(life_of(plan(), "ann", LINES[:2], at=moment("2026-01-06 08:00")))))
    assert "    then 08:00: sent to email" in lines
