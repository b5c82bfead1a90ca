"""Replay: plain files, dumped logs, and that a dump gives what the live run gave."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.compile import compile_plan
from rules.parse import load_library
from rules.partition import Partition
from rules.plan import Plan
from rules.replaying import BATCH, WHOLE, LinkedError, MixedLinesError, Record, Replayed, Share, replay
from tests.oracle.policed import policed_libraries, policed_logs
from tests.rules.driving import plan_of

HOUR = 3_600_000
SIGNAL = """
signal: left
owner: shop
reason: Left.
status: live
value: 1
follow: [basket.added, {without: order.placed, for: 1h}]
restart: latest
then: {channel: email}
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("library")
    (folder / "library.yaml").write_text("name: shop\nformat: 1\n")
    (folder / "channels.yaml").write_text("email: {}\n")
    (folder / "signals").mkdir()
    (folder / "signals" / "left.yaml").write_text(SIGNAL)
    return compile_plan(load_library(folder))


def touchpoint(number: int, time: int, customer: str = "ann", kind: str = "basket.added", **more: object) -> bytes:
    return json.dumps({"id": str(number), "type": kind, "time": time, "customer": customer, **more}).encode()


def fired(slices: Iterable[Replayed]) -> list[tuple[str, int]]:
    return [(one.signal, one.event_time) for replayed in slices for one in replayed.slice.firings if one.first]


def letters(slices: Iterable[Replayed]) -> list[tuple[int, str]]:
    return [(one.lines[d.offset], d.reason) for one in slices for d in one.slice.dead_letters]


class TestPlain:
    def test_time_passes_by_the_lines(self, plan: Plan) -> None:
        lines = [touchpoint(1, 0), touchpoint(2, HOUR + 501, "bob"), touchpoint(3, HOUR + 502, "ann", "order.placed")]
        assert fired(replay(plan, lines)) == [("left", HOUR)]

    def test_a_timer_waits_for_settle(self, plan: Plan) -> None:
        """At the third line a tick of 500 ms before the second stands: too early, and the order comes in time."""
        lines = [touchpoint(1, 0), touchpoint(2, HOUR + 499, "bob"), touchpoint(3, HOUR - 1, "ann", "order.placed")]
        assert fired(replay(plan, lines, until=lambda last: last)) == []

    def test_it_ends_at_the_last_touchpoint_timers_due_by_then_included(self, plan: Plan) -> None:
        assert fired(replay(plan, [touchpoint(1, 0), touchpoint(2, HOUR, "bob")])) == [("left", HOUR)]
        assert fired(replay(plan, [touchpoint(1, 0), touchpoint(2, HOUR - 1, "bob")])) == []

    def test_until_lets_time_run_on(self, plan: Plan) -> None:
        lines = [touchpoint(1, 0), touchpoint(2, 60_000, "bob")]
        assert fired(replay(plan, lines, until=lambda last: last + HOUR)) == [("left", HOUR), ("left", HOUR + 60_000)]
        assert fired(replay(plan, lines, until=lambda _: HOUR)) == [("left", HOUR)]

    def test_old_traffic_is_not_expired(self, plan: Plan) -> None:
        [sent] = [one for one in replay(plan, [touchpoint(1, 0), touchpoint(2, HOUR, "bob")]) if one.slice.triggers]
        assert json.loads(sent.slice.triggers[0].value)["data"]["customer"] == "ann"

    def test_bad_lines_are_dead_letters_with_their_line(self, plan: Plan) -> None:
        lines = [b"", b"no json", touchpoint(1, 0), b'{"id":"2"}', b"\xff", touchpoint(3, -5), b"[]", b'{"type":"x"}']
        assert [line for line, _ in letters(replay(plan, lines))] == [2, 4, 5, 6, 7, 8]

    def test_bad_lines_make_no_time_pass(self, plan: Plan) -> None:
        later = [
            touchpoint(2, 2 * HOUR, attention=7),
            touchpoint(3, 10**18),
            b'{"type":"a","time":7200000,"customer":""}',
        ]
        assert fired(replay(plan, [touchpoint(1, 0), *later, touchpoint(4, 1)])) == []

    def test_a_tick_of_a_plain_file_counts(self, plan: Plan) -> None:
        tick = b'{"type":"clock.tick","time":%d}' % HOUR
        assert fired(replay(plan, [touchpoint(1, 0), tick, touchpoint(2, 1, "ann", "order.placed")])) == [
            ("left", HOUR)
        ]

    def test_a_record_of_many_batches(self, plan: Plan) -> None:
        lines = [touchpoint(n, n * 1000, f"c{n % 7}") for n in range(3 * BATCH)]
        last = (3 * BATCH - 1) * 1000
        assert fired(replay(plan, lines, until=lambda last: last + HOUR)) == [
            ("left", last + HOUR - (6 - n) * 1000) for n in range(7)
        ]

    def test_nothing(self, plan: Plan) -> None:
        assert list(replay(plan, [])) == []
        assert list(replay(plan, [b"\n", b"  \n"], until=lambda last: last)) == []


