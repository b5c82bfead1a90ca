"""Lines as records: read once, exactly as a touchpoint of the log is; ticks only where one is due."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules import BadRecord, Partition, Plan, decode_touchpoint, replay
from rules.log_lines import SPACE, LineReader, Record
from rules.replaying import SETTLE
from rules.touchpoint import MAX_BYTES
from tests.oracle.strategies import libraries, logs
from tests.rules.driving import plan_of

GOOD = {"id": "1", "type": "a", "time": 5, "customer": "ann"}


def line(**fields: Any) -> bytes:
    return json.dumps({**GOOD, **fields}).encode()


LINES = [
    line(),
    line(time=5.9),
    line(time="2026-01-05T10:00:00.0009+01:00"),
    line(time="2026-01-05T10:00:00"),
    line(time=-1),
    line(time=10**15),
    line(time=True),
    line(time="soon"),
    line(id=""),
    line(id="x" * 257),
    line(type=None),
    line(attention=1.5),
    line(customer="\u00e9" * 200),
    line(properties={"a": [1, {"b": None}]}),
    line(properties=[]),
    line(unknown={"deep": [1]}),
    line(_log=None),
    line(_log=7),
    line(_log={"partition": "x"}),
    line(content="x" * MAX_BYTES),
    b"{}",
    b"[]",
    b"no json",
    b"\xff",
    b'{"a":' * 9_999,
    b'{"type":"clock.tick","time":5}',
]


@pytest.mark.parametrize("raw", LINES)
def test_a_line_says_what_a_record_of_the_log_says(raw: bytes) -> None:
    [record] = LineReader(SETTLE).records([raw])
    try:
        expected = decode_touchpoint(raw)
    except BadRecord:
        assert record.touchpoint is None
        return
    found = record.touchpoint
    if found is None:  # its place in the log can't be read, so that it is evaluated from its bytes
        assert "_log" in raw.decode()
        return
    assert all(getattr(found, name) == getattr(expected, name) for name in expected.__struct_fields__)


def test_a_ticks_offset_is_kept_free() -> None:
    records = list(LineReader(SETTLE).records([line(time=n * 1000) for n in range(3)]))
    assert [(one.offset, one.timestamp, one.tick) for one in records] == [
        (SPACE // 2, 0, 0),
        (3 * SPACE // 2, 1000, 0),
        (5 * SPACE // 2, 2000, 500),
    ]


def by_hand(plan: Plan, lines: Iterable[bytes]) -> list[bytes]:
    """Each line after a tick of its own, one by one, as the plain file is described."""
    partition, latest, out = Partition(plan, {}, number=0, log="replay", clock="log"), 0, list[bytes]()

    def evaluate(time: int, key: bytes | None, value: bytes) -> None:
        done = partition.evaluate([Record(partition.offset + 1, time, key, value)])
        assert done.consumed == 1
        partition.commit(done)
        out.extend(one.value for one in (*done.triggers, *done.decisions))

    def pass_time(time: int) -> None:
        evaluate(time, None, b'{"type":"clock.tick","time":%d}' % time)

    for raw in lines:
        pass_time(max(latest - SETTLE, 0))
        touchpoint = decode_touchpoint(raw)
        latest = max(latest, touchpoint.time)
        evaluate(latest, touchpoint.customer.encode(), raw)
    pass_time(latest)
    return out


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(libraries(), logs(), st.integers(1, 7))
def test_ticks_that_wake_nobody_are_left_out_without_a_trace(
    library: dict[str, Any], log: list[dict[str, Any]], size: int
) -> None:
    plan = plan_of(library)
    lines = [
        json.dumps({name: value for name, value in record.items() if name != "_append"}).encode()
        for record in log
        if record["type"] != "clock.tick"
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rules.replaying.BATCH", size)
        found = [out.value for one in replay(plan, lines) for out in (*one.slice.triggers, *one.slice.decisions)]
    assert sorted(found) == sorted(by_hand(plan, lines))


def test_too_many_timers_for_one_slice_are_all_fired_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tick that must be taken up again, before a record that isn't evaluated yet."""
    monkeypatch.setattr("rules.evaluation.MAX_TIMERS", 3)
    silent = {"signal": "s", "owner": "a", "reason": "b", "status": "live", "value": 1, "silent": "1h", "of": "a"}
    plan = plan_of({"library": {"name": "x", "format": 1}, "features": {}, "channels": {}, "signals": [silent]})
    lines = [line(id=str(n), customer=f"c{n}", time=n) for n in range(20)]
    lines += [line(id="last", customer="z", time=5_000_000), line(id="more", customer="z", time=5_000_001)]
    slices = list(replay(plan, lines))
    assert len(slices) > 6
    assert sorted(d.event_time for one in slices for d in one.slice.firings) == [3_600_000 + n for n in range(20)]
    assert sum(sum(one.slice.stats.touchpoints.values()) for one in slices) == 22
