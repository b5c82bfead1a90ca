"""Timelines run through the evaluator, held against what they expect, and drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rules import BadTimeline, Outcome, Rig, drawn, zone_of
from rules.declaration import ExpectedFiring, Library, Timeline, TimelineStep
from rules.timeline.drawing import MOST_LINES, span
from rules.timeline.outcome import held_against
from rules.timeline.run import NAMES_NONE, Found
from tests.rules.libraries import loaded

HOUR, DAY = 3_600_000, 86_400_000
BASKET = """\
    signal: basket
    status: live
    follow:
      - basket.added
      - {without: order.placed, for: 1h}
    then: {channel: email}
"""


def outcomes(folder: Path, files: dict[str, str]) -> list[Outcome]:
    library = loaded(folder, files).library
    return [Rig(library).run(timeline) for timeline in library.timelines]


def only(folder: Path, signal: str, timeline: str, **others: str) -> Outcome:
    """The outcome of the one timeline of a signal."""
    names = {name.replace("__", "."): text for name, text in others.items()}
    files = {"signals/one.yaml": signal, "signals/one.test.yaml": timeline, **names}
    (outcome,) = outcomes(folder, files)
    return outcome


def times(outcome: Outcome) -> list[int]:
    """When it fired, in ms after the first step."""
    return [one.time - outcome.timeline.steps[0].time for one in outcome.found if one.fired]


class TestReading:
    def test_what_a_timeline_declares(self, tmp_path: Path) -> None:
        timeline = """\
        # the first line is a comment

        - name: all of it
          profile: {email_consent: true, visits: 3}
          timeline:
            - {at: "2026-07-05 10:00", type: basket.added, product: tent, value: 12, properties: {size: XL}}
            - {after: 20m, type: page_view, attention: 0.5, id: a1}
            - {after: 0s, type: page_view}
            - {at: "2026-07-05T10:10:00.5Z", type: page_view, identities: {crm: c1}}
          until: 3h
          fires:
            - {at: "2026-07-05 11:00", channel: email, late: false}
            - {at: "2026-07-05 15:00"}
        """
        files = {
            "library.yaml": "name: shop\nformat: 1\ntime_zone: Europe/Brussels\n",
            "signals/a/basket.yaml": BASKET,
            "signals/a/basket.test.yaml": timeline,
        }
        (read,) = loaded(tmp_path, files).library.timelines
        ten = 1_783_238_400_000  # 08:00 UTC, as Brussels is two hours ahead in July
        assert read == Timeline(
            signal="basket",
            name="all of it",
            file=(tmp_path / "signals/a/basket.test.yaml").as_posix(),
            line=3,
            steps=(
                TimelineStep(ten, "basket.added", (("product", "tent"), ("value", 12), ("properties", {"size": "XL"}))),
                TimelineStep(ten + HOUR // 3, "page_view", (("id", "a1"), ("attention", 0.5))),
                TimelineStep(ten + HOUR // 3, "page_view"),
                TimelineStep(ten + 2 * HOUR + 600_500, "page_view", (("identities", {"crm": "c1"}),)),
            ),
            fires=(ExpectedFiring(ten + HOUR, "email", late=False), ExpectedFiring(ten + 5 * HOUR)),
            profile=(("email_consent", True), ("visits", 3)),
            until=3 * HOUR,
        )
        assert read.end == ten + 5 * HOUR + 600_500

    def test_timelines_mean_nothing_to_the_digest(self, tmp_path: Path) -> None:
        timeline = "- {name: a, timeline: [{at: 2026-01-05 10:00, type: basket.added}], fires: []}\n"
        without = loaded(tmp_path / "a", {"signals/one.yaml": BASKET}).library
        with_one = loaded(tmp_path / "b", {"signals/one.yaml": BASKET, "signals/one.test.yaml": timeline}).library
        assert with_one.timelines
        assert with_one.digest == without.digest


class TestRunning:
    def test_time_runs_on(self, tmp_path: Path) -> None:
        timeline = """\
        - name: reminds
          timeline: [{at: 2026-01-05 10:00, type: basket.added}, {after: 20m, type: page_view}]
          until: 40m
          fires: [{at: 2026-01-05 11:00, channel: email}]
        """
        outcome = only(tmp_path, BASKET, timeline)
        assert outcome.passed
        assert times(outcome) == [HOUR]

    def test_it_ends_with_the_last_touchpoint_where_nothing_is_said(self, tmp_path: Path) -> None:
        timeline = """\
        - name: the timer that is due at the very end is in it
          timeline: [{at: 2026-01-05 10:00, type: basket.added}, {after: 1h, type: page_view}]
          fires: [{at: 2026-01-05 11:00}]
        """
        assert only(tmp_path, BASKET, timeline).passed
        early = timeline.replace("1h", "59m").replace("[{at: 2026-01-05 11:00}]", "[]")
        assert only(tmp_path, BASKET, early).passed

    @pytest.mark.parametrize("status", ["draft", "shadow", "live", "retired"])
    def test_a_signal_is_run_as_if_it_were_live(self, tmp_path: Path, status: str) -> None:
        timeline = """\
        - name: reminds
          timeline: [{at: 2026-01-05 10:00, type: basket.added}]
          until: 1h
          fires: [{at: 2026-01-05 11:00, channel: email}]
        """
        assert only(tmp_path, BASKET.replace("live", status), timeline).passed

    def test_a_profile_stands_before_the_first_touchpoint_and_fires_nothing(self, tmp_path: Path) -> None:
        signal = "signal: one\nstatus: live\nwhen: profile.visits >= 3\n"
        timeline = """\
        - name: true from the beginning
          profile: {visits: 3}
          timeline: [{at: 2026-01-05 10:00, type: page_view}, {after: 1h, type: page_view}]
          fires: []
        """
        assert only(tmp_path, signal, timeline).passed

    def test_a_profile_is_what_conditions_read_and_changes_turn(self, tmp_path: Path) -> None:
        signal = "signal: one\nstatus: live\nwhen: profile.visits >= 3\nif: profile.consent\n"
        timeline = """\
        - name: turned by a change
          profile: {visits: 2, consent: true}
          timeline:
            - {at: 2026-01-05 10:00, type: page_view}
            - {after: 1h, type: profile.updated, properties: {visits: 3}}
            - {after: 1h, type: profile.updated, properties: {visits: 1, consent: null}}
            - {after: 1h, type: profile.updated, properties: {visits: 4}}
          fires: [{at: 2026-01-05 11:00}]
        """
        outcome = only(tmp_path, signal, timeline)
        assert outcome.passed
        assert [(one.fired, one.reason) for one in outcome.found] == [(True, "no channel"), (False, "if")]

    def test_a_condition_with_a_timer_is_taken_up_with_the_profile(self, tmp_path: Path) -> None:
        """What time turns at the very first touchpoint's moment has been false before it."""
        signal = "signal: one\nstatus: live\nwhen: profile.visits >= 3 and views == 0\nhold: 1h\n"
        timeline = """\
        - name: it has been true, so it doesn't turn
          profile: {visits: 3}
          timeline: [{at: 2026-01-05 10:00, type: page_view}]
          until: 30h
          fires: [{at: "2026-01-06 11:00"}]
        """
        assert only(tmp_path, signal, timeline, features__yaml="views: {count: page_view, over: 24h}\n").passed

    def test_dates_of_the_profile(self, tmp_path: Path) -> None:
        """A date whose window has begun before the first touchpoint has had its moment."""
        signal = "signal: one\nstatus: live\ndate: {of: profile.renewal, ahead: 30d}\n"
        timeline = """\
        - name: by time, at midnight in Brussels
          profile: {renewal: "2026-03-01"}
          timeline: [{at: 2026-01-05 10:00, type: page_view}]
          until: 60d
          fires: [{at: 2026-01-30 00:00}]
        - name: at the moment of the first touchpoint
          profile: {renewal: "2026-03-01"}
          timeline: [{at: 2026-01-30 00:00, type: page_view}]
          fires: [{at: 2026-01-30 00:00}]
        - name: it was in the window already
          profile: {renewal: "2026-03-01"}
          timeline: [{at: 2026-02-05 10:00, type: page_view}]
          until: 60d
          fires: []
        - name: the customer is somewhere else
          profile: {renewal: "2026-03-01", time_zone: America/New_York}
          timeline: [{at: 2026-01-05 10:00, type: page_view}]
          until: 60d
          fires: [{at: 2026-01-30 06:00}]
        """
        files = {"library.yaml": "name: shop\nformat: 1\ntime_zone: Europe/Brussels\n", "signals/one.yaml": signal}
        ran = outcomes(tmp_path, {**files, "signals/one.test.yaml": timeline})
        assert [outcome.timeline.name for outcome in ran if not outcome.passed] == []

    def test_a_signal_that_reads_firings_brings_those_that_make_them(self, tmp_path: Path) -> None:
        chain = """\
            signal: chain
            status: draft
            follow: [{type: signal.fired, where: properties.signal == 'basket'}, order.placed]
        """
        timeline = """\
        - name: bought after the reminder
          timeline: [{at: 2026-01-05 10:00, type: basket.added}, {after: 2h, type: order.placed}]
          fires: [{at: 2026-01-05 12:00}]
        """
        files = {"signals/basket.yaml": BASKET, "signals/chain.yaml": chain, "signals/chain.test.yaml": timeline}
        (outcome,) = outcomes(tmp_path, files)
        assert outcome.passed
        (outcome,) = outcomes(tmp_path, {**files, "signals/basket.yaml": BASKET.replace("live", "draft")})
        assert not outcome.passed

    def test_late_touchpoints(self, tmp_path: Path) -> None:
        timeline = """\
        - name: the order of the log is that of the list
          timeline:
            - {at: 2026-01-05 10:00, type: page_view}
            - {after: 2h, type: page_view}
            - {at: 2026-01-05 10:30, type: basket.added}
          until: 3h
          fires: [{at: 2026-01-05 12:00, late: true}]
        """
        assert only(tmp_path, BASKET, timeline).passed
        on_time = timeline.replace("late: true", "late: false")
        assert not only(tmp_path, BASKET, on_time).passed

    def test_duplicates_by_their_id(self, tmp_path: Path) -> None:
        signal = "signal: one\nstatus: live\nfollow: [{type: page_view, times: 2}]\n"
        timeline = """\
        - name: the second is the first again
          timeline: [{at: 2026-01-05 10:00, type: page_view, id: a}, {after: 1m, type: page_view, id: a}]
          fires: []
        """
        assert only(tmp_path, signal, timeline).passed
        assert not only(tmp_path, signal, timeline.replace("id: a}]", "id: b}]")).passed

    def test_what_triggers_take_along(self, tmp_path: Path) -> None:
        timeline = """\
        - name: from the touchpoint that made it fire, and from the profile
          profile: {name: Ann}
          timeline:
            - {at: "2026-01-05 10:00", type: page_view, attention: 0.5}
          fires: [{at: "2026-01-05 10:00", carry: {share: 0.5, name: Ann, gone: null}}]
        """
        carry = "{share: touchpoint.attention, name: profile.name, gone: profile.gone}"
        signal = f"""\
        signal: read
        status: live
        follow: [page_view]
        then: {{channel: email, carry: {carry}}}
        """
        outcome = only(tmp_path, signal, timeline)
        assert outcome.passed
        assert dict(outcome.found[0].carry) == {"share": 0.5, "name": "Ann", "gone": None}

    def test_per_values(self, tmp_path: Path) -> None:
        timeline = """\
        - name: each on its own
          timeline:
            - {at: 2026-01-05 10:00, type: basket.added, product: tent}
            - {after: 30m, type: basket.added, product: "42"}
          until: 3h
          fires: [{at: 2026-01-05 11:00, per: tent}, {at: 2026-01-05 11:30, per: 42}]
        """
        assert only(tmp_path, BASKET + "    per: product\n", timeline).passed

    def test_only_what_a_signal_reads_takes_part(self, tmp_path: Path) -> None:
        timeline = "- {name: a, timeline: [{at: 2026-01-05 10:00, type: basket.added}], until: 1h, fires: []}\n"
        files = {
            "features.yaml": "views: {count: page_view}\nclicks: {count: click}\n",
            "signals/basket.yaml": BASKET,
            "signals/keen.yaml": "signal: keen\nstatus: live\nwhen: views >= 1\nthen: {carry: {clicks: clicks}}\n",
            "signals/keen.test.yaml": timeline,
        }
        library = loaded(tmp_path, files).library
        part = Rig(library).part("keen")
        assert [signal.name for signal in part.signals] == ["keen"]
        assert [feature.name for feature in part.features] == ["clicks", "views"]
        assert Rig(library).part("basket").features == ()

    def test_a_touchpoint_that_no_detector_could_take(self) -> None:
        steps = (TimelineStep(0, "basket.added"), TimelineStep(1, "page_view", (("attention", 5),)))
        timeline = Timeline("one", "a", "one.test.yaml", 1, steps, ())
        plain = Library("shop", "0" * 64, signals=())
        from rules.compile import compile_plan
        from rules.timeline import run_timeline

        with pytest.raises(BadTimeline, match=r"touchpoint 2: wrong type at \$\.attention"):
            run_timeline(compile_plan(plain), timeline)


