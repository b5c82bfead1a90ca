"""A customer's life in files and in topics: firings, how near signals came, and any moment before the end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rules import Explainer, Kept, Life, Partition, Plan, as_json, life_in, life_of, names_of, replay, told
from rules.explaining import near
from rules.replaying import Record
from tests.rules.explaining.told import explained, lived, moment, plan_of, signal, text, touchpoint

VIEWS = {"views_1h": {"count": "view", "over": "1h"}}
LEFT = signal("left", follow=["added", {"without": "paid", "for": "1h"}], then={"channel": "email"})
KEEN = signal("keen", when="views_1h >= 5")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(LEFT, KEEN, features=VIEWS)


class TestReplayed:
    def test_what_fired_and_on_which_touchpoints(self, plan: Plan) -> None:
        lines = [touchpoint("10:00", "added"), touchpoint("12:00", "view", "bob")]
        assert text(plan, lines)[-5:-3] == ["  fired 11:00: sent to email", "    by added 10:00 (added@10:00)"]
        [left] = [one for one in explained(plan, lines).signals if one.signal == "left"]
        assert [(one.at, one.outcome, [seen.type for seen in one.touchpoints]) for one in left.fired] == [
            (moment("11:00"), "sent", ["added"])
        ]

    def test_it_is_what_a_replay_decides(self, plan: Plan) -> None:
        lines = [touchpoint(f"{n // 60 + 8:02}:{n % 60:02}", "added" if n % 70 == 0 else "view") for n in range(400)]
        _, _, life = lived(plan, lines)
        decided = [d for one in replay(plan, lines) for d in one.slice.firings]
        assert len(decided) > 3
        assert [(one.signal, one.at, one.outcome, one.reason) for one in life.fired] == [
            (one.signal, one.event_time, one.outcome, one.reason) for one in decided
        ]

    def test_other_customers_make_time_pass(self, plan: Plan) -> None:
        """What is late is late by the customer's own clock, timers fire by everybody's."""
        lines = [touchpoint("10:00", "added"), touchpoint("11:00", "view", "bob"), touchpoint("10:30", "paid")]
        assert [one.at for one in lived(plan, lines)[2].fired] == []
        lines.insert(2, touchpoint("11:01", "view", "bob"))
        assert [one.at for one in lived(plan, lines)[2].fired] == [moment("11:00")]

    def test_as_of_a_moment(self, plan: Plan) -> None:
        lines = [*(touchpoint(f"10:0{n}", "view") for n in range(6)), touchpoint("10:01", "view", id="late")]
        assert "views_1h is 3" in "\n".join(text(plan, lines, "10:02"))
        assert lived(plan, lines, "10:03")[2].fired == ()
        assert [one.signal for one in lived(plan, lines, "10:04")[2].fired] == ["keen"]

    def test_time_runs_on_to_the_moment(self, plan: Plan) -> None:
        lines = [touchpoint("10:00", "added")]
        assert lived(plan, lines)[2].fired == ()
        assert [one.at for one in lived(plan, lines, "2026-02-01 00:00")[2].fired] == [moment("11:00")]

    def test_one_who_was_never_seen(self, plan: Plan) -> None:
        of = explained(plan, [touchpoint("10:00", "view", "bob")])
        assert (of.clock, of.at) == (None, moment("10:00"))
        assert next(told(of)).endswith(f", never seen, {plan.version}")
        assert explained(plan, []).clock is None

    def test_records_that_cannot_be_used(self, plan: Plan) -> None:
        lines = [
            touchpoint("10:00", "view"),
            touchpoint("10:01", "view", attention=7),
            touchpoint("10:02", "signal.fired"),
        ]
        assert [(one.line, one.reason) for one in lived(plan, lines)[2].unused] == [
            (2, "wrong type"),
            (3, "reserved type"),
        ]

    def test_a_signal_that_another_one_made(self) -> None:
        chain = plan_of(
            signal("first", when="views_1h >= 1"),
            signal("second", follow=[{"type": "signal.fired", "where": "properties.signal == 'first'"}, "paid"]),
            features=VIEWS,
        )
        lines = [touchpoint("10:00", "view"), touchpoint("10:05", "paid")]
        assert [line for line in text(chain, lines) if "signal.fired 10:00" in line] == [
            f"    by signal.fired 10:00 (first:ann:{moment('10:00')})"
        ]


def dumped(line: bytes, offset: int, append: str, partition: int = 1) -> bytes:
    place = {"partition": partition, "offset": offset, "time": moment(append)}
    return json.dumps({**json.loads(line), "_log": place}).encode()


def tick(at: str, offset: int, partition: int = 1) -> bytes:
    return dumped(json.dumps({"type": "clock.tick", "time": moment(at)}).encode(), offset, at, partition)


class TestDumped:
    LINES = (
        dumped(touchpoint("10:00", "added"), 0, "10:00"),
        dumped(touchpoint("10:00", "added", "bob"), 0, "10:00", 2),
        tick("11:30", 1, 2),
        dumped(touchpoint("10:30", "view"), 1, "11:35"),
        tick("11:40", 2),
    )

    def test_only_the_ticks_of_the_customers_partition_count(self, plan: Plan) -> None:
        life = life_of(plan, "ann", self.LINES)
        assert [one.at for one in life.fired] == [moment("11:00")]
        assert life_of(plan, "ann", self.LINES[:4]).fired == ()

    def test_a_moment_is_that_of_the_append_by_the_wall_clock(self, plan: Plan) -> None:
        assert "view@10:30" not in life_of(plan, "ann", self.LINES, at=moment("11:34")).known
        assert "view@10:30" in life_of(plan, "ann", self.LINES, at=moment("11:35")).known

    def test_and_the_records_own_by_the_logs(self, plan: Plan) -> None:
        assert "view@10:30" in life_of(plan, "ann", self.LINES, clock="log", at=moment("10:30")).known
        assert "view@10:30" not in life_of(plan, "ann", self.LINES, clock="log", at=moment("10:29")).known

    def test_a_time_in_the_future_was_set_back(self, plan: Plan) -> None:
        life = life_of(plan, "ann", [dumped(touchpoint("10:30", "view"), 0, "10:10")])
        assert life.known["view@10:30"].at == moment("10:10")


class TestNearest:
    def test_the_nearest_miss_is_remembered(self, plan: Plan) -> None:
        lines = [*(touchpoint(at, "view") for at in ("10:00", "10:10", "10:20", "10:30")), touchpoint("14:00", "view")]
        assert text(plan, lines)[1:6] == [
            "  not true:",
            "    [ ] views_1h is 1, needs 5 or more; the one leaves the window at 15:00",
            "  came nearest 2026-01-05 10:30:",
            "    not true:",
            "      [ ] views_1h is 4, needs 5 or more; the oldest of the 4 leaves the window at 11:00",
        ]

    def test_a_silence_just_before_it_was_broken(self) -> None:
        plan = plan_of(LEFT)
        lines = [
            touchpoint("10:00", "added"),
            touchpoint("10:50", "paid"),
            touchpoint("12:00", "added"),
            touchpoint("12:01", "paid"),
        ]
        assert "  came nearest 2026-01-05 10:50:" in text(plan, lines)

    def test_a_run_whose_last_step_never_came(self) -> None:
        plan = plan_of(signal(follow=["added", "view", {"type": "paid", "within": "1h"}]))
        lines = [touchpoint("10:00", "added"), touchpoint("10:50", "view"), touchpoint("13:00", "page")]
        assert text(plan, lines)[-7:-4] == [
            "  came nearest 2026-01-05 10:50:",
            "    waits for paid since 10:50 until 11:50",
            "      [x] added",
        ]

    def test_a_long_life_is_not_looked_at_for_ever(self, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(near, "MOST_ASKED", 10)
        _, misses, _ = lived(plan, [touchpoint(f"10:{n:02}", "view") for n in range(40)])
        assert misses.exhausted

    def test_not_of_what_fired_nor_of_what_is_nearest_now(self, plan: Plan) -> None:
        assert not any("nearest" in line for line in text(plan, [touchpoint("10:00", "view")]))
        assert not any("nearest" in line for line in text(plan_of(LEFT), [touchpoint("10:00", "added")], "12:00"))


class TestKept:
    """What the topics of a running installation hold."""

    def kept(self, plan: Plan, lines: list[bytes]) -> Kept:
        states: dict[bytes, bytes] = {}
        partition = Partition(plan, states, number=0, log="log", clock="log")
        records = [
            Record(at, json.loads(line)["time"], None if b"clock.tick" in line else b"ann", line)
            for at, line in enumerate(lines)
        ]
        done = partition.evaluate(records)
        partition.commit(done)
        return Kept(
            states.get(b"ann"),
            states[b"\0"],
            [line for line in lines if b"clock.tick" not in line],
            [out.value for out in done.decisions],
            [out.value for out in done.triggers],
        )

    def test_decisions_triggers_and_touchpoints_come_together(self, plan: Plan) -> None:
        ticking = json.dumps({"type": "clock.tick", "time": moment("11:00")}).encode()
        kept = self.kept(plan, [touchpoint("10:00", "added"), ticking])
        life = life_in(kept, plan, "ann", moment("11:05"))
        [one] = life.fired
        assert (one.signal, one.at, one.outcome, one.channel, one.foreseen) == (
            "left",
            moment("11:00"),
            "sent",
            "email",
            False,
        )
        assert [(seen.type, seen.at) for seen in one.touchpoints] == [("added", moment("10:00"))]

    def test_what_is_due_but_not_decided_yet_is_foreseen(self, plan: Plan) -> None:
        life = life_in(self.kept(plan, [touchpoint("10:00", "added")]), plan, "ann", moment("11:05"))
        assert [(one.at, one.foreseen) for one in life.fired] == [(moment("11:00"), True)]

    def test_without_a_moment_it_ends_at_the_partitions_time(self, plan: Plan) -> None:
        ticking = json.dumps({"type": "clock.tick", "time": moment("10:30")}).encode()
        kept = self.kept(plan, [touchpoint("10:00", "added"), ticking])
        assert life_in(kept, plan, "ann", None).now == moment("10:30")

    def test_it_never_ends_before_the_customers_clock(self, plan: Plan) -> None:
        kept = self.kept(plan, [touchpoint("10:00", "added")])
        assert life_in(kept, plan, "ann", moment("09:00")).now == moment("10:00")

    def test_a_decision_written_twice_is_one_firing_and_what_is_none_is_left_out(self, plan: Plan) -> None:
        ticking = json.dumps({"type": "clock.tick", "time": moment("11:00")}).encode()
        kept = self.kept(plan, [touchpoint("10:00", "added"), ticking])
        odd = [b"no json", b"{}", kept.decisions[0].replace(str(moment("11:00")).encode(), b"soon")]
        twice = Kept(kept.state, kept.marker, [b"no json"], [*odd, *kept.decisions, *kept.decisions], [b"{}"])
        life = life_in(twice, plan, "ann", moment("11:05"))
        assert [(one.at, one.touchpoints) for one in life.fired] == [(moment("11:00"), ())]

    def test_nobody(self, plan: Plan) -> None:
        assert life_in(Kept(None), plan, "ann", 5) == Life("ann", 5, None)

    def test_a_state_of_another_library_is_taken_up(self, plan: Plan) -> None:
        kept = self.kept(plan, [touchpoint("10:00", "view")])
        other = plan_of(signal("keen", when="views_1h >= 6"), features=VIEWS)
        explainer, _, _ = lived(other, [])
        life = life_in(kept, other, "ann", moment("10:10"))
        assert "views_1h is 1, needs 6 or more" in "\n".join(told(explainer.explain(life)))


def test_json_says_times_in_rfc3339(plan: Plan) -> None:
    lines = [touchpoint("10:00", "added"), touchpoint("10:10", "view")]
    data = json.loads(as_json(explained(plan, lines)))
    assert data["at"] == "2026-01-05T10:10:00.000Z"
    [keen, left] = data["signals"]
    assert keen["instances"][0]["now"]["asked"]["values"] == [
        {"of": "views_1h", "value": 1, "is_time": False, "leaves_at": "2026-01-05T11:10:00.000Z", "kept": 1}
    ]
    assert left["instances"][0]["fires_at"] == "2026-01-05T11:00:00.000Z"


def test_times_are_in_the_librarys_zone(tmp_path: Path) -> None:
    plan = plan_of(LEFT, settings={"time_zone": "Europe/Brussels"})
    lines = list(told(explained(plan, [touchpoint("23:30", "added")])))
    assert lines[0].startswith("ann at 2026-01-06 00:30 (Europe/Brussels), last heard of 2026-01-06 00:30")
    assert lines[3] == "  waits for 1h without paid since 00:30 until 01:30; broken by paid"


class TestLinked:
    """A customer of several ids: all that they did is told, under the one id that is the customer."""

    LINES = (
        touchpoint("10:00", "added", "anon:1"),
        touchpoint("10:05", "identity.linked", "anon:1", properties={"to": "ann"}),
        touchpoint("10:10", "view", "anon:1"),
        touchpoint("12:00", "view", "bob"),
    )

    @pytest.mark.parametrize("asked", ["ann", "anon:1"])
    def test_in_a_file(self, plan: Plan, asked: str) -> None:
        names = names_of(asked, self.LINES)
        assert names == {"ann", "anon:1"}
        life = life_of(plan, asked, self.LINES, names=names)
        assert life.customer == "ann"
        assert [(one.signal, one.at, one.touchpoints[0].type) for one in life.fired] == [
            ("left", moment("11:00"), "added")
        ]
        assert "views_1h is 0" in "\n".join(told(Explainer(plan).explain(life)))
        at_view = life_of(plan, asked, self.LINES, at=moment("10:11"), names=names)
        assert "views_1h is 1" in "\n".join(told(Explainer(plan).explain(at_view)))

    def test_names_that_links_join(self) -> None:
        pairs = [("a", "b"), ("c", "d"), ("e", "e"), ("d", "b")]
        lines = [touchpoint("10:00", "identity.linked", one, properties={"to": other}) for one, other in pairs]
        lines += [b"{", touchpoint("10:00", "view", "z", properties={"to": "a", "x": "identity.linked"})]
        assert names_of("a", lines) == {"a", "b", "c", "d"}
        assert names_of("z", lines) == {"z"}
