"""Two libraries over the same touchpoints: what is gained, lost, moved, decided otherwise, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rules import WHOLE, Compared, Difference, Library, Share, all_compared, compare, replay, told_difference
from rules.comparing import pairing
from rules.comparing.concerned import concerned
from rules.comparing.difference import SAMPLES
from rules.compile import compile_plan
from tests.rules.explaining.told import moment, plan_of, signal, touchpoint

VIEWS = {"views_1h": {"count": "view", "over": "1h"}, "paid": {"count": "paid"}}
LEFT = signal("left", follow=["added", {"without": "paid", "for": "1h"}], restart="latest", then={"channel": "email"})
KEEN = signal("keen", when="views_1h >= 3", then={"channel": "email"})
OTHER = signal("other", silent="1h", of="view")
EACH_MINUTE = [touchpoint(f"10:{n:02}", "view", customer=f"c{n % 5}") for n in range(60)]


def library(*signals: dict[str, Any], features: Any = VIEWS, **more: Any) -> Library:
    return plan_of(*signals, features=features, **more).library


def compared(before: Library, after: Library, lines: Sequence[bytes], share: Share = WHOLE) -> Compared:
    *_, last = compare(before, after, lines, until=lambda end: end + 3_600_000, share=share)
    return last.found


def counts(one: Difference) -> dict[str, int]:
    names = ("before", "after", "same", "gained", "lost", "moved", "decided_otherwise", "sent_before", "sent_after")
    return {name: getattr(one, name) for name in names if getattr(one, name)}


def only(before: Library, after: Library, lines: Sequence[bytes]) -> Difference:
    [one] = compared(before, after, lines).differences
    return one


def told(one: Difference) -> list[str]:
    return list(told_difference(one, ZoneInfo("UTC")))


class TestCounts:
    def test_gained(self) -> None:
        one = only(
            library(KEEN),
            library({**KEEN, "when": "views_1h >= 2"}),
            [touchpoint("10:00", "view"), touchpoint("10:30", "view")],
        )
        assert counts(one) == {"after": 1, "gained": 1, "sent_after": 1}
        assert told(one) == [
            "keen",
            "  gained: ann, 2026-01-05 10:30 sent to email",
            "    before the change, 2026-01-05 10:30:",
            "      not true:",
            "        [ ] views_1h is 2, needs 3 or more; the oldest of the 2 leaves the window at 11:00",
        ]

    def test_lost(self) -> None:
        lines = [touchpoint("10:00", "added"), touchpoint("11:30", "paid")]
        one = only(library(LEFT), library({**LEFT, "follow": ["added", {"without": "paid", "for": "2h"}]}), lines)
        assert counts(one) == {"before": 1, "lost": 1, "sent_before": 1}
        assert told(one)[1:4] == [
            "  lost: ann, 2026-01-05 11:00 sent to email",
            "    after the change, 2026-01-05 11:00:",
            "      waits for 2h without paid since 10:00 until 12:00; broken by paid",
        ]

    def test_moved(self) -> None:
        slower = {**LEFT, "follow": ["added", {"without": "paid", "for": "90m"}]}
        one = only(library(LEFT), library(slower), [touchpoint("10:00", "added"), touchpoint("12:00", "view")])
        assert counts(one) == {"before": 1, "after": 1, "moved": 1, "sent_before": 1, "sent_after": 1}
        first = "  moved: ann, before 2026-01-05 11:00 sent to email, after 2026-01-05 11:30 sent to email"
        assert told(one)[1:3] == [first, "    after the change, 2026-01-05 11:00:"]

    def test_moved_to_earlier(self) -> None:
        slower = {**LEFT, "follow": ["added", {"without": "paid", "for": "90m"}]}
        one = only(library(slower), library(LEFT), [touchpoint("10:00", "added"), touchpoint("12:00", "view")])
        assert counts(one)["moved"] == 1
        assert told(one)[2:4] == [
            "    before the change, 2026-01-05 11:00:",
            "      waits for 90m without paid since 10:00 until 11:30; broken by paid",
        ]

    def test_decided_otherwise(self) -> None:
        lines = [touchpoint("09:00", "paid"), *(touchpoint(f"10:0{n}", "view") for n in range(3))]
        one = only(library(KEEN), library({**KEEN, "if": "paid == 0"}), lines)
        assert counts(one) == {"before": 1, "after": 1, "decided_otherwise": 1, "sent_before": 1}
        assert told(one)[1:] == [
            "  decided otherwise: ann, before 2026-01-05 10:02 sent to email, after 2026-01-05 10:02 held: if",
            "    [ ] paid is 1, needs 0",
        ]

    def test_another_channel_is_another_decision(self) -> None:
        lines = [touchpoint(f"10:0{n}", "view") for n in range(3)]
        one = only(library(KEEN), library({**KEEN, "then": {}}), lines)
        assert counts(one)["decided_otherwise"] == 1

    def test_a_signal_that_only_one_library_has(self) -> None:
        lines = [touchpoint("10:00", "view")]
        one = only(library(KEEN), library(KEEN, OTHER), lines)
        assert counts(one) == {"after": 1, "gained": 1}
        assert told(one)[2] == "    before the change there is no such signal"

    def test_another_limit_of_identities(self) -> None:
        lines = [touchpoint(f"10:0{n}", "view", f"anon:{n}") for n in range(3)]
        to = {"to": "ann"}
        lines += [touchpoint(f"10:1{n}", "identity.linked", f"anon:{n}", properties=to) for n in range(3)]
        lines += [touchpoint("10:20", "view")]
        loose = {**KEEN, "when": "views_1h >= 4"}
        fewer, more = ({"identities": {"limit": limit}} for limit in (2, 5))
        one = only(library(loose, settings=fewer), library(loose, settings=more), lines)
        assert counts(one) == {"after": 1, "gained": 1, "sent_after": 1}

    def test_a_draft_that_comes_alive(self) -> None:
        one = only(library({**OTHER, "status": "draft"}), library(OTHER), [touchpoint("10:00", "view")])
        assert told(one)[2:] == [
            "    before the change, 2026-01-05 11:00:",
            "      never runs: its status is draft",
        ]

    def test_too_far_apart_to_have_moved(self) -> None:
        lines = [touchpoint("2026-01-01 10:00", "added"), touchpoint("2026-02-01 10:00", "view")]
        much_slower = {**LEFT, "follow": ["added", {"without": "paid", "for": "9d"}]}
        assert counts(only(library(LEFT), library(much_slower), lines))["gained"] == 1

    def test_the_state_is_that_of_the_moment_even_within_a_batch(self) -> None:
        """What comes after the firing, in the same batch of records, isn't in the explanation."""
        lines = [touchpoint(f"10:{n:02}", "view") for n in range(20)]
        one = only(library({**KEEN, "when": "views_1h >= 30"}), library(KEEN), lines)
        assert (
            told(one)[-1]
            == "        [ ] views_1h is 3, needs 30 or more; the oldest of the 3 leaves the window at 11:00"
        )