def found(time: int, channel: str | None = None, per: str | None = None, reason: str | None = None) -> Found:
    detail = NAMES_NONE if reason == "no channel" else None
    outcome = "held" if reason else "sent"
    return Found("one", time, channel, per, late=False, reason=reason, outcome=outcome, detail=detail)


def timeline_of(*fires: ExpectedFiring) -> Timeline:
    return Timeline("one", "a", "one.test.yaml", 1, (TimelineStep(0, "basket.added"),), fires, until=10 * DAY)


class TestHeldAgainst:
    def test_what_is_not_said_is_not_compared(self) -> None:
        assert held_against(timeline_of(ExpectedFiring(5)), [found(5, "email", "tent")]).passed
        assert not held_against(timeline_of(ExpectedFiring(5, per="lamp")), [found(5, "email", "tent")]).passed
        assert not held_against(timeline_of(ExpectedFiring(5, "sms")), [found(5, "email", "tent")]).passed
        assert not held_against(timeline_of(ExpectedFiring(5, late=True)), [found(5, "email", "tent")]).passed
        assert held_against(
            timeline_of(ExpectedFiring(5, outcome="held", reason="cap")), [found(5, reason="cap")]
        ).passed
        assert not held_against(timeline_of(ExpectedFiring(5, outcome="sent")), [found(5, reason="cap")]).passed
        assert not held_against(timeline_of(ExpectedFiring(5, goes=6)), [found(5, "email")]).passed
        assert not held_against(timeline_of(ExpectedFiring(5, cancelled=6)), [found(5, "email")]).passed

    def test_what_is_taken_along(self) -> None:
        mine = [replace(found(5, "email"), carry={"warmth": 2.0, "tags": ["a"], "since": None})]
        for carry in ((("warmth", 2),), (("tags", ["a"]), ("warmth", 2)), (("since", None),), (("other", None),)):
            assert held_against(timeline_of(ExpectedFiring(5, carry=carry)), mine).passed
        outcome = held_against(timeline_of(ExpectedFiring(5, "email", carry=(("warmth", 3), ("tags", ["a"])))), mine)
        assert [line.text for line in drawn(outcome, zone_of("UTC"))][1] == (
            "           00:00:00.005  ✗  expected to fire to email, with warmth: 3, with tags: [a]: "
            "it fired to email, with warmth: 2.0"
        )

    def test_of_two_that_fire_together_the_one_that_takes_it_along(self) -> None:
        mine = [replace(found(5, per=per), carry={"n": n}) for n, per in enumerate("ab")]
        expected = ExpectedFiring(5), ExpectedFiring(5, carry=(("n", 0),))
        assert held_against(timeline_of(*expected), mine).passed

    def test_what_says_most_chooses_first(self) -> None:
        expected = ExpectedFiring(5), ExpectedFiring(5, per="tent")
        outcome = held_against(timeline_of(*expected), [found(5, per="tent"), found(5, per="lamp")])
        assert outcome.passed
        assert len(outcome.matched) == 2

    def test_each_firing_is_expected_once(self) -> None:
        outcome = held_against(timeline_of(ExpectedFiring(5), ExpectedFiring(5)), [found(5)])
        assert outcome.missing == (ExpectedFiring(5),)
        outcome = held_against(timeline_of(ExpectedFiring(5)), [found(5), found(5, per="a")])
        assert outcome.surplus == (found(5, per="a"),)

    def test_other_signals_and_refused_moments_do_not_count(self) -> None:
        other = Found("other", 5, None, None, late=False, reason=None)
        outcome = held_against(timeline_of(), [other, found(5, reason="if")])
        assert outcome.passed
        assert outcome.found == (found(5, reason="if"),)

    def test_the_nearest_of_each_other(self) -> None:
        expected = ExpectedFiring(100), ExpectedFiring(200)
        outcome = held_against(timeline_of(*expected), [found(190), found(500)])
        assert [(near.expected.time, near.found.time) for near in outcome.near] == [(200, 190), (100, 500)]


