"""Erasing: nothing of a customer stays, nothing from before comes back, and who comes anew is as one never seen."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from itertools import count
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from rules import Plan
from rules.erasing import DAY, KEPT, Erasures, encode_erasure, is_erased
from rules.forgetting import FORGET
from rules.state import State
from tests.oracle.timelines.make import library, moment, signal
from tests.rules.driving import plan_of
from tests.rules.linking.world import Record, Shard, World

IDS = ["c-1", "c-2", "anon:1", "device:7"]
SECRET = "s3cr3t"
LIFE = "10d"
FEATURES = {
    "seen": {"count": "*"},
    "spend": {"sum": "value", "of": "order"},
    "main": {"top": "product", "of": "view", "over": "30d"},
    "last": {"last": "product", "of": "view"},
}
SIGNALS = (
    signal("keen", when="seen >= 3", then={"channel": "email", "carry": {"main": "main"}, "cancel_on": "order"}),
    signal("left", follow=["basket", {"without": "order", "for": "10m"}], then={"channel": "email"}),
    signal("quiet", silent="20m", of="view", when=None),
)


def plan_for() -> Plan:
    signals = [{name: value for name, value in one.items() if value is not None} for one in SIGNALS]
    quiet = {"email": {"quiet": {"from": "22:00", "to": "08:00"}}}
    return plan_of({**library(*signals, features=FEATURES, forget_after=LIFE), "channels": quiet})


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_for()


def touchpoint(time: int, identifier: str, kind: str = "view", customer: str = "c-1", **more: Any) -> dict[str, Any]:
    return {"id": identifier, "type": kind, "time": time, "customer": customer, **more}


def erasure(time: int, customer: str = "c-1", request: str = "request", keep: int = KEPT) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(encode_erasure(customer, request, time, keep))
    return said


def world_of(plan: Plan, *said: dict[str, Any], partitions: int = 1) -> World:
    world = World.of(plan, partitions)
    for one in said:
        world.publish(one)
    world.settle()
    return world


def seen(plan: Plan, state: State) -> int:
    feature = next(one for one in plan.features if one.name == "seen")
    return int(feature.reader(own=False, literal=None)(state.parts, state.clock, None) or 0)


def test_what_is_left_is_that_it_was(plan: Plan) -> None:
    profile = touchpoint(moment(1), "p", "profile.updated", properties={"town": SECRET})
    world = world_of(plan, touchpoint(moment(0), "t", product=SECRET), profile, erasure(moment(5)))
    state = world.states()["c-1"]
    assert state.timers == {FORGET: moment(5) + KEPT}
    assert SECRET.encode() not in world.shards[0].states[b"c-1"]
    assert is_erased(world.shards[0].states[b"c-1"])
    assert len(world.shards[0].states[b"c-1"]) < 80


def test_that_goes_too_when_its_time_is_over(plan: Plan) -> None:
    until = moment(5) + KEPT
    said = [touchpoint(moment(0), "t"), erasure(moment(5))]
    tick = {"type": "clock.tick", "time": until - 1}
    assert world_of(plan, *said, tick).states().keys() == {"c-1"}
    assert world_of(plan, *said, {**tick, "time": until}).states() == {}


def test_it_outlasts_a_new_life_that_is_forgotten_before(plan: Plan) -> None:
    forgotten = moment(6) + 11 * DAY
    said = [erasure(moment(5)), touchpoint(moment(6), "new"), {"type": "clock.tick", "time": forgotten}]
    world = world_of(plan, *said)
    assert is_erased(world.shards[0].states[b"c-1"])
    assert world.states()["c-1"].timers == {FORGET: moment(5) + KEPT}
    world.publish(touchpoint(moment(4), "late"))
    world.settle()
    assert is_erased(world.shards[0].states[b"c-1"])


def test_a_new_life_lets_it_go_at_last(plan: Plan) -> None:
    until = moment(5) + KEPT
    world = world_of(plan, erasure(moment(5)), touchpoint(until, "one"))
    assert world.states()["c-1"].links is not None
    world.publish(touchpoint(until + 1, "two"))
    world.settle()
    links = world.states()["c-1"].links
    assert links is not None
    assert links.erased is None


@pytest.mark.parametrize("late", [0, 5], ids=["before", "at the same time"])
def test_what_syncs_late_is_refused(plan: Plan, late: int) -> None:
    said = [touchpoint(moment(0), "t"), erasure(moment(5)), touchpoint(moment(late), "late", product=SECRET)]
    world = world_of(plan, *said)
    assert is_erased(world.shards[0].states[b"c-1"])
    world.publish(touchpoint(moment(6), "new"))
    world.settle()
    assert seen(plan, world.states()["c-1"]) == 1


def test_its_moment_is_when_it_was_appended(plan: Plan) -> None:
    """Whoever asks for it may have a slow clock."""
    world = World(plan, [Shard()], clock="wall")
    slow = json.dumps(erasure(moment(1))).encode()
    world.append(0, b"c-1", slow, moment(9))
    world.append(0, b"c-1", json.dumps(touchpoint(moment(8), "late")).encode(), moment(10))
    world.settle()
    links = world.states()["c-1"].links
    assert links is not None
    assert links.erased is not None
    assert (links.erased.at, links.erased.until) == (moment(9), moment(9) + KEPT)
    assert is_erased(world.shards[0].states[b"c-1"])


def test_open_and_waiting_triggers_are_cancelled(plan: Plan) -> None:
    day, night = 10 * 3_600_000, 23 * 3_600_000
    for start, outcomes in ((day, ["sent", "cancelled"]), (night, ["deferred", "cancelled"])):
        said = [touchpoint(start + at, f"t{at}", product="tent") for at in range(3)]
        world = world_of(plan, *said, erasure(start + 60_000))
        keen = [one for one in world.decisions.values() if one["signal"] == "keen"]
        assert [one["outcome"] for one in keen] == outcomes
        assert (keen[1]["reason"], keen[1]["detail"]) == ("erased", "request")


def test_nothing_fires_afterwards(plan: Plan) -> None:
    said = [touchpoint(moment(0), "b", "basket"), erasure(moment(5)), {"type": "clock.tick", "time": moment(7200)}]
    assert not world_of(plan, *said).decisions


def test_other_identities_are_erased_from_any_of_them(plan: Plan) -> None:
    for asked in ("c-1", "anon:1"):
        for partitions in (1, 3):
            link = touchpoint(moment(1), "l", "identity.linked", "anon:1", properties={"to": "c-1"})
            said = [touchpoint(moment(0), "t", customer="anon:1", product=SECRET), link]
            world = world_of(plan, *said, partitions=partitions)
            world.publish(erasure(moment(5), asked))
            world.settle()
            assert all(is_erased(raw) for raw in customers(world).values())
            assert customers(world).keys() == {b"c-1", b"anon:1"}
            world.publish(touchpoint(moment(6), "new", customer="anon:1"))
            world.settle()
            assert seen(plan, world.states()["anon:1"]) == 1  # it is nobody's alias any more
            assert is_erased(customers(world)[b"c-1"])


def test_asked_twice_it_is_done_twice_but_not_when_it_comes_by_two_ways(plan: Plan) -> None:
    said = [erasure(moment(5)), touchpoint(moment(6), "new"), erasure(moment(5))]
    assert seen(plan, world_of(plan, *said).states()["c-1"]) == 1
    world = world_of(plan, *said, erasure(moment(7), request="another"))
    assert is_erased(world.shards[0].states[b"c-1"])


@pytest.mark.parametrize("keep", [0, -1, DAY - 1, "30d", 1.5, True, None, 3_661 * DAY])
def test_a_time_that_makes_no_sense_is_a_dead_letter(plan: Plan, keep: Any) -> None:
    said = {**erasure(moment(5)), "properties": {"keep": keep}}
    world = world_of(plan, touchpoint(moment(0), "t"), said)
    assert [(one.reason, one.place) for one in world.dead] == [("wrong type", "$.properties.keep")]
    assert seen(plan, world.states()["c-1"]) == 1


def test_a_record_without_a_value_is_passed_over(plan: Plan) -> None:
    world = world_of(plan, touchpoint(moment(0), "t"))
    world.shards[0].records.append(Record(1, moment(1), b"c-1", None))
    done = world.started(0).evaluate(world.unread(0))
    assert (done.dead_letters, done.stats.deletions, done.offset) == ([], 1, 1)


class Life(NamedTuple):
    """A log at random with an erasure in it. `asked`: the identity; `known`: those that it was asked for."""

    world: World
    published: list[dict[str, Any]]
    time: int
    known: frozenset[str]


def at_random(plan: Plan, seed: int, crashes: float) -> Life:
    """Touchpoints and links of four identities, then an erasure of one person; late ones and new ones behind it."""
    draw, ids, time = random.Random(seed), count(), 36_000_000
    world, published = World.of(plan, draw.randint(1, 3)), list[dict[str, Any]]()

    def publish(said: dict[str, Any]) -> None:
        published.append(said)
        world.publish(said)
        for _ in range(draw.randint(0, 2)):
            number = draw.randrange(len(world.shards))
            if world.unread(number):
                crash = draw.choice(["before", "after"]) if draw.random() < crashes else ""
                world.turn(number, draw.randint(1, 6), crash, draw.randint(0, 5))

    def some(many: int, word: str, back: int = 0) -> None:
        nonlocal time
        for _ in range(draw.randint(0, many)):
            time += 0 if back else draw.choice([1, 60_000, 600_000])
            kind = draw.choice(["view", "view", "basket", "order", "link", "profile.updated", "tick"])
            customer = draw.choice(IDS)
            of = f"{word}-{customer}"
            said = touchpoint(time - draw.randint(0, back), f"t{next(ids)}", kind, customer, product=of)
            if kind == "link":
                said |= {"type": "identity.linked", "properties": {"to": draw.choice(IDS)}}
            elif kind == "profile.updated":
                said["properties"] = {"town": of}
            elif kind == "tick":
                said = {"type": "clock.tick", "time": time}
            publish(said)

    some(25, SECRET)
    if draw.random() < 0.5:
        world.settle(draw, crashes)
    time += 1
    known = _joined(published, draw.choice(IDS))
    at = time
    for identity in sorted(known):
        publish(erasure(at, identity))
    some(8, SECRET, back=10_000_000)
    world.settle(draw, crashes)
    some(12, "tent")
    world.settle(draw, crashes)
    return Life(world, published, at, known)


def _joined(published: Iterable[dict[str, Any]], asked: str) -> frozenset[str]:
    known = {asked}
    for _ in IDS:
        for said in published:
            if said["type"] == "identity.linked" and known & {said["customer"], said["properties"]["to"]}:
                known |= {said["customer"], said["properties"]["to"]}
    return frozenset(known)


def customers(world: World) -> dict[bytes, bytes]:
    return {key: raw for shard in world.shards for key, raw in shard.states.items() if key != b"\0"}


def again(life: Life) -> World:
    """The log read anew from its start, by who has lost all states and looks first who was erased."""
    other = World.of(life.world.plan, len(life.world.shards))
    for number, shard in enumerate(life.world.shards):
        erasures = Erasures()
        erasures.read(shard.records)
        partition, left = other.started(number), list(erasures.without(shard.records))
        while left:
            done = partition.evaluate(left)
            assert not any(secret in (value or b"") for _, value in done.changes for secret in secrets(life))
            other.note(done.decisions)
            partition.commit(done)
            left = left[done.consumed :]
    return other


def secrets(life: Life) -> list[bytes]:
    """What was kept of those who were erased."""
    return [f"{SECRET}-{identity}".encode() for identity in life.known]


@pytest.mark.parametrize("seed", range(30))
def test_nothing_stays_and_nothing_comes_back(plan: Plan, seed: int) -> None:
    life = at_random(plan, seed, crashes=0.3)
    assert not life.world.dead
    assert not any(secret in raw for raw in customers(life.world).values() for secret in secrets(life))
    for identity in life.known:
        links = life.world.states()[identity].links
        assert links is not None
        assert links.erased is not None


@pytest.mark.parametrize("seed", range(30))
def test_who_comes_anew_is_as_one_never_seen(plan: Plan, seed: int) -> None:
    life = at_random(plan, seed, crashes=0.3)
    fresh = World.of(plan, len(life.world.shards))
    for said in life.published:
        named = {said.get("customer"), said.get("properties", {}).get("to")}
        if said["type"] == "clock.tick" or said["time"] > life.time or not named & life.known:
            fresh.publish(said)
            fresh.settle()
    for identity in IDS:
        ours, theirs = (one.states().get(one.customer(identity)) for one in (life.world, fresh))
        assert (seen(plan, ours) if ours else 0) == (seen(plan, theirs) if theirs else 0)
        assert (ours.profile if ours else {}) == (theirs.profile if theirs else {})


@pytest.mark.parametrize("seed", range(30))
def test_a_crash_changes_nothing(plan: Plan, seed: int) -> None:
    world = at_random(plan, seed, crashes=0.4).world
    once = world.without_repeats()
    assert world.decisions == once.decisions
    assert _bare(world) == _bare(once)


def _bare(world: World) -> dict[str, State]:
    return {key: replace(state, weight=0) for key, state in world.states().items()}


@pytest.mark.parametrize("seed", range(30))
def test_who_reads_the_log_again_sees_nothing_of_it(plan: Plan, seed: int) -> None:
    life = at_random(plan, seed, crashes=0.2)
    other = again(life)
    assert _unheard(other) == _unheard(life.world)
    mine = {key: one for key, one in life.world.decisions.items() if one["customer"] not in life.known}
    assert {key: one for key, one in other.decisions.items() if one["customer"] not in life.known} == mine


def _unheard(world: World) -> dict[str, Any]:
    """States without what only says which forwards came before."""
    return {
        key: replace(state, weight=0, links=replace(state.links, heard={}) if state.links else None)
        for key, state in world.states().items()
    }
