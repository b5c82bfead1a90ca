"""How follows, silents, dates and whens with `hold` or `per` stand."""

from __future__ import annotations

from typing import Any

from tests.rules.explaining.told import plan_of, signal, text, touchpoint

VIEWS = {"views_1h": {"count": "view", "over": "1h"}}
FOLLOW = ["added", {"without": ["paid", "left"], "for": "1h"}, {"type": "view", "times": 2, "within": "2h"}]


def follow(*lines: bytes, at: str, **keys: Any) -> list[str]:
    return text(plan_of(signal(follow=FOLLOW, **keys)), lines, at)[1:]


class TestFollow:
    def test_without_a_run(self) -> None:
        assert follow(touchpoint("09:00", "view"), at="10:00") == [
            "  no run, waits for added",
            "    [ ] added",
            "    [ ] 1h without left or paid",
            "    [ ] 2 times view",
        ]

    def test_a_silence_is_awaited(self) -> None:
        assert follow(touchpoint("10:00", "added"), at="10:20")[:4] == [
            "  waits for 1h without left or paid since 10:00 until 11:00; broken by left or paid",
            "    [x] added",
            "      added 10:00 (added@10:00)",
            "    [ ] 1h without left or paid",
        ]

    def test_a_silence_that_is_over_counts_from_its_end(self) -> None:
        lines = follow(touchpoint("10:00", "added"), touchpoint("11:30", "view"), at="11:40")
        assert lines == [
            "  waits for 2 times view since 11:00 until 13:00",
            "    [x] added",
            "      added 10:00 (added@10:00)",
            "    [x] 1h without left or paid",
            "    [ ] 2 times view, 1 of 2",
            "      view 11:30 (view@11:30)",
        ]

    def test_a_run_that_is_too_late_is_over(self) -> None:
        lines = follow(touchpoint("10:00", "added"), touchpoint("11:30", "view"), at="13:01")
        assert lines[0] == "  no run, waits for added (the last run ended 13:00: too late)"

    def test_the_last_silence_fires_by_time_alone(self) -> None:
        plan = plan_of(signal(follow=["added", {"without": "paid", "for": "1h"}]))
        lines = text(plan, [touchpoint("10:00", "added")], "10:20")
        assert lines[-1] == "  fires by time alone 11:00, if nothing comes before"

    def test_what_breaks_between_two_steps(self) -> None:
        steps = ["added", {"without": "paid"}, {"type": "view", "where": "value > 5", "same": ["product"]}]
        plan = plan_of(signal(follow=steps))
        lines = text(plan, [touchpoint("10:00", "added", product="tent")], "10:20")
        assert lines[1] == (
            "  waits for view where value > 5 of the same product since 10:00 until 2026-04-05 10:00; broken by paid"
        )

    def test_if_and_again(self) -> None:
        plan = plan_of(
            signal(
                follow=["added", {"without": "paid", "for": "1h"}],
                restart="latest",
                again="1d",
                **{"if": "not profile.no"},
            )
        )
        lines = [touchpoint("10:00", "added"), touchpoint("11:30", "added")]
        no = touchpoint("11:31", "profile.updated", properties={"no": True})
        assert text(plan, [*lines, no], "12:00")[-3:] == [
            "  not again before 2026-01-06 11:00",
            "  `if` would refuse it:",
            "    [ ] profile.no is True, needs to be false or missing",
        ]

    def test_the_nearest_instances_come_first(self) -> None:
        plan = plan_of(signal(follow=["added", "view", "paid"], per="product"))
        lines = [touchpoint(f"10:0{n}", "added", product=f"p{n}") for n in range(5)]
        lines.append(touchpoint("10:10", "view", product="p3"))
        shown = [line for line in text(plan, lines, "10:20") if line.startswith(("  for", "  and"))]
        assert [line[:23] for line in shown[:3]] == [
            "  for product p3: waits",
            "  for product p0: waits",
            "  for product p1: waits",
        ]
        assert shown[3] == "  and 2 further from firing"


class TestPassed:
    """Moments that pass as `if` is false are no firings."""

    PLAN = plan_of(signal(follow=["added"], per="product", **{"if": "profile.yes"}))

    def test_it_is_no_firing(self) -> None:
        assert text(self.PLAN, [touchpoint("10:00", "added", product="tent")], "10:20")[1:3] == [
            "  passed for tent 10:00: no firing, as `if` was false: profile.yes",
            "    by added 10:00 (added@10:00)",
        ]

    def test_both_are_counted(self) -> None:
        yes = touchpoint("10:30", "profile.updated", properties={"yes": True})
        lines = [touchpoint(f"10:{n}", "added", product="tent") for n in range(26, 35)]
        shown = text(self.PLAN, [*lines[:4], yes, *lines[4:]], "11:00")
        assert shown[1] == "  fired 5 times and passed 4 times; the last 5:"
        assert shown[2] == "  fired for tent 10:30: a decision only, as the signal names no channel"
        assert text(self.PLAN, lines, "11:00")[1] == "  passed 9 times; the last 5:"