def lines(outcome: Outcome, zone: str = "UTC") -> list[str]:
    return [line.text for line in drawn(outcome, zone_of(zone))]


class TestDrawing:
    def test_what_differs(self, tmp_path: Path) -> None:
        timeline = """\
        - name: wrong in every way
          timeline:
            - {at: "2026-01-05 23:00", type: basket.added, product: tent, value: 5}
            - {after: 2h, type: basket.added}
            - {at: "2026-01-05 23:30:00.250", type: page_view}
          until: 90m
          fires:
            - {at: "2026-01-06 00:10", channel: email}
            - {at: "2026-01-06 02:00"}
        """
        outcome = only(tmp_path, BASKET + "    again: 1h\n", timeline)
        assert lines(outcome) == [
            "2026-01-05 23:00:00      ●  basket.added  product: tent, value: 5",
            "           23:30:00.250  ●  page_view  (late)",
            "2026-01-06 00:00:00      ✗  fired to email: not expected",
            "           00:10:00      ✗  expected to fire to email: the nearest fired 10m earlier",
            "           01:00:00      ●  basket.added",
            "           02:00:00      ✓  fired to email",
            "           02:30:00      ■  the end",
        ]
        assert lines(outcome, "Europe/Brussels")[0].startswith("2026-01-06 00:00:00")

    def test_what_was_found_at_the_expected_moment(self) -> None:
        outcome = held_against(timeline_of(ExpectedFiring(DAY, "sms", "tent")), [found(DAY, "email", "tent")])
        assert lines(outcome)[1:3] == [
            "1970-01-02 00:00:00  ✗  expected to fire to sms for tent: it fired to email for tent",
            "           00:00:00  ✗  fired to email for tent: not expected",
        ]

    def test_what_was_held(self) -> None:
        mine = [found(HOUR, reason="expired"), found(DAY, reason="no channel")]
        outcome = held_against(timeline_of(ExpectedFiring(HOUR), ExpectedFiring(DAY)), mine)
        assert lines(outcome)[1:3] == [
            "           01:00:00  ✓  fired, held: expired",
            "1970-01-02 00:00:00  ✓  fired, a decision only",
        ]

    def test_what_became_of_it(self) -> None:
        waited = replace(found(HOUR, "email"), goes=2 * HOUR, cancelled=3 * HOUR, detail="order.placed")
        waits = replace(found(HOUR, "email"), outcome="deferred")
        outcome = held_against(timeline_of(ExpectedFiring(HOUR, goes=2 * HOUR), ExpectedFiring(DAY)), [waited, waits])
        assert lines(outcome)[1:6] == [
            "           01:00:00  ✓  fired to email, taken back",
            "           01:00:00  ✗  fired to email, waits: not expected",
            "           02:00:00  →  goes to email",
            "           03:00:00  ←  taken back: order.placed",
            "1970-01-02 00:00:00  ✗  expected to fire: the nearest fired 23h earlier",
        ]

    def test_what_was_not_found_at_all_and_what_passed(self) -> None:
        outcome = held_against(timeline_of(ExpectedFiring(DAY, late=True)), [found(HOUR, reason="if")])
        assert lines(outcome)[1:3] == [
            "           01:00:00  ○  passed: `if` is false",
            "1970-01-02 00:00:00  ✗  expected to fire, late: not found",
        ]

    def test_values_are_shown_as_timelines_write_them(self) -> None:
        fields = ("properties", {"stars": 4, "tags": ["a", None], "gift": True}), ("value", 5)
        timeline = Timeline("one", "a", "one.test.yaml", 1, (TimelineStep(DAY, "product.reviewed", fields),), ())
        assert lines(held_against(timeline, []))[0] == (
            "1970-01-02 00:00:00  ●  product.reviewed  properties: {stars: 4, tags: [a, null], gift: true}, value: 5"
        )

    def test_what_is_long_is_cut(self) -> None:
        steps = tuple(TimelineStep(at * HOUR, "page_view", (("content", "x" * 500),)) for at in range(200))
        timeline = Timeline("one", "a", "one.test.yaml", 1, steps, (ExpectedFiring(100 * HOUR),))
        shown = lines(held_against(timeline, []))
        assert len(shown) <= MOST_LINES + 2
        assert max(map(len, shown)) < 150
        assert "✗" in "".join(shown)
        assert shown[1].split() == ["⋮"]
        assert shown[-1].endswith("■  the end")

    @pytest.mark.parametrize(
        ("millis", "text"),
        [
            (1, "1ms"),
            (1_500, "1s 500ms"),
            (60_000, "1m"),
            (4_800_000, "1h 20m"),
            (3_601_000, "1h"),
            (90_000_000, "1d 1h"),
        ],
    )
    def test_spans(self, millis: int, text: str) -> None:
        assert span(millis) == text