def test_counts_are_those_of_two_replays() -> None:
    before, after = library(KEEN, LEFT), library({**KEEN, "when": "views_1h >= 5"}, LEFT)
    one = only(before, after, EACH_MINUTE)

    def firings(of: Library) -> int:
        slices = replay(compile_plan(of), EACH_MINUTE, until=lambda end: end + 3_600_000)
        return sum(d.signal == "keen" for each in slices for d in each.slice.firings)

    assert (one.before, one.after) == (firings(before), firings(after)) == (5, 5)
    assert one.moved == 5
    assert [sample.kind for sample in one.samples] == ["moved"] * SAMPLES


def test_dumps_are_set_back_and_expire_in_both() -> None:
    """By the wall clock: neither library may see what the other made of a record."""
    lines = [
        b'{"id":"%d","type":"view","time":%d,"customer":"ann","_log":{"partition":0,"offset":%d,"time":%d}}'
        % (n, moment("12:00"), n, moment(f"10:0{n}"))
        for n in range(6)
    ]
    one = only(library(KEEN), library({**KEEN, "when": "views_1h >= 5"}), lines)
    assert [(s.before and s.before.at, s.after and s.after.at) for s in one.samples] == [
        (moment("10:02"), moment("10:04"))
    ]


def test_nothing_and_bad_lines() -> None:
    before, after = library(KEEN), library({**KEEN, "when": "views_1h >= 2"})
    assert compared(before, after, []).touchpoints == 0
    comparison = compared(before, after, [b"no json", touchpoint("10:00", "view")])
    assert (comparison.touchpoints, comparison.unread) == (1, 1)
    assert not comparison.differences[0].is_one


