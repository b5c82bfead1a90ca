"""What is said of one customer, and that an export of a state leaves nothing out."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest

from rules import Plan, as_json, describe, exported_state, life_of, told_customer
from rules.erasing import KEPT, encode_erasure
from rules.explaining import Life
from rules.state import State, decode_state, encode_state
from tests.oracle.timelines.make import library, signal
from tests.rules.driving import plan_of
from tests.rules.linking.world import World

NIGHT = 23 * 3_600_000
MINUTE = 60_000
FEATURES = {
    "spent": {"sum": "value", "of": "order"},
    "views": {"count": "view", "per": "product"},
    "first": {"first": "product", "of": "view"},
    "seen": {"last": "time", "of": "view"},
    "main": {"top": "product", "of": "view", "over": "30d"},
    "kinds": {"distinct": "brand", "of": "view"},
    "heat": {"score": {"view": 1}, "half_life": "1d"},
}
THEN = {"channel": "email", "carry": {"main": "main"}, "cancel_on": "order"}
SIGNALS = (
    signal("keen", when="views >= 2", per="product", value=3, again="14d", then=THEN),
    signal("left", follow=["basket", {"without": "order", "for": "1h"}], per="product", then={"channel": "email"}),
)
QUIET = {"email": {"quiet": {"from": "22:00", "to": "08:00"}}}


def touchpoint(identifier: str, time: int, kind: str = "view", customer: str = "c-1", **more: Any) -> dict[str, Any]:
    return {"id": identifier, "type": kind, "time": time, "customer": customer, **more}


SAID = [
    touchpoint("a", NIGHT - 9 * MINUTE, customer="anon:1", product="tent", brand="north"),
    touchpoint("l", NIGHT - 8 * MINUTE, "identity.linked", "anon:1", properties={"to": "c-1"}),
    touchpoint(
        "p", NIGHT - 7 * MINUTE, "profile.updated", properties={"town": "Ghent", "related": {"dependent": "c-2"}}
    ),
    touchpoint("o", NIGHT - 6 * MINUTE, "order", value=20),
    touchpoint("b", NIGHT, product="tent"),
    touchpoint("c", NIGHT, "basket", product="rope"),
]


@pytest.fixture(scope="module")
def plan() -> Plan:
    signals = [{name: value for name, value in one.items() if value is not None} for one in SIGNALS]
    return plan_of({**library(*signals, features=FEATURES), "channels": QUIET})


def life(plan: Plan, *said: dict[str, Any], customer: str = "c-1") -> Life:
    lines = [json.dumps(one).encode() for one in said]
    return life_of(plan, customer, lines, "log", names=["anon:1", "c-1"])


def test_who_it_is_and_how_they_stand(plan: Plan) -> None:
    said = describe(plan, life(plan, *SAID, customer="anon:1"), "anon:1")
    assert (said.customer, said.asked, said.identities) == ("c-1", "anon:1", ("anon:1",))
    assert said.related == {"dependent": ("c-2",)}
    assert {one.name: (one.value, said.at - one.since) for one in said.profile}["town"] == ("Ghent", 7 * MINUTE)
    values = {one.name: one.values for one in said.features}
    assert (values["spent"], values["views"], values["first"]) == ({"": 20}, {"tent": 2}, {"": "tent"})
    assert said.value.brought == {"spent": 20}
    assert set(said.value.engaged) == {"heat"}
    [waiting] = said.waiting
    assert (waiting.signal, waiting.per, waiting.channel) == ("keen", "tent", "email")
    assert waiting.goes == NIGHT + 9 * 60 * MINUTE


def test_the_page(plan: Plan) -> None:
    lines = list(told_customer(describe(plan, life(plan, *SAID, customer="anon:1"), "anon:1")))
    assert lines[0].startswith("c-1 at 1970-01-01 23:00 (UTC), last heard of 1970-01-01 23:00, ")
    text = "\n".join(lines)
    for part in (
        "Identities\n  anon:1 is another id of c-1\n  c-1 (canonical)\n  anon:1\n",
        "  town     'Ghent'",
        "  dependent: c-2",
        "  views['tent']  2",
        "  seen           1970-01-01 23:00",
        "  brought: spent 20",
        "Waits\n  keen for tent  to email  until 1970-01-02 08:00",
        "keen for tent  deferred, quiet",
    ):
        assert part in text
    assert orjson.loads(as_json(describe(plan, life(plan, *SAID))))["waiting"][0]["goes"] == "1970-01-02T08:00:00.000Z"


def test_one_who_was_erased(plan: Plan) -> None:
    erased = json.loads(encode_erasure("c-1", "request", NIGHT + MINUTE, KEPT))
    said = describe(plan, life(plan, *SAID, erased))
    assert (said.clock, said.profile, said.identities, said.waiting) == (None, (), (), ())
    assert said.erased == NIGHT + MINUTE + KEPT
    assert "refused until 1970-01-31 23:01" in "\n".join(told_customer(said))


def test_one_never_seen(plan: Plan) -> None:
    said = describe(plan, life(plan, *SAID, customer="nobody"))
    assert said.clock is None
    assert "nothing is kept" in next(told_customer(said))


def test_an_export_leaves_nothing_out(plan: Plan) -> None:
    """Each text that the state holds, wherever it stands in it, is in the export, and so is each part."""
    world = World.of(plan, 1)
    for one in SAID:
        world.publish(one)
        world.settle()
    raw = world.shards[0].states[b"c-1"]
    exported = exported_state(plan, raw)
    told, state = json.dumps(exported), decode_state(raw)
    for text in ("tent", "rope", "north", "Ghent", "c-2", "anon:1", "keen", "email"):
        assert (text.encode() in raw) <= (text in told)
    assert all(text in told for text in ("tent", "rope", "Ghent", "c-2", "anon:1", "keen", "email"))
    assert not exported["others"]
    assert set(exported["features"]) == set(FEATURES)
    assert exported["features"]["views"]["value"] == {"tent": 2}
    assert exported["policy"]["triggers"][0]["held"]["carry"] == {"main": "tent"}
    assert exported["timers"]["triggers that wait"] == "1970-01-02T08:00:00.000Z"
    assert len(exported["recent_ids"]) == len(state.ids) // 8


def test_parts_without_a_name_are_in_it_too(plan: Plan) -> None:
    raw = encode_state(State(parts={7: {"x": b"\x01"}}, timers={7: 5}))
    exported = exported_state(plan, raw)
    assert exported["others"] == {"7": {"x": "01"}}
    assert exported["timers"] == {"7": "1970-01-01T00:00:00.005Z"}
