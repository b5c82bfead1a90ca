"""Timelines of what came after the spine: trend, date, segments, chains of signals, latency, lateness by source."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.oracle import evaluate
from tests.rules.driving import drive, plan_of

MONDAY = "2026-01-05T00:00:00"
SECOND = 1_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


START = ms(MONDAY)


def library(
    *signals: dict[str, Any], features: dict[str, Any] | None = None, late_by: str = "24h", **more: Any
) -> dict[str, Any]:
    common = {"owner": "tests", "reason": "A test wants it.", "status": "live", "then": {"channel": "email"}}
    settings = {"name": "tests", "format": 1, "late_by": late_by, "forget_after": "3650d", **more.pop("settings", {})}
    return {
        "library": settings,
        "interactions": None,
        "features": features or {},
        "channels": {"email": {}},
        "signals": [{**common, **signal} for signal in signals],
        **more,
    }


def touchpoint(at: int, kind: str = "a", **more: Any) -> dict[str, Any]:
    identity = more.pop("id", f"{kind}@{at}")
    return {"id": identity, "type": kind, "time": START + at, "customer": "c", "_append": START + at, **more}


def profile(at: int, **properties: Any) -> dict[str, Any]:
    return touchpoint(at, "profile.updated", properties=properties)


def tick(at: int) -> dict[str, Any]:
    return {"type": "clock.tick", "time": START + at, "_append": START + at}


def fired(made: dict[str, Any], log: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """(signal, ms since START) of all that fired; the same in one batch, with restarts, and by the oracle."""
    plan = plan_of(made)
    at_once = drive(plan, log, clock="log")
    every = range(len(log))
    assert drive(plan, log, clock="log", cuts=every, restarts=every) == at_once
    decisions = [json.loads(one.value) for one in at_once.decisions]
    found = [(one["signal"], int(one["id"].rpartition(":")[2]) - START) for one in decisions]
    assert found == [(one["signal"], one["time"] - START) for one in evaluate(made, log, "log")]
    return found


def test_a_trend_rises_by_touchpoints_and_falls_by_time_alone() -> None:
    made = library(
        {"signal": "up", "when": "momentum == 'rising'"},
        {"signal": "down", "when": "momentum == 'falling'"},
        features={"momentum": {"trend": "a", "over": "10s", "band": 0.2}},
    )
    log = [touchpoint(0), touchpoint(1 * SECOND), tick(60 * SECOND)]
    assert fired(made, log) == [("up", 0), ("down", 11 * SECOND)]


def test_a_trend_within_its_band_is_steady() -> None:
    made = library(
        {"signal": "up", "when": "momentum == 'rising'"},
        features={"momentum": {"trend": "a", "over": "10s", "band": 0.5}},
    )
    before = [touchpoint(at * SECOND) for at in (0, 1, 2, 3)]
    # at 11 s there were two before and are three now: one more is not above half of two
    assert fired(made, [*before, touchpoint(11 * SECOND)]) == [("up", 0)]
    assert fired(made, [*before, touchpoint(11 * SECOND), touchpoint(11 * SECOND + 1)]) == [("up", 0), ("up", 11_001)]


def renewal(**window: Any) -> dict[str, Any]:
    return library({"signal": "renewal", "date": {"of": "profile.renewal", **window}})


def test_a_date_fires_when_now_comes_into_its_window() -> None:
    log = [profile(0, renewal="2026-03-01"), tick(400 * DAY)]
    assert fired(renewal(ahead="30d"), log) == [("renewal", ms("2026-01-30T00:00:00") - START)]


def test_a_date_fires_at_once_where_the_profile_brings_it_into_the_window_and_not_when_it_moves_there() -> None:
    log = [profile(0, renewal="2026-01-20"), profile(HOUR, renewal="2026-01-25"), tick(400 * DAY)]
    assert fired(renewal(ahead="30d"), log) == [("renewal", 0)]


def test_a_date_that_moves_out_of_the_window_and_back_fires_again() -> None:
    log = [profile(0, renewal="2026-01-20"), profile(HOUR, renewal=None), profile(2 * HOUR, renewal="2026-01-21")]
    assert fired(renewal(ahead="30d"), log) == [("renewal", 0), ("renewal", 2 * HOUR)]


def test_a_day_after_a_date_is_a_calendar_day_of_the_customer() -> None:
    log = [profile(0, renewal="2026-03-28", time_zone="Europe/Brussels"), tick(400 * DAY)]
    # three calendar days later; the clocks go forward on the 29th
    assert fired(renewal(after="3d"), log) == [("renewal", ms("2026-03-30T22:00:00") - START)]


def test_an_instant_is_elapsed_time() -> None:
    log = [profile(0, renewal="2026-01-10T12:00:00Z"), tick(400 * DAY)]
    assert fired(renewal(ahead="36h"), log) == [("renewal", ms("2026-01-09T00:00:00") - START)]


def test_a_yearly_date_comes_each_year_with_29_february_as_the_28th_elsewhere() -> None:
    log = [profile(0, renewal="2024-02-29"), tick(800 * DAY), tick(1200 * DAY)]
    found = [at for _, at in fired(renewal(ahead="1d", yearly=True), log)]
    expected = ["2026-02-27T00:00:00", "2027-02-27T00:00:00", "2028-02-28T00:00:00", "2029-02-27T00:00:00"]
    assert found == [ms(text) - START for text in expected]


def test_days_until_turns_true_at_midnight_by_time_alone() -> None:
    made = library({"signal": "near", "when": "days_until(profile.renewal) <= 30"})
    log = [profile(0, renewal="2026-03-01"), tick(400 * DAY)]
    assert fired(made, log) == [("near", ms("2026-01-30T00:00:00") - START)]


def test_days_until_equals_a_whole_day_once() -> None:
    made = library({"signal": "near", "when": "days_until(profile.renewal) == 10"})
    log = [profile(0, renewal="2026-03-01"), tick(400 * DAY)]
    assert fired(made, log) == [("near", ms("2026-02-19T00:00:00") - START)]


def test_hours_since_the_last_order_turns_true_at_its_very_millisecond() -> None:
    made = library(
        {"signal": "quiet", "when": "hours_since(last_a) >= 2"}, features={"last_a": {"last": "time", "of": "a"}}
    )
    assert fired(made, [touchpoint(0), tick(DAY)]) == [("quiet", 2 * HOUR)]


def test_a_segment_is_read_by_name() -> None:
    made = library(
        {"signal": "fan", "when": "segment.fan"},
        features={"seen": {"count": "a"}},
        segments={"fan": "seen >= 2 and segment.adult", "adult": "profile.age >= 18"},
    )
    assert fired(made, [profile(0, age=20), touchpoint(1), touchpoint(2)]) == [("fan", 2)]


def chain() -> dict[str, Any]:
    reads = {"type": "signal.fired", "where": "properties.signal == 'first'"}
    return library(
        {"signal": "first", "follow": ["a"]},
        {"signal": "second", "follow": [reads, {"without": "b", "for": "10s"}]},
        {"signal": "third", "when": "seconds >= 1"},
        features={"seconds": {"count": "signal.fired", "where": "properties.signal == 'second'"}},
    )


def test_a_signal_reads_the_firing_of_another() -> None:
    assert fired(chain(), [touchpoint(0), tick(HOUR)]) == [("first", 0), ("second", 10_000), ("third", 10_000)]


def test_a_firing_that_is_read_has_the_per_field() -> None:
    reads = {"type": "signal.fired", "where": "properties.signal == 'first'"}
    made = library(
        {"signal": "first", "follow": ["a"], "per": "product"},
        {"signal": "second", "follow": [reads, "b"], "per": "product"},
    )
    log = [touchpoint(0, product="x"), touchpoint(1, "b", product="y"), touchpoint(2, "b", product="x")]
    assert fired(made, log) == [("first", 0), ("second", 2)]


LATENCY = {"a": {"latency": "1h"}, "b": {}, "order": {}}


def test_a_silence_over_types_with_latency_is_fulfilled_so_much_later() -> None:
    made = library({"signal": "quiet", "silent": "2h", "of": "a"}, interactions=LATENCY)
    assert fired(made, [touchpoint(0), tick(DAY)]) == [("quiet", 3 * HOUR)]


def test_a_late_one_still_breaks_a_silence_with_latency() -> None:
    made = library({"signal": "quiet", "silent": "2h", "of": "a"}, interactions=LATENCY)
    late = touchpoint(HOUR)
    log = [touchpoint(0), touchpoint(2 * HOUR + 60 * SECOND, "b"), late, tick(DAY)]
    assert fired(made, log) == [("quiet", 4 * HOUR)]


def test_each_touchpoint_with_none_behind_it_fires_with_latency() -> None:
    made = library({"signal": "quiet", "silent": "2h", "of": "a"}, interactions=LATENCY)
    log = [touchpoint(0), touchpoint(2 * HOUR), tick(DAY)]
    assert fired(made, log) == [("quiet", 3 * HOUR), ("quiet", 5 * HOUR)]


def test_only_what_lies_in_the_silence_itself_breaks_it_with_latency() -> None:
    steps = ["order", {"without": "a", "for": "2h"}]
    made = library({"signal": "s", "follow": steps}, interactions=LATENCY)
    inside = [touchpoint(0, "order"), touchpoint(2 * HOUR - 1), tick(DAY)]
    behind = [touchpoint(0, "order"), touchpoint(2 * HOUR), tick(DAY)]
    assert fired(made, inside) == []
    assert fired(made, behind) == [("s", 3 * HOUR)]


@pytest.mark.parametrize(("source", "expected"), [("tablet", [("two", 3 * HOUR)]), ("web", [])])
def test_a_source_may_come_later_than_others(source: str, expected: list[tuple[str, int]]) -> None:
    made = library(
        {"signal": "two", "when": "seen >= 2"},
        features={"seen": {"count": "a", "over": "1d"}},
        settings={"late_by": "1h", "sources": {"tablet": {"late_by": "3h"}}},
    )
    log = [touchpoint(0), touchpoint(3 * HOUR, "b"), touchpoint(60 * SECOND, source=source)]
    assert fired(made, log) == expected
