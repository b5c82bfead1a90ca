"""What policy promises whatever comes, in whatever order, batches and restarts: caps, consent, quiet hours, groups."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle.policed import policed_libraries, policed_logs
from tests.oracle.values import duration
from tests.rules.driving import EPOCH, Output, drive, milliseconds, plan_of

Tree = dict[str, Any]
PLACES = st.lists(st.integers(1, 40), max_size=6)
many = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


class Sent(NamedTuple):
    """A trigger that went: `at` in epoch ms."""

    customer: str
    signal: str
    channel: str
    at: int
    fired: int


def sent_of(output: Output) -> list[Sent]:
    said = [json.loads(decision.value) for decision in output.decisions]
    return [
        Sent(
            one["customer"],
            one["signal"],
            one["channel"],
            milliseconds(one.get("at", one["time"])),
            milliseconds(one["time"]),
        )
        for one in said
        if one["outcome"] == "sent"
    ]


def caps_of(library: Tree) -> Iterator[tuple[str, str, int, int]]:
    """What each cap counts: (of what, which one, count, over in ms); a customer who is forgotten is a new one."""
    settings_ = library["library"]
    life = duration(settings_.get("forget_after", "180d"))
    places: list[tuple[str, str, Any]] = [("all", "", settings_.get("cap"))]
    places += [("signal", one["signal"], one.get("cap")) for one in library["signals"]]
    places += [("channel", name, (one or {}).get("cap")) for name, one in library["channels"].items()]
    places += [("group", name, (one or {}).get("cap")) for name, one in settings_["groups"].items()]
    for scope, name, caps in places:
        for cap in [caps] if isinstance(caps, dict) else caps or []:
            if "per" not in cap and duration(cap["over"]) <= life:
                yield scope, name, cap["count"], duration(cap["over"])


def most_in(moments: list[int], over: int) -> int:
    """The most of them that lie in any (t - over, t]."""
    return max((sum(end - over < one <= end for one in moments) for end in moments), default=0)


def out_of_order(log: list[Tree], places: list[int]) -> list[Tree]:
    """The log with some records come at another one's place: append times stay in order, none is in the future."""
    mixed = list(log[:-1])
    for place in places:
        at = place % len(mixed)
        mixed.append(mixed.pop(at))
    appended = sorted(record["_append"] for record in mixed)
    moved = [{**one, "_append": at, "time": min(one["time"], at)} for one, at in zip(mixed, appended, strict=True)]
    return [*moved, log[-1]]


@pytest.mark.slow
@settings(many, max_examples=60)
@given(policed_libraries(), policed_logs(), PLACES, PLACES, PLACES)
def test_no_cap_is_exceeded(
    library: Tree, log: list[Tree], places: list[int], cuts: list[int], restarts: list[int]
) -> None:
    groups = {one["signal"]: one.get("group") for one in library["signals"]}
    output = drive(plan_of(library), out_of_order(log, places), cuts=cuts, restarts=restarts)
    moments: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for one in sent_of(output):
        counted = (("all", ""), ("signal", one.signal), ("channel", one.channel), ("group", groups[one.signal] or ""))
        for scope, name in counted:
            moments[one.customer, scope, name].append(one.at)
    for scope, name, count, over in caps_of(library):
        for customer in ("k", "l"):
            assert most_in(moments[customer, scope, name], over) <= count


@pytest.mark.slow
@settings(many, max_examples=40)
@given(policed_libraries(), policed_logs(), PLACES)
def test_each_deferred_firing_comes_to_one_end_and_none_goes_at_a_quiet_hour(
    library: Tree, log: list[Tree], restarts: list[int]
) -> None:
    output = drive(plan_of({**library, "library": {**library["library"], "time_zone": "UTC"}}), log, restarts=restarts)
    ends: dict[str, list[str]] = defaultdict(list)
    for decision in output.decisions:
        said = json.loads(decision.value)
        ends[said["id"]].append(said["outcome"])
    allowed = (["deferred"], ["deferred", "held"], ["deferred", "cancelled"], ["deferred", "sent"])
    allowed += (["deferred", "sent", "cancelled"], ["sent"], ["sent", "cancelled"], ["held"])
    assert all(outcomes in allowed for outcomes in ends.values())
    zoned = any("time_zone" in (record.get("properties") or {}) for record in log)
    for one in sent_of(output) if not zoned else ():
        quiet = (library["channels"][one.channel] or {}).get("quiet")
        if quiet and one.at != one.fired:
            clock = f"{EPOCH + timedelta(milliseconds=one.at):%H:%M}"
            begin, end = quiet["from"], quiet["to"]
            assert not (begin <= clock < end if begin < end else clock >= begin or clock < end)
