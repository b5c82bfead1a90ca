"""Stories as they are kept: across versions, in bounded room, and when two customers prove to be one."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Plan
from rules.state import State, decode_state, encode_state
from rules.stories import Course, StoryPlan, merged, unite_stories
from rules.stories.keeping import KEEP, taken
from rules.stories.plan_story import NOW
from rules.stories.standing import STAGE, Part, Seen, standing_of
from tests.oracle.tales import tale_libraries, tale_logs
from tests.rules.driving import drive, plan_of

ORIGIN = 1_767_607_200_000
DAY = 86_400_000
STORY: dict[str, Any] = {
    "story": "s",
    "of": ["a", "b"],
    "stages": ["one", {"stage": "two", "touchpoints": 2, "within": "10d"}, {"stage": "three", "modules": ["m", "n"]}],
    "modules": {"m": {}, "n": {"after": "m"}},
    "mix": {"rep": "80%", "digital": {"of": ["email", "site"], "share": "20%"}},
    "branches": {"o": {"of": "b", "answered": {"where": "reaction == 'positive'"}}},
}
SIGNAL = {"signal": "x", "status": "live", "when": "stage.s == 'three'"}


def library(story: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"library": {"name": "told", "format": 1}, "signals": [SIGNAL], "stories": [story], **parts}


def story_of(plan: Plan) -> StoryPlan:
    return plan.stories[0]


@pytest.fixture(scope="module")
def course() -> Course:
    return story_of(plan_of(library(STORY))).course


def seen(time: int, **said: Any) -> Seen:
    fields: dict[str, Any] = {
        "channel": None,
        "attention": 0.0,
        "worth": 0.0,
        "modules": [],
        "counts": [1],
        "opens": [],
        "answers": [],
        "anew": False,
        "type": None,
    }
    return Seen(time=ORIGIN + time, **{**fields, **said})


def part_of(course: Course, touchpoints: list[Seen], edge: int = 0) -> Part | None:
    part: Part | None = None
    for one in touchpoints:
        part = taken(course, part, one, edge)
    return part


TOUCHPOINTS = st.builds(
    seen,
    st.integers(0, 20).map(lambda day: day * DAY),
    channel=st.sampled_from([None, "rep", "site", "email"]),
    attention=st.sampled_from([0.0, 0.25, 0.5]),
    worth=st.sampled_from([0.0, 0.25, 0.5]),
    modules=st.sampled_from([[], [0], [1], [0, 1]]),
    counts=st.sampled_from([[], [1]]),
    opens=st.sampled_from([[], [0]]),
    answers=st.sampled_from([[], [0]]),
)
LIVES = st.lists(TOUCHPOINTS, min_size=1, max_size=14)


# What a version of the library keeps


def touchpoints(count: int) -> list[dict[str, Any]]:
    log = []
    for at in range(count):
        time = ORIGIN + at * 1000
        record = {"id": str(at), "type": "a", "time": time, "customer": "k", "module": "m", "attention": 0.25}
        log.append({**record, "_append": time, "channel": "site"})
    return log


def test_who_answers_for_a_story_changes_nothing_that_is_kept() -> None:
    before, after = plan_of(library(STORY)), plan_of(library({**STORY, "owner": "brand", "reason": "Because."}))
    state = decode_state(drive(before, touchpoints(3)).states[b"k"])
    after.adopt(state)
    assert story_of(before).key == story_of(after).key
    assert after.stages(state.parts) == {"s": "two"}


@pytest.mark.parametrize("change", [{"half_life": "90d"}, {"where": "value > 1"}, {"stages": STORY["stages"][:2]}])
def test_another_definition_begins_anew(change: dict[str, Any]) -> None:
    state = decode_state(drive(plan_of(library(STORY)), touchpoints(3)).states[b"k"])
    after = plan_of(library({**STORY, **change, "modules": STORY["modules"]}, signals=[]))
    after.adopt(state)
    assert after.stages(state.parts) == {"s": "one"}


def test_what_the_catalogue_proves_belongs_to_the_definition_where_it_is_weighed() -> None:
    weighed = {**STORY, "evidence": {"proves": {"acted": "100%"}}}
    keys = {
        (name, proof): story_of(
            plan_of(library(told, interactions={"a": {"evidence": proof}, "b": {"evidence": "acted"}}))
        ).key
        for name, told in (("plain", STORY), ("weighed", weighed))
        for proof in ("acted", "seen")
    }
    assert keys["plain", "acted"] == keys["plain", "seen"]
    assert keys["weighed", "acted"] != keys["weighed", "seen"]


def test_a_story_whose_value_nothing_reads_is_kept_too() -> None:
    plan = plan_of(library(STORY, signals=[]))
    state = decode_state(drive(plan, touchpoints(2)).states[b"k"])
    assert plan.stages(state.parts) == {"s": "two"}


def test_a_new_signal_waits_for_what_time_will_do_to_a_story_that_was_kept() -> None:
    overdue = {"signal": "late", "status": "live", "when": "story.s.overdue"}
    before, after = plan_of(library(STORY, signals=[])), plan_of(library(STORY, signals=[overdue]))
    assert after.sooner_than(before)
    state = decode_state(drive(before, touchpoints(1)).states[b"k"])
    after.adopt(state)
    assert state.due == ORIGIN + 10 * DAY


# Room


def test_a_touchpoint_leaves_the_part_before_as_it_was(course: Course) -> None:
    part = part_of(course, [seen(at * DAY, modules=[0], worth=0.1, opens=[0]) for at in range(10)])
    assert part is not None
    before = encode_state(State(parts={1: part}))
    taken(course, part, seen(5 * DAY, answers=[0]), 0)
    assert encode_state(State(parts={1: part})) == before


def test_eight_touchpoints_are_kept_and_none_that_no_late_one_can_precede(course: Course) -> None:
    days = [seen(at * DAY) for at in range(30)]
    part, near = part_of(course, days), part_of(course, days, ORIGIN + 27 * DAY)
    assert part is not None
    assert near is not None
    assert (len(part[1]), len(near[1])) == (KEEP, 2)
    assert part[NOW] == near[NOW]


def test_a_story_takes_little_room() -> None:
    plan = plan_of(library(STORY))
    state = decode_state(drive(plan, touchpoints(40)).states[b"k"])
    assert len(encode_state(State(parts={1: state.parts[story_of(plan).key]}))) < 700


def test_a_part_too_heavy_forgets_what_is_kept_for_late_ones_first(course: Course) -> None:
    plan = story_of(plan_of(library(STORY)))
    part = part_of(plan.course, [seen(at * DAY) for at in range(12)])
    assert part is not None
    halved = plan.halve(part)
    assert halved is not None
    assert (halved[1], halved[NOW]) == ([], part[NOW])
    assert plan.halve(halved) is None


@settings(deadline=None, max_examples=60)
@given(LIVES)
def test_within_what_is_kept_the_order_of_arrival_makes_no_difference(course: Course, life: list[Seen]) -> None:
    late = life[:KEEP]
    in_time = sorted(late, key=lambda one: one.time)
    found, expected = part_of(course, late), part_of(course, in_time)
    assert found is not None
    assert expected is not None
    alike = len({one.time for one in late}) == len(late)  # of one time the order of the log decides
    assert not alike or found[NOW] == expected[NOW]


# Two customers who are one


@settings(deadline=None, max_examples=80)
@given(LIVES, LIVES)
def test_it_does_not_matter_which_of_two_is_merged_into_which(
    course: Course, one: list[Seen], other: list[Seen]
) -> None:
    left, right = part_of(course, one), part_of(course, other)
    assert merged(course, left, right) == merged(course, right, left)


@settings(deadline=None, max_examples=80)
@given(LIVES, LIVES)
def test_evidence_is_united_and_the_further_stage_stays(course: Course, one: list[Seen], other: list[Seen]) -> None:
    parts = [part_of(course, life) for life in (one, other)]
    made = merged(course, *parts)
    assert made is not None
    now = standing_of(made[NOW])
    ends = [standing_of(part[NOW]) for part in parts if part is not None]
    assert now.stage >= max(end.stage for end in ends)
    assert now.count == sum(end.count for end in ends)
    for at in range(2):
        assert now.amounts[at] == pytest.approx(sum(end.amounts[at] for end in ends))
        assert (now.done[at] >= 0) >= max(end.done[at] >= 0 for end in ends)


@settings(deadline=None, max_examples=60)
@given(LIVES.filter(lambda life: len({one.time for one in life}) == len(life)), st.data())
def test_few_touchpoints_under_two_names_are_as_one_customers(
    course: Course, life: list[Seen], data: st.DataObject
) -> None:
    """While all of them are still kept, nothing is lost by having come under two names."""
    ordered = sorted(life, key=lambda one: one.time)[:KEEP]
    mine = [one for one in ordered if data.draw(st.booleans())]
    theirs = [one for one in ordered if one not in mine]
    whole, made = part_of(course, ordered), merged(course, part_of(course, mine), part_of(course, theirs))
    assert whole is not None
    assert made is not None
    assert made[NOW] == whole[NOW]


def test_of_two_rounds_the_later_counts() -> None:
    story = {**STORY, "reenter": {"after": "30d"}}
    course = story_of(plan_of(library(story))).course
    again = [*(seen(at * DAY) for at in range(10)), *(seen((60 + at) * DAY) for at in range(12))]
    once = [seen(at * DAY, modules=[0], worth=1.0) for at in range(12)]
    part = merged(course, part_of(course, again), part_of(course, once))
    assert part is not None
    assert standing_of(part[NOW]).round == 2


def test_one_who_has_no_touchpoint_of_the_story_brings_nothing(course: Course) -> None:
    part = part_of(course, [seen(0), seen(DAY)])
    assert merged(course, part, None) == merged(course, None, part) == part
    assert merged(course, None, None) is None


def test_what_is_kept_of_each_story_is_united() -> None:
    plan = plan_of(library(STORY))
    key = story_of(plan).key
    mine, theirs = part_of(story_of(plan).course, [seen(0)]), part_of(story_of(plan).course, [seen(DAY)])
    parts: dict[int, Any] = {key: mine, 1: "other"}
    unite_stories(plan.stories, parts, {key: theirs, 2: "their own"})
    assert parts == {key: merged(story_of(plan).course, mine, theirs), 1: "other"}
    assert plan.stages(parts) == {"s": "two"}
    untouched: dict[int, Any] = {}
    unite_stories(plan.stories, untouched, {})
    assert untouched == {}


# The engine


@settings(deadline=None, max_examples=15)
@given(tale_libraries(), tale_logs(), st.lists(st.integers(1, 40), max_size=4))
def test_states_do_not_hang_on_batches_and_restarts(
    tale: dict[str, Any], log: list[dict[str, Any]], cuts: list[int]
) -> None:
    plan = plan_of(tale)
    assert drive(plan, log, cuts=cuts, restarts=cuts).states == drive(plan, log).states


def test_stages_only_go_on_within_a_round() -> None:
    plan = plan_of(library(STORY))
    log = touchpoints(12)
    stages = []
    for end in range(1, len(log) + 1):
        state = decode_state(drive(plan, log[:end]).states[b"k"])
        stages.append(state.parts[story_of(plan).key][NOW][STAGE])
    assert all(before <= after for before, after in pairwise(stages))


def test_a_library_without_stories_keeps_and_asks_nothing_of_them() -> None:
    plan = plan_of({"library": {"name": "plain", "format": 1}, "signals": [], "features": {"n": {"count": "a"}}})
    concern = plan.concern("a")
    assert (plan.stories, len(concern.takes.features), concern.keepers) == ([], 1, 2)


@pytest.mark.parametrize(
    ("seen_on", "named", "chosen"),
    [
        ((), ["email", "rep", "site"], "rep"),  # nothing has been seen, and most is to come by the rep
        (("rep",), ["rep", "email", "site"], "email"),  # the rep is ahead; of what is as far behind the first
        (("rep",), ["rep", "site", "email"], "site"),
        (("rep", "rep", "site"), ["site", "rep"], "rep"),  # two of three, and it is to be three of four
        (("rep", "rep", "rep", "email"), ["site", "rep"], "site"),  # as it is to be: the order said
        (("rep",), ["post", "rep"], "post"),  # what the mix doesn't name is neither behind nor ahead
        (("site",), ["post", "site"], "post"),
        (("site",), "best", "rep"),
        (("rep",), "best", "email"),
    ],
)
def test_channels_are_tried_by_the_mix(seen_on: tuple[str, ...], named: Any, chosen: str) -> None:
    told = {"story": "m", "of": "a", "stages": ["one", {"stage": "two", "touchpoints": 9}], "modules": {"x": {}}}
    told["mix"] = {"rep": "75%", "digital": {"of": ["email", "site"], "share": "25%"}}
    then = {"channel": named, "mix": "m", "expires": "1h"}
    asking = {"signal": "s", "status": "live", "value": 1, "follow": ["ask"], "then": then}
    channels = {name: {} for name in ("email", "post", "rep", "site")}
    log = [
        {"id": str(at), "type": "a", "module": "x", "attention": 0.1, "channel": channel, "customer": "k"}
        for at, channel in enumerate(seen_on)
    ]
    log += [{"id": "last", "type": "ask", "customer": "k"}]
    log = [{**one, "time": ORIGIN + at, "_append": ORIGIN + at} for at, one in enumerate(log)]
    [decision] = drive(plan_of(library(told, signals=[asking], channels=channels)), log).decisions
    assert json.loads(decision.value)["channel"] == chosen


def test_a_decision_says_the_stages_where_there_are_stories() -> None:
    signal = {"signal": "x", "status": "live", "when": "stage.s == 'two'"}
    made = drive(plan_of(library(STORY, signals=[signal])), touchpoints(2)).decisions
    assert [json.loads(one.value)["stages"] for one in made] == [{"s": "two"}]
    plain = {"signal": "x", "status": "live", "follow": ["a"]}
    made = drive(plan_of({"library": {"name": "plain", "format": 1}, "signals": [plain]}), touchpoints(1)).decisions
    assert [json.loads(one.value).get("stages") for one in made] == [None]