class TestSilent:
    PLAN = plan_of(signal(silent="1h", of=["view", "page"]))

    def test_never_for_a_customer_who_had_none(self) -> None:
        lines = text(self.PLAN, [touchpoint("10:00", "other")], "10:20")
        assert lines[1:] == ["  no page or view yet; it never fires for a customer who had none"]

    def test_the_last_one_and_when_it_fires(self) -> None:
        assert text(self.PLAN, [touchpoint("10:00", "view")], "10:20")[1:] == [
            "  the last of page or view was view 10:00 (view@10:00), needs 1h without",
            "  fires by time alone 11:00, if nothing comes before",
        ]

    def test_after_it_has_fired(self) -> None:
        assert text(self.PLAN, [touchpoint("10:00", "view")], "11:20")[1:] == [
            "  fired 11:00: a decision only, as the signal names no channel",
            "    by view 10:00 (view@10:00)",
            "  the last of page or view was view 10:00 (view@10:00); its 1h are over, waits for a new one",
        ]

    def test_with_latency(self) -> None:
        plan = plan_of(signal(silent="1h", of="view"), interactions={"view": {"latency": "30m"}})
        assert text(plan, [touchpoint("10:00", "view")], "10:20")[1:] == [
            "  the last of view was view 10:00 (view@10:00), needs 90m without",
            "  fires by time alone 11:30, if nothing comes before",
        ]


class TestDate:
    PLAN = plan_of(signal(date={"of": "profile.renewal", "ahead": "30d"}))

    def lines(self, at: str, renewal: str) -> list[str]:
        lines = [touchpoint("09:00", "profile.updated", properties={"renewal": renewal})]
        return text(self.PLAN, lines, at)[1:]

    def test_the_window_to_come(self) -> None:
        assert self.lines("10:00", "2026-03-01") == [
            "  profile.renewal is '2026-03-01'; its window begins 2026-01-30 00:00",
            "  fires by time alone 2026-01-30 00:00, if nothing comes before",
        ]

    def test_within_it(self) -> None:
        assert self.lines("10:00", "2026-01-20")[-1] == (
            "  profile.renewal is '2026-01-20'; in its window since 2025-12-21 00:00, until 2026-01-20 00:00"
        )

    def test_over(self) -> None:
        assert self.lines("10:00", "2025-01-20") == ["  profile.renewal is '2025-01-20'; no window to come"]

    def test_none(self) -> None:
        assert self.lines("10:00", "soon") == ["  profile.renewal is 'soon'; no window to come"]


class TestWhen:
    def test_a_hold_that_runs(self) -> None:
        plan = plan_of(signal(when="views_1h >= 2", hold="10m"), features=VIEWS)
        lines = [touchpoint("10:00", "view"), touchpoint("10:05", "view")]
        assert text(plan, lines, "10:08")[1:] == [
            "  true since 10:05, must hold for 10m:",
            "    [x] views_1h is 2, needs 2 or more; the oldest of the 2 leaves the window at 11:00; until 11:00",
            "  fires by time alone 10:15, if nothing comes before",
        ]

    def test_a_hold_whose_end_time_breaks(self) -> None:
        plan = plan_of(signal(when="views_1h >= 2", hold="2h"), features=VIEWS)
        lines = [touchpoint("10:00", "view"), touchpoint("10:05", "view")]
        assert not any("fires by time alone" in line for line in text(plan, lines, "10:08"))

    def test_true_already(self) -> None:
        plan = plan_of(signal(when="views_1h >= 1"), features=VIEWS)
        lines = text(plan, [touchpoint("10:00", "view")], "10:08")
        assert lines[1:4] == [
            "  fired 10:00: a decision only, as the signal names no channel",
            "    by view 10:00 (view@10:00)",
            "  true now, fires once it has been false:",
        ]

    def test_by_time_alone(self) -> None:
        plan = plan_of(signal(when="views_1h == 1"), features=VIEWS)
        lines = [touchpoint("10:00", "view"), touchpoint("10:00", "view", id="2"), touchpoint("10:05", "view")]
        assert text(plan, lines, "10:08")[-1] == "  fires by time alone 11:00, if nothing comes before"

    def test_per_shows_each_value_seen(self) -> None:
        plan = plan_of(
            signal(when="views >= 3", per="product"), features={"views": {"count": "view", "per": "product"}}
        )
        assert text(plan, [], "10:00")[1:] == ["  waits for a first touchpoint with product"]
        lines = [
            touchpoint("10:00", "view", product="a"),
            *(touchpoint(f"10:1{n}", "view", product="b") for n in (1, 2)),
        ]
        assert text(plan, lines, "10:20")[1:] == [
            "  for product b: not true:",
            "    [ ] views is 2, needs 3 or more",
            "  for product a: not true:",
            "    [ ] views is 1, needs 3 or more",
        ]


def test_what_never_runs_says_so() -> None:
    assert text(plan_of(signal(silent="1h", of="view", status="draft")), [], "10:00") == [
        "one (draft, silent)",
        "  never runs: its status is draft",
    ]
