"""Small changes of a library, and whether its timelines notice them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rules import Rig, subjects, try_changes
from rules.declaration import (
    DateWindow,
    Feature,
    FeatureKind,
    Follow,
    Pattern,
    Restart,
    Segment,
    Signal,
    Silence,
    Silent,
    Step,
    Then,
    Types,
    Weight,
    When,
    Without,
)
from rules.mutation import Subject, measure
from rules.mutation.change import Change
from rules.mutation.expression import edits, negated, neighbours, recalculated
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
        (
            "kind in ['a', 'é', 'c']",
            [
                "kind not in ['a', 'é', 'c']",
                "kind in ['é', 'c']",
                "kind in ['a', 'c']",
                "kind in ['a', 'é']",
            ],
        ),
        ("kind not  in ['a']", ["kind in ['a']"]),
        ("1 < a <= 2", ["1 >= a <= 2", "1 < a > 2", "2 < a <= 2", "0 < a <= 2", "1 < a <= 3", "1 < a <= 1"]),
        ("a and (b or c)", ["True and (b or c)", "a and (True)", "a and (False or c)", "a and (b or False)"]),
        ("not (a and b)", ["(a and b)", "not (True and b)", "not (a and True)"]),
        ("round(x, 2) == y", ["round(x, 2) != y"]),
        ("a > (2 if b else c)", ["a <= (2 if b else c)", "a > (3 if b else c)", "a > (1 if b else c)"]),
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


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("2 * attention", ["3 * attention", "1 * attention"]),
        (
            "attention if led_by == 'x' else attention * 0.5",
            [
                "attention if led_by == 'x' else attention * 0.6",
                "attention if led_by == 'x' else attention * 0.4",
            ],
        ),
        ("5", ["6", "4"]),
        ("min(attention, 1)", []),
        ("attention > 3", []),
    ],
)
def test_what_is_calculated_with_numbers_one_off(text: str, changed: list[str]) -> None:
    assert [edit.text for edit in recalculated(text)] == changed


@pytest.mark.parametrize(
    ("written", "others"),
    [("5", ["6", "4"]), ("0.5", ["0.6", "0.4"]), ("-1", ["0", "-2"]), ("1e-07", [])],
)
def test_numbers_one_off(written: str, others: list[str]) -> None:
    assert list(neighbours(written)) == others


def signal(pattern: Pattern, condition: str | None = None, again: int | None = None, per: str | None = None) -> Signal:
    return Signal("one", None, None, "live", 0.0, pattern, per=per, condition=condition, again=again)


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
            "again: `1d` becomes `12h`",
            "again: `1d` becomes `2d`",
            "again: `again` is dropped",
        ]

    def test_of_per_and_of_the_channel(self) -> None:
        kept = replace(signal(Silent(DAY, ("a",)), per="brand"), then=Then(channel="email", content="x", expires=DAY))
        changes = list(changes_of_signal(kept))
        assert says(changes)[2:] == ["per: `per` is dropped", "then.channel: `channel` is dropped"]
        assert changes[2].declared == replace(kept, per=None)
        assert changes[3].declared == replace(kept, then=replace(kept.then, channel=None))

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
            "follow.2.type: `c` is dropped",
            "follow.2.type: `d` is dropped",
            "follow.2.within: `1h` becomes `30m`",
            "follow.2.within: `1h` becomes `2h`",
            "follow.2.where: `==` becomes `!=`",
            "follow.2.where: `where` is dropped",
            "follow.3: the step `without e` is dropped",
            "follow.3.for: `1s` becomes `500ms`",
            "follow.3.for: `1s` becomes `2s`",
            "follow: `restart: first` becomes `latest`",
        ]

    def test_of_types_one_is_dropped_and_never_the_last(self) -> None:
        silent = signal(Silent(DAY, ("a", "b.*", "c")))
        changes = list(changes_of_signal(silent))
        assert says(changes)[2:] == ["of: `a` is dropped", "of: `b.*` is dropped", "of: `c` is dropped"]
        assert [change.item for change in changes][2:] == ["a", "b.*", "c"]
        assert changes[2].declared == replace(silent, pattern=Silent(DAY, ("b.*", "c")))
        steps = (
            Step(("a",), None, 90 * DAY),
            Without(("b", "c")),
            Step(("d",), None, 90 * DAY),
            Silence(("e", "f"), DAY),
        )
        said = says(list(changes_of_signal(signal(Follow(steps)))))
        assert [text for text in said if "dropped" in text and "step" not in text] == [
            "follow.1.without: `b` is dropped",
            "follow.1.without: `c` is dropped",
            "follow.3.without: `e` is dropped",
            "follow.3.without: `f` is dropped",
        ]

    @pytest.mark.parametrize(
        ("types", "dropped"),
        [
            (("a", "b"), ["a", "b"]),
            (("a.*", "a.b", "c"), ["a.*", "c"]),
            (("a.*", "a.b.*"), ["a.*"]),
            (("*", "a", "signal.fired"), ["*", "signal.fired"]),
        ],
    )
    def test_a_type_that_another_takes_in_is_not_dropped(self, types: Types, dropped: list[str]) -> None:
        said = says(list(changes_of_signal(signal(Silent(DAY, types)))))
        assert said[2:] == [f"of: `{name}` is dropped" for name in dropped]

    @pytest.mark.parametrize(
        ("breakers", "awaited", "restart", "per", "dropped"),
        [
            (("a", "b"), Step(("a", "b"), None, DAY), "first", None, []),
            (("a", "b"), Step(("*",), None, DAY), "first", None, []),
            (("a", "b"), Step(("a",), None, DAY), "first", None, ["b"]),
            (("a", "z"), Step(("x",), None, DAY), "first", None, ["a", "z"]),
            (("a", "b"), Step(("a", "b"), "dwell > 1", DAY), "first", None, ["a", "b"]),
            (("a", "b"), Step(("a", "b"), None, DAY), "first", "brand", ["a", "b"]),
            (("a", "b"), Step(("a", "b"), None, DAY, 1, ("brand",)), "first", None, ["a", "b"]),
            (("a", "z"), Step(("x",), None, DAY), "latest", None, ["a"]),
            (("a", "z"), Step(("x",), None, DAY), "latest", "brand", ["a", "z"]),
        ],
    )
    def test_a_type_that_breaks_nothing_is_not_dropped(
        self, breakers: Types, awaited: Step, restart: Restart, per: str | None, dropped: list[str]
    ) -> None:
        """What fulfils the awaited step, or begins the run anew, does so whether or not it breaks the run."""
        steps = (Step(("z",), None, 90 * DAY), Without(breakers), awaited)
        said = says(list(changes_of_signal(signal(Follow(steps, restart), per=per))))
        assert [text for text in said if text.startswith("follow.1.without")] == [
            f"follow.1.without: `{name}` is dropped" for name in dropped
        ]

    def test_a_silence_is_broken_by_what_comes_next_too(self) -> None:
        steps = (Step(("z",), None, 90 * DAY), Silence(("a", "b"), DAY), Step(("a",), None, DAY))
        assert "follow.1.without: `a` is dropped" in says(list(changes_of_signal(signal(Follow(steps)))))

    def test_a_silence_between_two_steps_that_only_breaks(self) -> None:
        steps = (Step(("a",), None, 90 * DAY), Silence(("b",), DAY), Step(("c",), None, DAY))
        (change,) = (one for one in changes_of_signal(signal(Follow(steps))) if one.says == "`for` is dropped")
        assert change.path == ("follow", 1, "for")
        assert change.declared == signal(Follow((steps[0], Without(("b",)), steps[2])))
        assert "`for` is dropped" not in [one.says for one in changes_of_signal(signal(Follow(steps[:2])))]

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
        today = changes_of_signal(signal(DateWindow("profile.since", after=0)))
        assert says(list(today)) == ["date.after: `0d` becomes `1d`", "date: `yearly` becomes `true`"]

    def test_of_features(self) -> None:
        feature = Feature("views", "count", ("a",), over=HOUR, where="dwell > 5")
        assert says(list(changes_of_feature(feature))) == [
            "over: `1h` becomes `30m`",
            "over: `1h` becomes `2h`",
            "where: `>` becomes `<=`",
            "where: `5` becomes `6`",
            "where: `5` becomes `4`",
            "where: `where` is dropped",
        ]
        top = Feature("main", "top", ("a", "b"), "product", "dwell", per="brand")
        assert says(list(changes_of_feature(top))) == [
            "of: `a` is dropped",
            "of: `b` is dropped",
            "by: `by` is dropped",
            "per: `per` is dropped",
        ]
        trend = Feature("momentum", "trend", ("a", "b"), over=DAY, band=0.25)
        assert says(list(changes_of_feature(trend))) == [
            "trend: `a` is dropped",
            "trend: `b` is dropped",
            "over: `1d` becomes `12h`",
            "over: `1d` becomes `2d`",
            "band: `band: 0.25` becomes `0.26`",
            "band: `band: 0.25` becomes `0.24`",
        ]

    @pytest.mark.parametrize(("kind", "other"), [("first", "last"), ("last", "first"), ("min", "max"), ("max", "min")])
    def test_kinds_that_are_easily_mistaken(self, kind: FeatureKind, other: FeatureKind) -> None:
        feature = Feature("seen", kind, ("a",), "value")
        (change,) = changes_of_feature(feature)
        assert (change.path, change.says) == ((kind,), f"`{kind}` becomes `{other}`")
        assert change.declared == replace(feature, kind=other)
        assert not list(changes_of_feature(feature, valued=False))

    def test_of_a_score(self) -> None:
        weights = (Weight("a", 1.0), Weight("b", -0.5), Weight("c", "2 * attention if dwell > 5 else 1"))
        score = Feature("heat", "score", weights=weights, half_life=DAY)
        changes = list(changes_of_feature(score))
        assert says(changes) == [
            "score.a: `1` becomes `2`",
            "score.a: `1` becomes `0`",
            "score.a: `a` is dropped",
            "score.b: `-0.5` becomes `-0.4`",
            "score.b: `-0.5` becomes `-0.6`",
            "score.b: `b` is dropped",
            "score.c: `>` becomes `<=`",
            "score.c: `5` becomes `6`",
            "score.c: `5` becomes `4`",
            "score.c: `2` becomes `3`",
            "score.c: `2` becomes `1`",
            "score.c: `1` becomes `2`",
            "score.c: `1` becomes `0`",
            "score.c: `c` is dropped",
            "half_life: `1d` becomes `12h`",
            "half_life: `1d` becomes `2d`",
        ]
        assert changes[3].declared == replace(score, weights=(weights[0], Weight("b", -0.4), weights[2]))
        assert (changes[0].offset, changes[9].offset) == (None, 0)

    def test_a_weight_that_a_wider_type_gives_too_is_not_dropped(self) -> None:
        weights = (Weight("*", 2.0), Weight("a.*", 1.0), Weight("a.b", 1.0), Weight("c", 1.0))
        said = says(list(changes_of_feature(Feature("heat", "score", weights=weights))))
        assert [text for text in said if "dropped" in text] == [
            "score.*: `*` is dropped",
            "score.a.*: `a.*` is dropped",
            "score.c: `c` is dropped",
        ]

    def test_of_segments(self) -> None:
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

    def test_what_check_would_refuse_is_not_tried(self, tmp_path: Path) -> None:
        files = {
            "features.yaml": """\
                heat: {count: page_view, per: product}
                fired:
                  count: signal.fired
                  where: properties.signal == 'warm' and dwell > 1
                  per: product
            """,
            "signals/hot.yaml": "signal: hot\nstatus: live\nwhen: heat >= 3\nper: product\nif: fired == 0\n",
            "signals/next.yaml": """\
                signal: next
                status: live
                follow:
                  - type: signal.fired
                    where: properties.signal in ['hot', 'warm']
                  - page_view
                per: product
                if: heat >= 1
            """,
            "signals/warm.yaml": "signal: warm\nstatus: live\nfollow: [page_view]\n",
        }
        found = tried(tmp_path, files, "hot", "next")
        assert "heat: `per` is dropped" not in found, "`when` of hot would read no feature kept per product"
        assert "fired: `per` is dropped" in found, "`if` may ask for it of all products"
        assert {"hot: `per` is dropped", "next: `per` is dropped"}.isdisjoint(found), "they read features kept so"
        assert "next: `where` is dropped" not in found, "it would read all firings"
        assert "next: `in` becomes `not in`" not in found
        assert "next: `'hot'` is dropped" in found
        assert {"fired: `where` is dropped", "fired: `==` becomes `!=`"}.isdisjoint(found)
        assert "fired: `dwell > 1` is dropped" in found

    def test_what_is_only_asked_to_exist_is_first_as_well_as_last(self, tmp_path: Path) -> None:
        files = {
            "features.yaml": "seen: {last: channel, of: a}\nbought: {last: product, of: b}\n",
            "segments.yaml": "buyer: exists(bought) and bought != 'x'\n",
            "signals/keen.yaml": "signal: keen\nstatus: live\nfollow: [a]\nif: exists(seen) and segment.buyer\n",
        }
        found = tried(tmp_path, files, "keen")
        assert "seen: `last` becomes `first`" not in found
        assert "bought: `last` becomes `first`" in found

    @pytest.mark.parametrize(
        ("source", "reader", "restarts"),
        [
            ("follow: [a]\nagain: 14d", "", True),
            ("follow: [a]\nagain: 15d", "", False),
            ("follow: [a]", "", True),
            ("silent: 90d\nof: a", "", True),
            ("follow: [a]\nagain: 15d\nper: brand", "", True),
            ("follow: [a]\nagain: 15d\nper: brand", "per: brand", False),
            ("follow: [a]\nagain: 15d\nper: product", "per: brand", True),
            ("follow: [a]\nagain: 15d\nper: module", "", False),
            ("follow: [{type: signal.fired, where: properties.signal == 'rare'}]", "", False),
            (
                "follow: [{type: signal.fired, where: properties.signal == 'rare'}, {without: b, for: 76d}]",
                "",
                True,
            ),
        ],
    )
    def test_a_firing_that_comes_too_seldom_to_begin_a_run_twice(
        self, tmp_path: Path, source: str, reader: str, restarts: bool
    ) -> None:
        steps = (
            "[{type: signal.fired, where: properties.signal == 'source' and module == 'm'}, "
            "{type: b, within: 12d}, {without: c, for: 2d}]"
        )
        files = {
            "signals/rare.yaml": "signal: rare\nstatus: live\nfollow: [x]\nagain: 90d\n",
            "signals/source.yaml": f"signal: source\nstatus: live\n{source}\n",
            "signals/reader.yaml": f"signal: reader\nstatus: live\nfollow: {steps}\n{reader}\n",
        }
        found = tried(tmp_path, files, "reader")
        assert ("reader: `restart: first` becomes `latest`" in found) is restarts

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
