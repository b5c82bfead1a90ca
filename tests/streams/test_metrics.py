"""Metrics: each with meaning and remedy, all exported, labels bounded; what a slice adds."""

from __future__ import annotations

import time

import pytest
from prometheus_client.exposition import generate_latest

from rules import Decided, Forward, Slice, Stats
from streams.metrics import OTHER, PREFIX, SECONDS, SPECS, Bounded, Metrics, Spec
from streams.observe import Observer


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_each_has_meaning_remedy_and_is_exported(spec: Spec) -> None:
    assert spec.meaning.endswith(".")
    assert spec.remedy.endswith(".")
    text = generate_latest(Metrics().registry).decode()
    assert f"# TYPE {spec.full_name} {spec.kind}" in text or f"# TYPE {spec.full_name} counter" in text


def test_every_metric_is_in_the_list() -> None:
    exported = {metric.name for metric in Metrics().registry.collect() if metric.name.startswith(PREFIX)}
    assert exported == {spec.full_name.removesuffix("_total") for spec in SPECS}


def test_the_process_is_measured_too() -> None:
    assert Metrics().registry.get_sample_value("process_cpu_seconds_total") is not None


def test_histogram_counts_into_buckets_and_takes_many_at_once() -> None:
    metrics = Metrics()
    metrics.event_to_trigger.observe(0.004, ("a", "email"))
    metrics.event_to_trigger.observe(0.005, ("a", "email"), count=3)
    metrics.event_to_trigger.observe(100.0, ("a", "email"))
    labels = {"signal": "a", "channel": "email"}

    def value(suffix: str, **more: str) -> float | None:
        return metrics.registry.get_sample_value(f"telltale_event_to_trigger_seconds{suffix}", labels | more)

    assert value("_bucket", le="0.002") == 0
    assert value("_bucket", le="0.005") == 4
    assert value("_bucket", le="60.0") == 4
    assert value("_bucket", le="+Inf") == value("_count") == 5
    assert value("_sum") == pytest.approx(100.019)


def test_buckets_go_from_a_millisecond_to_a_minute() -> None:
    assert (SECONDS[0], SECONDS[-1]) == (0.001, 60.0)


def test_labels_are_bounded() -> None:
    bounded = Bounded(2)
    assert [bounded(value) for value in ("a", "b", "c", "a")] == ["a", "b", OTHER, "a"]


def decided(**changes: object) -> Decided:
    now = int(time.time() * 1000)
    made = Decided("cart", "email", "sent", None, now - 30, now - 20, False, True)
    return made._replace(**changes)


def test_what_a_slice_adds() -> None:
    metrics = Metrics()
    outcomes = {"duplicate": 1, "late": 2, "too late": 3}
    stats = Stats(touchpoints={"page_view": 4}, outcomes=outcomes, set_back=1, largest_skew=2_500)
    stats.timers, stats.timer_lateness = 2, 700
    firings = [decided(), decided(), decided(outcome="held", reason="if"), decided(event_time=5, signal="old")]
    done = Slice(consumed=9, stats=stats, firings=firings, changes=[(b"c", b"x" * 300), (b"\0", b"m")])
    Observer(metrics).delivered(done, 0.01, time.monotonic() - 0.2, time.time() * 1000)

    def value(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value("telltale_" + name, labels)

    assert value("touchpoints_total", type="page_view") == 4
    assert (value("records_total"), value("batches_total")) == (9, 1)
    assert (value("duplicates_total"), value("late_touchpoints_total"), value("too_late_touchpoints_total")) == (
        1,
        2,
        3,
    )
    assert (value("clock_skew_total"), value("clock_skew_seconds")) == (1, 2.5)
    assert (value("timers_total"), value("timer_lateness_seconds_sum")) == (2, 0.7)
    assert value("in_detector_seconds_sum") == pytest.approx(0.2, abs=0.1)
    assert value("firings_total", signal="cart") == 3
    assert value("decisions_total", signal="cart", channel="email", outcome="held", reason="if") == 1
    assert value("event_to_trigger_seconds_count", signal="cart", channel="email") == 2
    assert value("event_to_trigger_seconds_count", signal="old", channel="email") == 1
    assert value("touchpoint_to_trigger_seconds_count", signal="old", channel="email") is None
    assert value("largest_state_bytes") == 300


def test_what_identities_add() -> None:
    metrics = Metrics()
    stats = Stats(united=2, split=1, repeated=4)
    refused = decided(signal="identity.linked", channel=None, outcome="held", reason="identities")
    done = Slice(consumed=9, stats=stats, firings=[refused], forwards=[Forward(b"a", b"{}", 0)] * 3)
    Observer(metrics).delivered(done, 0.01, time.monotonic(), time.time() * 1000)

    def value(name: str) -> float | None:
        return metrics.registry.get_sample_value(f"telltale_{name}_total")

    assert (value("identities_linked"), value("identities_split"), value("links_refused")) == (2, 1, 1)
    assert (value("forwards"), value("forwards_repeated")) == (3, 4)
    assert metrics.registry.get_sample_value("telltale_firings_total", {"signal": "identity.linked"}) is None