def dumped(number: int, time: int, partition: int, offset: int, append: int, customer: str = "ann") -> bytes:
    place = {"partition": partition, "offset": offset, "time": append}
    return touchpoint(number, time, customer, _log=place)


class TestDumped:
    def test_no_tick_is_put_in(self, plan: Plan) -> None:
        lines = [dumped(1, 0, 0, 0, 5), dumped(2, 2 * HOUR, 0, 1, 2 * HOUR, "bob")]
        assert fired(replay(plan, lines)) == []
        assert fired(replay(plan, lines, until=lambda last: last)) == [("left", HOUR)]

    def test_append_times_count(self, plan: Plan) -> None:
        """A time in the future is set back to the append time; what has expired by then is held."""
        late = 60 * HOUR
        lines = [dumped(1, 0, 0, 0, late), dumped(2, 99 * HOUR, 0, 1, late), dumped(3, late + HOUR, 0, 2, late + HOUR)]
        [first, second] = [d for one in replay(plan, lines) for d in one.slice.firings]
        assert (first.event_time, first.reason) == (HOUR, "expired")
        assert (second.event_time, second.reason) == (late + HOUR, None)

    def test_with_the_logs_clock_they_do_not(self, plan: Plan) -> None:
        lines = [dumped(1, 0, 0, 0, 60 * HOUR), dumped(2, HOUR, 0, 1, 60 * HOUR)]
        [only] = [d for one in replay(plan, lines, clock="log") for d in one.slice.firings]
        assert (only.event_time, only.reason) == (HOUR, None)

    def test_partitions_keep_apart(self, plan: Plan) -> None:
        tick = b'{"type":"clock.tick","time":%d,"_log":{"partition":1,"offset":1,"time":%d}}' % (HOUR, HOUR + 500)
        slices = list(replay(plan, [dumped(1, 0, 0, 0, 5), dumped(2, 0, 1, 0, 5, "bob"), tick]))
        assert [(one.partition, d.signal) for one in slices for d in one.slice.firings] == [(1, "left")]

    def test_offsets_may_have_gaps_and_ticks_at_the_end_stand_behind_them(self, plan: Plan) -> None:
        lines = [dumped(1, 0, 0, 7, 5), dumped(2, 1, 0, 700, 6, "bob")]
        assert fired(replay(plan, lines, until=lambda last: last + HOUR)) == [("left", HOUR), ("left", HOUR + 1)]

    def test_what_was_no_touchpoint_is_none_again(self, plan: Plan) -> None:
        poison = b'{"_log":{"partition":0,"offset":0,"time":5,"key":"YW5u","value":"/w=="}}'
        null = b'{"_log":{"partition":0,"offset":1,"time":5,"key":"YW5u","value":null}}'
        other = (
            b'{"id":"1","type":"a","time":5,"customer":"ann","_log":{"partition":0,"offset":2,"time":5,"key":"Ym9i"}}'
        )
        [replayed] = list(replay(plan, [poison, null, other]))
        assert [(letter.offset, letter.key, letter.value) for letter in replayed.slice.dead_letters] == [
            (0, b"ann", b"\xff"),
            (2, b"bob", other),
        ]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([touchpoint(1, 0), dumped(2, 0, 0, 0, 5)], "a line of a dumped log; expected a plain line"),
        ([dumped(2, 0, 0, 0, 5), touchpoint(1, 0)], "a plain line; expected a line of a dumped log"),
    ],
)
def test_plain_and_dumped_lines_do_not_mix(plan: Plan, lines: list[bytes], found: str) -> None:
    with pytest.raises(MixedLinesError) as caught:
        list(replay(plan, lines))
    assert str(caught.value) == f"found {found}, as the lines before it; replay the two one by one"
    assert caught.value.line == 2