class TestContext:
    SUNNY = """\
        signal: sunny
        status: live
        follow: [page.viewed, {without: order.placed, for: 1h}]
        if: context.weather[profile.town] == 'sun'
        then: {channel: email}
    """

    def test_it_stands_before_the_first_step_and_changes_where_the_timeline_says(self, tmp_path: Path) -> None:
        timeline = """\
            - name: while the sun shines
              profile: {town: Ghent}
              context: {weather: {Ghent: sun}}
              timeline:
                - {at: "2026-01-05 10:00", type: page.viewed}
                - {at: "2026-01-05 11:00", type: context.updated, properties: {weather: {Ghent: rain}}}
                - {at: "2026-01-05 11:30", type: page.viewed}
              until: 3h
              fires:
                - {at: "2026-01-05 11:00"}
        """
        outcome = only(tmp_path, self.SUNNY, timeline)
        assert outcome.passed
        assert [one.reason for one in outcome.found] == [None, "if"]

    def test_a_timeline_without_any(self, tmp_path: Path) -> None:
        timeline = """\
            - name: nobody knows
              profile: {town: Ghent}
              timeline:
                - {at: "2026-01-05 10:00", type: page.viewed}
              until: 3h
              fires: []
        """
        assert only(tmp_path, self.SUNNY, timeline).passed


class TestRelated:
    def test_it_fires_where_the_profile_names_somebody(self, tmp_path: Path) -> None:
        signal = """\
            signal: claim
            status: live
            follow: [claim.filed]
            then: {channel: email, to: related.parent}
        """
        timeline = """\
            - name: to the parent
              profile: {related: {parent: p}}
              timeline: [{at: "2026-01-05 10:00", type: claim.filed}]
              fires: [{at: "2026-01-05 10:00", channel: email}]
            - name: to nobody
              timeline: [{at: "2026-01-05 10:00", type: claim.filed}]
              fires: [{at: "2026-01-05 10:00"}]
        """
        files = {"signals/claim.yaml": signal, "signals/claim.test.yaml": timeline}
        to_parent, to_nobody = outcomes(tmp_path, files)
        assert (to_parent.passed, to_nobody.passed) == (True, True)
        assert [one.reason for one in to_nobody.found] == ["no relation"]
