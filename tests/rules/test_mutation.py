"""Small changes of a library, and whether its timelines notice them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rules import Rig, subjects, try_changes
from rules.declaration import (
    DateWindow,
    Feature,
    Follow,
    Pattern,
    Segment,
    Signal,
    Silence,
    Silent,
    Step,
    Weight,
    When,
    Without,
)
from rules.mutation import Subject, measure
from rules.mutation.change import Change
from rules.mutation.expression import edits, negated
from rules.mutation.features import changes_of_feature, changes_of_segment
from rules.mutation.signals import changes_of_signal
from tests.rules.libraries import loaded

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("views >= 5", ["views < 5", "views >= 6", "views >= 4"]),
        ("0.5 < share(a, b)", ["0.5 >= share(a, b)", "0.6 < share(a, b)", "0.4 < share(a, b)"]),
        ("heat * 2 > -0", ["heat * 2 <= -0", "heat * 3 > -0", "heat * 1 > -0", "heat * 2 > -1", "heat * 2 > -(-1)"]),
        ("kind in ['a', 'b']", ["kind not in ['a', 'b']"]),
        ("kind not  in ['a']", ["kind in ['a']"]),
        ("1 < a <= 2", ["1 >= a <= 2", "1 < a > 2", "2 < a <= 2", "0 < a <= 2", "1 < a <= 3", "1 < a <= 1"]),
        ("a and (b or c)", ["True and (b or c)", "a and (True)", "a and (False or c)", "a and (b or False)"]),
        ("not (a and b)", ["(a and b)", "not (True and b)", "not (a and True)"]),
        ("round(x, 2) == y", ["round(x, 2) != y"]),
        ("exists(a)", []),
        ("  naïve != 'é' ", ["  naïve == 'é' "]),
        ("a ==\n 1", ["a !=  1", "a ==  2", "a ==  0"]),
    ],
)
def test_edits(text: str, changed: list[str]) -> None:
    made = list(edits(text))
    assert [edit.text for edit in made if edit.text != text] == [edit.text for edit in made]
    assert sorted(edit.text for edit in made) == sorted(
        "a and (True)" if one == "a and True" else one for one in changed
    )


def test_an_edit_says_where_and_what() -> None:
    said = [(edit.offset, edit.says) for edit in edits("views >= 5 and not warm")]
    assert said == [
        (0, "`views >= 5` is dropped"),
        (15, "`not warm` is dropped"),
        (6, "`>=` becomes `<`"),
        (9, "`5` becomes `6`"),
        (9, "`5` becomes `4`"),
        (15, "`not` is dropped"),
    ]


@pytest.mark.parametrize(
    ("text", "changed"),
    [("a", ["not (a)"]), ("a and b", ["not (a and b)"]), ("a > 1", []), ("not a", [])],
)
def test_negated_where_no_edit_does_it(text: str, changed: list[str]) -> None:
    assert [edit.text for edit in negated(text)] == changed


def signal(pattern: Pattern, condition: str | None = None, again: int | None = None) -> Signal:
    return Signal("one", None, None, "live", 0.0, pattern, condition=condition, again=again)


def says(changes: list[Change]) -> list[str]:
    return [f"{'.'.join(map(str, change.path))}: {change.says}" for change in changes]


class TestChanges:
    def test_of_a_when(self) -> None:
        assert says(list(changes_of_signal(signal(When("views > 3", HOUR), "consent", DAY)))) == [
            "when: `>` becomes `<=`",
            "when: `3` becomes `4`",
            "when: `3` becomes `2`",
            "hold: `1h` becomes `30m`",
            "hold: `1h` becomes `2h`",
            "hold: `hold` is dropped",
            "if: `consent` is negated",
            "if: `if` is dropped",
            "again: `again` is dropped",
        ]

    def test_of_a_follow(self) -> None:
        steps = (
            Step(("a",), None, 90 * DAY, 2, ("product",)),
            Without(("b",)),
            Step(("c", "d"), "led_by == 'x'", HOUR),
            Silence(("e",), 1_000),
        )
        assert says(list(changes_of_signal(signal(Follow(steps))))) == [
            "follow.0.times: `times: 2` becomes `3`",
            "follow.0.times: `times: 2` becomes `1`",
            "follow.0.same: `product` of `same` is dropped",
            "follow.1: the step `without b` is dropped",
            "follow.2: the step `c, d` is dropped",
            "follow.2.within: `1h` becomes `30m`",
            "follow.2.within: `1h` becomes `2h`",
            "follow.2.where: `==` becomes `!=`",
            "follow.2.where: `where` is dropped",
            "follow.3: the step `without e` is dropped",
            "follow.3.for: `1s` becomes `500ms`",
            "follow.3.for: `1s` becomes `2s`",
            "follow: `restart: first` becomes `latest`",
        ]

    def test_what_would_be_no_follow_is_left_out(self) -> None:
        steps = (Step(("a",), None, 90 * DAY), Silence(("b",), HOUR))
        changed = [change.declared for change in changes_of_signal(signal(Follow(steps, "latest")))]
        patterns = [one.pattern for one in changed if isinstance(one, Signal)]
        assert Follow((steps[0],), "latest") in patterns
        assert Follow((steps[1],), "latest") not in patterns
        assert Follow(steps, "first") in patterns
        assert says(list(changes_of_signal(signal(Follow(steps[:1]))))) == []

    @pytest.mark.parametrize(
        ("breaker", "times", "said"),
        [("a", 1, False), ("*", 1, False), ("b", 1, True), ("a", 2, True)],
    )
    def test_restart_where_what_begins_a_run_breaks_it(self, breaker: str, times: int, said: bool) -> None:
        steps = (Step(("a",), None, 90 * DAY), Without((breaker,)), Step(("c",), None, 90 * DAY, times))
        changed = says(list(changes_of_signal(signal(Follow(steps)))))
        assert ("follow: `restart: first` becomes `latest`" in changed) is said

    def test_of_a_silence_and_a_date(self) -> None:
        assert says(list(changes_of_signal(signal(Silent(35 * DAY, ("a",)))))) == [
            "silent: `35d` becomes `420h`",
            "silent: `35d` becomes `70d`",
        ]
        assert says(list(changes_of_signal(signal(DateWindow("profile.renewal", ahead=30 * DAY))))) == [
            "date.ahead: `30d` becomes `15d`",
            "date.ahead: `30d` becomes `60d`",
            "date: `yearly` becomes `true`",
        ]
        after = changes_of_signal(signal(DateWindow("profile.renewal", after=2 * DAY, yearly=True)))
        assert says(list(after))[0] == "date.after: `2d` becomes `1d`"

    def test_of_features_and_segments(self) -> None:
        feature = Feature("views", "count", ("a",), over=HOUR, where="dwell > 5")
        assert says(list(changes_of_feature(feature))) == [
            "over: `1h` becomes `30m`",
            "over: `1h` becomes `2h`",
            "where: `>` becomes `<=`",
            "where: `5` becomes `6`",
            "where: `5` becomes `4`",
            "where: `where` is dropped",
        ]
        score = Feature("heat", "score", weights=(Weight("a", 1.0),), half_life=DAY)
        assert says(list(changes_of_feature(score)))[0] == "half_life: `1d` becomes `12h`"
        assert says(list(changes_of_segment(Segment("young", "a or b")))) == [
            ": `a` is dropped",
            ": `b` is dropped",
            ": `a or b` is negated",
        ]


FILES = {
    "features.yaml": "views: {count: page_view, over: 1h}\nclicks: {count: click, over: 1h}\n",
    "signals/keen.yaml": "signal: keen\nstatus: draft\nwhen: views >= 3\nthen: {carry: {clicks: clicks}}\n",
    "signals/keen.test.yaml": """\
        - name: three in twenty minutes
          timeline:
            - {at: 2026-01-05 10:00, type: page_view}
            - {after: 10m, type: page_view}
            - {after: 10m, type: page_view}
          fires: [{at: 2026-01-05 10:20}]
    """,
    "signals/other.yaml": "signal: other\nstatus: live\nwhen: views >= 3 and profile.vip\n",
}


def tried(folder: Path, files: dict[str, str], *names: str) -> dict[str, bool]:
    """Whether each change was noticed."""
    rig = Rig(loaded(folder, files).library)
    made = [one for subject in subjects(rig, names) for one in try_changes(rig, subject)]
    return {f"{one.change.name}: {one.change.says}": one.noticed for one in made}


class TestMeasuring:
    def test_what_a_timeline_notices(self, tmp_path: Path) -> None:
        assert tried(tmp_path, FILES, "keen") == {
            "keen: `>=` becomes `<`": True,
            "keen: `3` becomes `4`": True,
            "keen: `3` becomes `2`": True,
            "views: `1h` becomes `30m`": False,
            "views: `1h` becomes `2h`": False,
        }

    def test_a_feature_is_changed_once_for_all_that_read_it(self, tmp_path: Path) -> None:
        slow = """
            - name: three in fifty minutes
              profile: {vip: true}
              timeline:
                - {at: 2026-01-05 10:00, type: page_view}
                - {after: 25m, type: page_view}
                - {after: 25m, type: page_view}
              fires: [{at: 2026-01-05 10:50}]
        """
        found = tried(tmp_path, {**FILES, "signals/other.test.yaml": slow}, "keen", "other")
        assert found["views: `1h` becomes `30m`"]
        assert not found["views: `1h` becomes `2h`"]
        assert len([name for name in found if name.startswith("views")]) == 2

    def test_segments_are_changed_too(self, tmp_path: Path) -> None:
        files = {
            **FILES,
            "segments.yaml": "vip: profile.orders >= 3\nunread: profile.age > 5\n",
            "signals/other.yaml": "signal: other\nstatus: live\nwhen: views >= 1\nif: segment.vip\n",
            "signals/other.test.yaml": """
                - name: a good customer
                  profile: {orders: 3}
                  timeline: [{at: 2026-01-05 10:00, type: page_view}]
                  fires: [{at: 2026-01-05 10:00}]
            """,
        }
        found = tried(tmp_path, files, "other")
        assert {name: noticed for name, noticed in found.items() if name.startswith("vip")} == {
            "vip: `>=` becomes `<`": True,
            "vip: `3` becomes `4`": True,
            "vip: `3` becomes `2`": False,
        }
        assert not any(name.startswith("unread") for name in found)

    def test_without_timelines_nothing_is_noticed(self, tmp_path: Path) -> None:
        found = tried(tmp_path, FILES, "other")
        assert found
        assert not any(found.values())

    def test_what_is_no_library_any_more_is_not_tried(self, tmp_path: Path) -> None:
        rig = Rig(loaded(tmp_path, FILES).library)
        broken = replace(rig.relations.signals["keen"], pattern=When("unheard_of >= 3"))
        change = Change("signal", "keen", ("when",), 0, "it reads what isn't there", broken)
        assert list(try_changes(rig, Subject((change,), ("keen",)))) == []

    def test_it_is_bounded(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(measure, "MOST_CHANGES", 2)
        assert list(tried(tmp_path, FILES, "keen")) == [
            "keen: `>=` becomes `<`",
            "keen: `3` becomes `2`",
            "views: `1h` becomes `30m`",
            "views: `1h` becomes `2h`",
        ]
        monkeypatch.setattr(measure, "MOST_TOUCHPOINTS", 2)
        assert not any(tried(tmp_path, FILES, "keen").values())