def test_a_dump_gives_what_the_live_run_gave(plan: Plan) -> None:
    """The same records by hand through partitions, in other batches, byte for byte."""
    records = [
        Record(n // 2, n * 400_000 + 7, f"c{n % 5}".encode(), touchpoint(n, n * 400_000, f"c{n % 5}"), n % 2)
        if n % 9
        else Record(n // 2, n * 400_000 + 7, None, b'{"type":"clock.tick","time":%d}' % (n * 400_000 - 500), n % 2)
        for n in range(1, 400)
    ]
    live: dict[int, list[bytes]] = {0: [], 1: []}
    partitions = [Partition(plan, {}, number=n, log="live", clock="wall") for n in (0, 1)]
    for record in records:
        done = partitions[record.partition].evaluate([record])
        partitions[record.partition].commit(done)
        live[record.partition] += [out.value for out in (*done.triggers, *done.decisions)]
    again: dict[int, list[bytes]] = {0: [], 1: []}
    for one in replay(plan, map(_as_line, records)):
        again[one.partition] += [out.value for out in (*one.slice.triggers, *one.slice.decisions)]
    assert len(live[0]) > 20
    assert {n: sorted(values) for n, values in again.items()} == {n: sorted(values) for n, values in live.items()}


def _as_line(record: Record) -> bytes:
    place = {"partition": record.partition, "offset": record.offset, "time": record.timestamp}
    assert record.value is not None
    return json.dumps({**json.loads(record.value), "_log": place}).encode()


class TestShares:
    """Customers shared out among several replays of the same lines."""

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(policed_libraries(), policed_logs(), st.booleans(), st.integers(2, 4))
    def test_together_they_give_what_the_whole_gives(
        self, library: dict[str, Any], log: list[dict[str, Any]], dumped: bool, of: int
    ) -> None:
        plan, lines = plan_of(library), [*([] if dumped else [b"no json"]), *as_lines(log, dumped)]
        parts = [made(plan, lines, Share(part, of)) for part in range(of)]
        assert sorted(one for part in parts for one in part) == sorted(made(plan, lines, WHOLE))

    def test_each_has_customers_of_its_own(self, plan: Plan) -> None:
        lines = [touchpoint(n, n, f"c{n}") for n in range(40)]
        counts = [counted(replay(plan, lines, share=Share(part, 3))) for part in range(3)]
        assert sum(counts) == 40
        assert all(counts)

    def test_time_passes_by_the_others(self, plan: Plan) -> None:
        """The order of ann comes too late to be in time, and it is bob's touchpoint that tells."""
        assert [Share(0, 2).has(key) for key in (b"ann", b"bob")] == [False, True]
        lines = [touchpoint(1, 0), touchpoint(2, HOUR + 501, "bob"), touchpoint(3, HOUR - 1, "ann", "order.placed")]
        assert fired(replay(plan, lines, share=Share(1, 2))) == fired(replay(plan, lines)) == [("left", HOUR)]

    def test_links_of_a_plain_file_go_across(self, plan: Plan) -> None:
        link = touchpoint(2, 5, "anon", "identity.linked", properties={"to": "ann"})
        lines = [touchpoint(1, 0, "anon"), link]
        with pytest.raises(LinkedError):
            [None for part in range(2) for _ in replay(plan, lines, share=Share(part, 2))]


def as_lines(log: list[dict[str, Any]], dumped: bool) -> list[bytes]:
    """A log of the oracle's as a file; dumped, it has one partition."""
    lines = []
    for offset, record in enumerate(log):
        line = {name: value for name, value in record.items() if name != "_append"}
        if dumped:
            line["_log"] = {"partition": 0, "offset": offset, "time": record["_append"]}
        lines.append(json.dumps(line).encode())
    return lines


def made(plan: Plan, lines: list[bytes], share: Share) -> list[bytes]:
    """Everything that comes of the lines: triggers, decisions, bad records."""
    all_: list[bytes] = []
    for one in replay(plan, lines, share=share):
        all_ += [sent.value for sent in (*one.slice.triggers, *one.slice.decisions)]
        all_ += [f"{one.lines[letter.offset]}: {letter.reason}".encode() for letter in one.slice.dead_letters]
    return all_


def counted(slices: Iterable[Replayed]) -> int:
    return sum(sum(one.slice.stats.touchpoints.values()) for one in slices)