@pytest.mark.parametrize("of", [2, 3])
def test_shares_find_together_what_is_found_at_once(of: int) -> None:
    before, after = library(KEEN, LEFT), library({**KEEN, "when": "views_1h >= 2"}, LEFT, OTHER)
    lines = [b"no json", *EACH_MINUTE, touchpoint("11:30", "added", customer="c9")]
    whole = compared(before, after, lines)
    shared = all_compared([compared(before, after, lines, Share(part, of)) for part in range(of)])
    assert shared == whole
    assert any(one.samples for one in whole.differences)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Firings without their like give up their wait when there are too many, the oldest first."""
    monkeypatch.setattr(pairing, "MOST_WAITING", 3)
    one = only(library({**OTHER, "status": "draft"}), library(OTHER), EACH_MINUTE)
    assert counts(one) == {"after": 5, "gained": 5}


class TestConcerned:
    """Which signals must be run at all."""

    def test_only_what_changed(self) -> None:
        assert concerned(library(KEEN, LEFT), library({**KEEN, "value": 2}, LEFT)) == {"keen"}
        assert concerned(library(KEEN, LEFT), library(LEFT, OTHER)) == {"keen", "other"}
        assert concerned(library(KEEN), library({**KEEN, "owner": "b", "reason": "Other."})) == frozenset()

    def test_what_reads_a_changed_feature_or_segment(self) -> None:
        wide = {**VIEWS, "views_1h": {"count": "view", "over": "2h"}}
        assert concerned(library(KEEN, LEFT), library(KEEN, LEFT, features=wide)) == {"keen"}
        asking = {**LEFT, "if": "segment.s"}
        old, new = ({"segments": {"s": f"views_1h > {n}"}} for n in (1, 2))
        assert concerned(library(KEEN, asking, **old), library(KEEN, asking, **new)) == {"left"}

    def test_all_where_the_library_says_something_else_for_all(self) -> None:
        assert concerned(library(KEEN, LEFT), library(KEEN, LEFT, settings={"late_by": "2h"})) == {"keen", "left"}

    def test_all_of_a_chain_that_reads_firings(self) -> None:
        """By a step or by a feature, up and down the chain; what stands beside it needn't be run."""
        chained = signal("chained", follow=[{"type": "signal.fired", "where": "properties.signal == 'keen'"}, "paid"])
        heard = {"heard": {"count": "signal.fired", "where": "properties.signal == 'chained'"}}
        hearing = {**OTHER, "if": "heard == 0"}
        features = VIEWS | heard
        old = library(KEEN, LEFT, chained, hearing, features=features)
        for changed in ({**KEEN, "value": 2}, LEFT, chained, hearing), (KEEN, LEFT, chained, {**hearing, "value": 2}):
            assert concerned(old, library(*changed, features=features)) == {"keen", "chained", "other"}
        assert concerned(old, library(KEEN, {**LEFT, "value": 2}, chained, hearing, features=features)) == {"left"}
        assert concerned(old, old) == frozenset()

    def test_a_chain_of_only_one_of_the_libraries(self) -> None:
        chained = signal("chained", follow=[{"type": "signal.fired", "where": "properties.signal == 'keen'"}, "paid"])
        alone = {**chained, "follow": ["paid"]}
        assert concerned(library(KEEN, LEFT, alone), library(KEEN, LEFT, chained)) == {"keen", "chained"}
        assert concerned(library(KEEN, LEFT, chained), library(KEEN, LEFT, alone)) == {"keen", "chained"}
