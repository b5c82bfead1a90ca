"""What two customers had, as one customer's: features against all touchpoints of both, patterns as they would go on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules import Plan
from rules.state import State
from rules.touchpoint import MAX_BYTES
from tests.oracle import features as oracle
from tests.oracle.library import library_of
from tests.oracle.strategies import ORIGIN, PROFILES, SECOND, TOUCHPOINTS, features, libraries, logs
from tests.oracle.values import MISSING
from tests.rules.driving import plan_of
from tests.rules.linking.world import World

LINK = {"type": "identity.linked", "customer": "l", "properties": {"to": "k"}}
QUIET = {"signal": "none", "owner": "me", "reason": "r", "status": "draft", "silent": "1s", "of": "a"}
FEW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def read(plan: Plan, state: State, name: str, per: str | None) -> Any:
    feature = next(one for one in plan.features if one.name == name)
    return feature.reader(own=feature.per is not None, literal=None)(state.parts, state.clock, per)


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """What two do, each record at a millisecond of its own: of one time nobody knows which came first."""
    happened, now = [], ORIGIN
    for place, event in enumerate(draw(st.lists(st.one_of(TOUCHPOINTS, TOUCHPOINTS, PROFILES), max_size=30))):
        now += draw(st.sampled_from([0, 1, 2, 5])) * SECOND
        back = draw(st.sampled_from([0, 0, 0, 1, 4])) * SECOND
        customer = draw(st.sampled_from(["k", "l"]))
        happened.append({**event, "id": str(place), "customer": customer, "time": now - back + place})
    return happened


@FEW
@given(declared=st.lists(features(), min_size=1, max_size=6), happened=histories(), at=st.integers(0, 30))
def test_features(declared: list[dict[str, Any]], happened: list[dict[str, Any]], at: int) -> None:
    tree = {
        "library": {"name": "random", "format": 1, "late_by": "30d"},
        "features": {f"f{number}": body for number, body in enumerate(declared)},
        "signals": [QUIET],
    }
    plan, world = plan_of(tree), World.of(plan_of(tree), 2)
    link = {**LINK, "id": "link", "time": ORIGIN}
    for said in [*happened[:at], link, *happened[at:]]:
        world.publish(said)
        world.settle()
    assert not world.dead
    state = world.states()["k"]
    history = [oracle.Record(order, said["time"], said, False) for order, said in enumerate(happened)]
    for name, feature in library_of(tree).features.items():
        for per, records in oracle.kept(feature, history).items():
            expected = oracle.read(feature, records, state.clock)
            assert read(plan, state, name, per) == (None if expected is MISSING else expected), (name, per)


@FEW
@given(tree=libraries(), log=logs(), at=st.integers(0, 40))
def test_a_customer_goes_on_under_another_id(tree: dict[str, Any], log: list[dict[str, Any]], at: int) -> None:
    plan, said = plan_of(tree), [one for one in log if one.get("customer", "l") != "k"]
    own = [one if one["type"] == "clock.tick" else {**one, "customer": "l"} for one in said]
    time = max((one["time"] for one in own[:at]), default=ORIGIN)
    linked = _decisions(plan, [*own[:at], {**LINK, "id": "link", "time": time}, *own[at:]])
    alone = _decisions(
        plan, [*own[:at], {"type": "trigger.none", "customer": "l", "id": "link", "time": time}, *own[at:]]
    )
    assert [{**one, "id": "", "customer": ""} for one in linked] == [{**one, "id": "", "customer": ""} for one in alone]


def _decisions(plan: Plan, log: list[dict[str, Any]]) -> list[dict[str, Any]]:
    world = World.of(plan, 1)
    for one in log:
        world.publish({name: value for name, value in one.items() if name != "_append"})
        world.settle()
    assert not world.dead
    return list(world.decisions.values())


SHOP: dict[str, Any] = {
    "library": {"name": "shop", "format": 1, "identities": {"limit": 2}},
    "features": {"views": {"count": "view"}, "seen": {"count": "view", "per": "product"}},
    "signals": [
        {"signal": "keen", "owner": "me", "reason": "r", "status": "live", "when": "views >= 3", "again": "1d"},
        {"signal": "hot", "owner": "me", "reason": "r", "status": "live", "when": "views >= 2", "hold": "10s"},
        {
            "signal": "left",
            "owner": "me",
            "reason": "r",
            "status": "live",
            "follow": ["basket", {"without": "order", "for": "10s"}],
            "restart": "latest",
        },
        {"signal": "quiet", "owner": "me", "reason": "r", "status": "live", "silent": "20s", "of": "order"},
        {"signal": "told", "owner": "me", "reason": "r", "status": "live", "follow": ["identity.linked"]},
    ],
}


def fired(steps: list[tuple[int, str, str]], end: int = 100, apart: bool = False) -> list[tuple[str, str, int]]:
    """Signal, customer and moment of what is decided. A step: second, type (or `link ID`), customer.

    With `apart` the alias's partition is read only when all else is.
    """
    world = World.of(plan_of(SHOP), 1)
    if apart:
        world = World.of(plan_of(SHOP), 2)
        assert world.place(b"ann") != world.place(b"anon:1")
    for number, (second, what, customer) in enumerate(steps):
        said = {"id": str(number), "time": second * 1_000, "customer": customer, "type": what}
        kind, _, other = what.partition(" ")
        if kind == "link":
            said |= {"type": "identity.linked", "properties": {"to": other}}
        world.publish(said)
        while apart and world.unread(world.place(b"ann")):
            world.turn(world.place(b"ann"), 1)
        if not apart:
            world.settle()
    world.settle()
    world.publish({"type": "clock.tick", "time": end * 1_000})
    world.settle()
    assert not world.dead
    made = [
        (one["signal"], one["customer"], int(one["id"].rpartition(":")[2]) // 1_000) for one in world.decisions.values()
    ]
    return [one for one in made if one[0] != "told"]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([(1, "basket", "anon:1"), (5, "link ann", "anon:1")], [("left", "ann", 11)]),
        ([(1, "basket", "anon:1"), (5, "link ann", "anon:1"), (6, "order", "ann")], [("quiet", "ann", 26)]),
        ([(1, "basket", "anon:1"), (5, "link ann", "anon:1"), (6, "order", "anon:1")], [("quiet", "ann", 26)]),
        ([(1, "order", "anon:1"), (3, "order", "ann"), (5, "link anon:1", "ann")], [("quiet", "ann", 23)]),
        # What is true by the union alone fires nothing; the next touchpoint doesn't turn it.
        (
            [
                (1, "view", "anon:1"),
                (2, "view", "anon:1"),
                (3, "view", "ann"),
                (5, "link ann", "anon:1"),
                (6, "view", "ann"),
            ],
            [("hot", "ann", 12)],
        ),
        (
            [(1, "view", "anon:1"), (2, "view", "ann"), (3, "link ann", "anon:1"), (4, "view", "ann")],
            [("keen", "ann", 4)],
        ),
        # A hold that runs goes on.
        ([(1, "view", "anon:1"), (2, "view", "anon:1"), (5, "link ann", "anon:1")], [("hot", "ann", 12)]),
        # What has fired for one of the two doesn't fire again within `again`.
        (
            [(1, "view", "anon:1"), (2, "view", "anon:1"), (3, "view", "anon:1"), (5, "link ann", "anon:1")],
            [("keen", "anon:1", 3), ("hot", "ann", 12)],
        ),
        # An alias that is split off begins anew.
        (
            [
                (1, "basket", "ann"),
                (5, "link ann", "anon:1"),
                (6, "identity.unlinked", "anon:1"),
                (7, "order", "anon:1"),
            ],
            [("left", "ann", 11), ("quiet", "anon:1", 27)],
        ),
    ],
)
def test_signals(steps: list[tuple[int, str, str]], expected: list[tuple[str, str, int]]) -> None:
    assert fired(steps) == expected


def test_an_order_breaks_the_run_of_an_alias_whose_state_comes_later() -> None:
    steps = [(1, "basket", "anon:1"), (5, "link ann", "anon:1"), (6, "order", "ann"), (8, "view", "ann")]
    assert fired(steps, apart=True) == [("quiet", "ann", 26)]


def test_a_silence_that_was_over_meanwhile_fires_now() -> None:
    steps = [(1, "basket", "anon:1"), (5, "link ann", "anon:1"), (30, "view", "ann")]
    assert fired(steps, apart=True) == [("left", "ann", 30)]


def test_too_many_identities() -> None:
    world = World.of(plan_of(SHOP), 3)
    for number in range(4):
        link = {"type": "identity.linked", "properties": {"to": "ann"}}
        world.publish({"id": str(number), "time": 1_000, "customer": f"cookie:{number}", **link})
        world.publish({"id": f"v{number}", "time": 2_000, "customer": f"cookie:{number}", "type": "view"})
        world.settle()
    refused = [one for one in world.decisions.values() if one["signal"] == "identity.linked"]
    assert [(one["customer"], one["per"], one["outcome"], one["reason"], one["detail"]) for one in refused] == [
        ("ann", "cookie:2", "held", "identities", "3 identities; 2 at most"),
        ("ann", "cookie:3", "held", "identities", "3 identities; 2 at most"),
    ]
    states = world.states()
    assert read(world.plan, states["ann"], "views", None) == 2
    assert read(world.plan, states["cookie:3"], "views", None) == 1
    # One that is split off makes room for another.
    world.publish(
        {
            "id": "u",
            "time": 3_000,
            "customer": "ann",
            "type": "identity.unlinked",
            "properties": {"identity": "cookie:0"},
        }
    )
    world.settle()
    world.publish(
        {"id": "l", "time": 4_000, "customer": "cookie:2", "type": "identity.linked", "properties": {"to": "ann"}}
    )
    world.settle()
    assert world.customer("cookie:0") == "cookie:0"
    assert world.customer("cookie:2") == "ann"


def test_a_duplicate_of_either_is_skipped() -> None:
    world = World.of(plan_of(SHOP), 2)
    view = {"id": "v", "time": 1_000, "customer": "anon:1", "type": "view"}
    world.publish(view)
    world.publish(
        {"id": "l", "time": 2_000, "customer": "anon:1", "type": "identity.linked", "properties": {"to": "ann"}}
    )
    world.settle()
    world.publish(view)
    world.publish({**view, "customer": "ann"})
    world.settle()
    assert read(world.plan, world.states()["ann"], "views", None) == 1


@pytest.mark.parametrize(
    ("said", "reason", "place"),
    [
        ({"type": "identity.linked"}, "wrong type", "$.properties.to"),
        ({"type": "identity.linked", "properties": {"to": ""}}, "wrong type", "$.properties.to"),
        ({"type": "identity.linked", "properties": {"to": "\0"}}, "wrong type", "$.properties.to"),
        ({"type": "identity.linked", "properties": {"to": "x" * 257}}, "wrong type", "$.properties.to"),
        ({"type": "identity.unlinked", "properties": {"identity": 7}}, "wrong type", "$.properties.identity"),
        ({"type": "state.moved", "properties": {"alias": "x"}}, "reserved type", "$.type"),
        (
            {"type": "state.moved", "from": "0:9", "properties": {"alias": "x", "state": "!"}},
            "wrong type",
            "$.properties.state",
        ),
        (
            {"type": "state.moved", "from": "0:9", "properties": {"alias": "x", "state": "AAAA"}},
            "wrong type",
            "$.properties.state",
        ),
        ({"type": "state.moved", "from": "0:9", "properties": {"state": "AAAA"}}, "wrong type", "$.properties.alias"),
    ],
)
def test_what_says_too_little_is_a_dead_letter(said: dict[str, Any], reason: str, place: str) -> None:
    world = World.of(plan_of(SHOP), 1)
    world.publish({"id": "1", "time": 1_000, "customer": "ann", **said})
    world.publish({"id": "2", "time": 2_000, "customer": "ann", "type": "view"})
    world.settle()
    assert [(one.offset, one.reason, one.place) for one in world.dead] == [(0, reason, place)]
    assert read(world.plan, world.states()["ann"], "views", None) == 1


def test_a_publishers_own_from_means_nothing() -> None:
    world = World.of(plan_of(SHOP), 1)
    for number, came in enumerate(["newsletter", 7, {"a": 1}, "1:", "a:1", "1:2:3:4", ""]):
        world.publish({"id": str(number), "time": 1_000, "customer": "ann", "type": "view", "from": came})
    world.settle()
    assert read(world.plan, world.states()["ann"], "views", None) == 7


def test_numbers_stay_as_they_were_written() -> None:
    world = World.of(plan_of(SHOP), 1)
    world.publish(
        {"id": "l", "time": 1_000, "customer": "anon:1", "type": "identity.linked", "properties": {"to": "ann"}}
    )
    world.settle()
    raw = b'{"id":"v","type":"view","time":2000, "customer":"anon:1","value":1.50,"n":12345678901234567890123}'
    world.append(0, b"anon:1", raw, 2_000)
    world.settle()
    sent = world.shards[0].records[-1].value or b""
    assert b'"value":1.50' in sent
    assert b'"n":12345678901234567890123' in sent
    assert json.loads(sent)["customer"] == "ann"


def test_a_forward_may_be_larger_than_what_was_forwarded() -> None:
    world = World.of(plan_of(SHOP), 1)
    world.publish(
        {"id": "l", "time": 1_000, "customer": "anon:1", "type": "identity.linked", "properties": {"to": "ann"}}
    )
    world.settle()
    view = {"id": "v", "time": 1_000, "customer": "anon:1", "type": "view", "properties": {"x": ""}}
    view["properties"] = {"x": "x" * (MAX_BYTES - len(json.dumps(view)))}
    world.publish(view)
    world.settle()
    assert len(world.shards[0].records[-1].value or b"") > MAX_BYTES
    assert not world.dead
    assert read(world.plan, world.states()["ann"], "views", None) == 1


def test_null_is_nothing() -> None:
    world = World.of(plan_of(SHOP), 1)
    link = {"id": "l", "time": 1_000, "customer": "anon:1", "type": "identity.linked", "properties": {"to": "ann"}}
    world.publish(link)
    world.settle()
    world.publish({"id": "u", "time": 2_000, "customer": "anon:1", "type": "identity.unlinked", "properties": None})
    world.publish({"id": "v", "time": 3_000, "customer": "anon:1", "type": "view", "properties": None, "from": None})
    world.settle()
    assert not world.dead
    assert read(world.plan, world.states()["anon:1"], "views", None) == 1


def test_a_link_is_small() -> None:
    world = World.of(plan_of(SHOP), 1)
    properties = {"to": "ann", "x": "x" * 20_000}
    world.publish({"id": "l", "time": 1_000, "customer": "anon:1", "type": "identity.linked", "properties": properties})
    world.settle()
    assert [one.reason for one in world.dead] == ["too large"]


def test_the_largest_states_are_united_and_stay_bounded() -> None:
    """Each beyond all measure, and linked in turn."""
    tree = {
        "library": {"name": "shop", "format": 1, "identities": {"limit": 10}},
        "features": {"seen": {"distinct": "product", "of": "*"}, "last": {"last": "time", "of": "*", "per": "content"}},
        "signals": [QUIET],
    }
    world, number = World.of(plan_of(tree), 2), 0
    for customer in ["ann", "anon:1", "anon:2", "anon:3"]:
        for _ in range(3_000):
            number += 1
            said = {"id": str(number), "time": number, "customer": customer, "type": "a", "product": f"p{number}"}
            world.publish(said | {"content": f"c{number}" * 100})
        world.publish({**LINK, "id": f"l{number}", "time": number, "customer": customer, "properties": {"to": "ann"}})
        for shard in (0, 1, 0, 1, 0, 1):
            while world.unread(shard):
                world.turn(shard, 1_000)
    assert not world.dead
    assert max(len(raw) for shard in world.shards for raw in shard.states.values()) < 64 * 1024
    state = world.states()["ann"]
    assert state.links is not None
    assert state.links.identities == ["anon:1", "anon:2", "anon:3"]
    assert read(world.plan, state, "seen", None) == pytest.approx(12_000, rel=0.2)
