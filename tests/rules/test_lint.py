"""Each check of lint: what it finds, where, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules import Finding, lint_library, load_placed
from rules.lint import CHECKS
from tests.rules.libraries import BASE, loaded

LIBRARY = Path(__file__).parent.parent.parent / "rules" / "library"
GOOD = """\
signal: basket
owner: ecommerce
reason: A basket left for an hour is a warm lead.
status: live
follow:
  - basket.added
  - {without: order.placed, for: 1h}
cap: {count: 3, over: 7d}
then: {channel: email, expires: 24h}
"""
TESTED = """\
- name: reminds
  timeline: [{at: 2026-01-05 10:00, type: basket.added}]
  until: 1h
  fires: [{at: 2026-01-05 11:00}]
- name: bought
  timeline: [{at: 2026-01-05 10:00, type: basket.added}, {after: 5m, type: order.placed}]
  until: 1h
  fires: []
"""
FILES = {"signals/basket.yaml": GOOD, "signals/basket.test.yaml": TESTED}


def found(folder: Path, files: dict[str, str], check: str) -> list[str]:
    """What one check finds: place within the library and what was found."""
    return [said(finding, folder) for finding in lint_library(loaded(folder, files)) if finding.check == check]


def said(finding: Finding, folder: Path) -> str:
    problem = finding.problem
    file = Path(problem.file).relative_to(folder).as_posix()
    return f"{file}:{problem.line}:{problem.column} {problem.found}"


def of_condition(folder: Path, condition: str, check: str, features: str = "") -> list[str]:
    """What a check finds in a `when`."""
    text = f'signal: one\nstatus: draft\nwhen: "{condition}"\n'
    return [
        line.partition(" ")[2] for line in found(folder, {"signals/one.yaml": text, "features.yaml": features}, check)
    ]


FEATURES = """\
views: {count: page_view}
views_1h: {count: page_view, over: 1h}
products: {distinct: product, of: page_view}
heat: {score: {page_view: 1}, half_life: 1d}
mood: {score: {page_view: 1, page.error: -1}, half_life: 1d}
attention: {mean: attention, of: page_view}
spent: {sum: value, of: order.placed}
interest: {top: product, of: page_view}
momentum: {trend: page_view, over: 7d}
"""


@pytest.fixture(params=CHECKS, ids=lambda check: check.name)
def each(request: pytest.FixtureRequest) -> type:
    check: type = request.param
    return check


def test_each_check_says_what_it_is(each: type) -> None:
    assert each.__doc__
    assert each.name == each.name.lower()
    assert each.reason.endswith(".")
    assert not each.fix.endswith(".")
    assert each.severity in ("warning", "hint")


def test_names_of_checks_are_their_own() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_a_good_library_is_clean(tmp_path: Path) -> None:
    assert lint_library(loaded(tmp_path, FILES)) == []


@pytest.mark.parametrize("pack", sorted(path.parent.name for path in LIBRARY.glob("*/library.yaml")))
def test_what_ships_is_clean(pack: str) -> None:
    assert lint_library(load_placed(LIBRARY / pack)) == []


def test_a_finding_in_a_line(tmp_path: Path) -> None:
    files = {**FILES, "signals/basket.yaml": GOOD.replace("owner: ecommerce\n", "")}
    (finding,) = lint_library(loaded(tmp_path, files))
    place = f"{(tmp_path / 'signals/basket.yaml').as_posix()}:1:1"
    assert str(finding) == (
        f"{place}: warning: found the live signal `basket` without an owner; "
        "expected who answers for it; add, for example, `owner: ecommerce` [no-owner]"
    )


def test_findings_come_in_the_order_of_the_files(tmp_path: Path) -> None:
    files = {"signals/b.yaml": "signal: b\nstatus: live\nsilent: 1h\nof: a\n", "features.yaml": FEATURES}
    problems = [finding.problem for finding in lint_library(loaded(tmp_path, files))]
    assert len(problems) > 5
    assert problems == sorted(problems)


class TestSaid:
    @pytest.mark.parametrize(("key", "check"), [("owner", "no-owner"), ("reason", "no-reason")])
    def test_live_signals_have_them(self, tmp_path: Path, key: str, check: str) -> None:
        lines = [line for line in GOOD.splitlines(keepends=True) if not line.startswith(key)]
        files = {**FILES, "signals/basket.yaml": "".join(lines)}
        (place,) = found(tmp_path, files, check)
        assert place.startswith("signals/basket.yaml:1:1 the live signal `basket` without")
        draft = {**FILES, "signals/basket.yaml": "".join(lines).replace("live", "draft")}
        assert found(tmp_path, draft, check) == []

    def test_expiry(self, tmp_path: Path) -> None:
        files = {**FILES, "signals/basket.yaml": GOOD.replace(", expires: 24h", "")}
        expected = "signals/basket.yaml:9:1 a trigger of `basket` that expires after 48h, as nothing else is said"
        assert found(tmp_path, files, "no-expiry") == [expected]
        no_channel = {**FILES, "signals/basket.yaml": GOOD.replace("channel: email, expires: 24h", "content: a")}
        assert found(tmp_path, no_channel, "no-expiry") == []

    def test_caps(self, tmp_path: Path) -> None:
        expected, capped = "the live signal `basket`, which no cap bounds", "cap: {count: 3, over: 7d}\n"
        uncapped = GOOD.replace(capped, "")
        files = {**FILES, "signals/basket.yaml": uncapped}
        assert found(tmp_path, files, "no-cap") == [f"signals/basket.yaml:1:1 {expected}"]
        assert found(tmp_path, FILES, "no-cap") == []
        assert found(tmp_path, {**files, "library.yaml": f"{BASE['library.yaml']}{capped}"}, "no-cap") == []
        channels = {
            **files,
            "library.yaml": BASE["library.yaml"],
            "channels.yaml": f"email: {{{capped.strip()}}}\nsms: {{}}\n",
        }
        assert found(tmp_path, channels, "no-cap") == []
        several = {**channels, "signals/basket.yaml": uncapped.replace("channel: email", "channel: [email, sms]")}
        assert found(tmp_path, several, "no-cap") == [f"signals/basket.yaml:1:1 {expected}"]
        nowhere = {**files, "signals/basket.yaml": uncapped.replace("channel: email, expires: 24h", "content: a")}
        assert found(tmp_path, nowhere, "no-cap") == []


class TestTested:
    def test_a_live_signal_needs_both_kinds(self, tmp_path: Path) -> None:
        first, second = TESTED.split("- name: bought")
        fires, quiet = first, f"- name: bought{second}"
        assert found(tmp_path, {**FILES, "signals/basket.test.yaml": fires}, "no-firing-timeline") == []
        assert len(found(tmp_path, {**FILES, "signals/basket.test.yaml": fires}, "no-quiet-timeline")) == 1
        assert len(found(tmp_path, {**FILES, "signals/basket.test.yaml": quiet}, "no-firing-timeline")) == 1
        assert found(tmp_path, {**FILES, "signals/basket.test.yaml": quiet}, "no-quiet-timeline") == []

    def test_signals_that_always_fire_together(self, tmp_path: Path) -> None:
        twice = TESTED + TESTED.replace("reminds", "reminds again").replace("bought", "bought again")
        same = GOOD.replace("signal: basket", "signal: again").replace("order.placed", "[order.placed, order.paid]")
        files = {**FILES, "signals/basket.test.yaml": twice, "signals/same.yaml": same}
        assert found(tmp_path, files, "fires-together") == [
            "signals/basket.yaml:1:1 `basket`, which fires whenever `again` does and never else, in all timelines"
        ]
        paid = (
            "\n- {name: paid, timeline: [{at: 2026-01-05 10:00, type: basket.added}, {after: 5m, type: order.paid}], "
        )
        files["signals/same.test.yaml"] = TESTED + paid + "until: 1h, fires: []}\n"
        assert found(tmp_path, files, "fires-together") == []

    def test_once_may_be_by_chance(self, tmp_path: Path) -> None:
        same = GOOD.replace("signal: basket", "signal: again").replace("order.placed", "order.paid")
        one = TESTED.partition("- name: bought")[0]
        files = {**FILES, "signals/basket.test.yaml": one, "signals/same.yaml": same}
        assert found(tmp_path, files, "fires-together") == []


class TestReached:
    @pytest.mark.parametrize(
        "condition",
        [
            "views > 3 and views < 2",
            "views > 3 and views < 4",
            "views == 3 and views != 3",
            "views < 0",
            "products > 2 and not products",
            "views and views == 0",
            "heat <= -1",
            "attention > 1",
            "interest == 'tent' and interest == 'lamp'",
            "interest in ['a', 'b'] and interest in ['c']",
            "profile.age > 40 and profile.age < 40",
            "4 < views < 5",
            "views + 2 < 1",
            "views * 2 < 0 or heat - 1 < -1",
            "momentum == 'rising' and momentum == 'falling'",
            "views >= 5 if False else views < 0",
            "not (views >= 0)",
            "False",
        ],
    )
    def test_what_is_never_true(self, tmp_path: Path, condition: str) -> None:
        expected = f"`{condition}`, which is never true: `one` can't fire"
        assert of_condition(tmp_path, condition, "unreachable", FEATURES) == [expected]

    @pytest.mark.parametrize(
        "condition",
        [
            "views > 3 and views < 5",
            "spent > 3 and spent < 4",
            "views_1h >= 1025",
            "mood < 0",
            "heat > 3 and heat < 3.5",
            "attention == 1",
            "interest != 'a' and interest != 'b'",
            "profile.a == 1 and profile.b == 2",
            "profile.a == True and profile.a != 1",
            "profile.a == 'a' or profile.a == 'b'",
            "not (profile.age > 5) and not (profile.age <= 5)",
            "views > spent and spent > views",
            "spent >= 0",
            "profile.age >= 0",
            "touchpoint.attention >= 0",
            "exists(interest)",
        ],
    )
    def test_what_can_come_out_both_ways(self, tmp_path: Path, condition: str) -> None:
        assert of_condition(tmp_path, condition, "unreachable", FEATURES) == []
        assert of_condition(tmp_path, condition, "constant-condition", FEATURES) == []

    @pytest.mark.parametrize(
        "condition", ["views >= 0", "views > -1 or profile.a", "heat >= 0 and views != -1", "True"]
    )
    def test_what_is_always_true_never_turns_so(self, tmp_path: Path, condition: str) -> None:
        expected = f"`{condition}`, which is always true: it never turns so"
        assert of_condition(tmp_path, condition, "unreachable", FEATURES) == [expected]
        assert of_condition(tmp_path, condition, "constant-condition", FEATURES) == []

    def test_when_and_if_together(self, tmp_path: Path) -> None:
        text = "signal: one\nstatus: draft\nwhen: views >= 5\nif: views < 5 and profile.a\n"
        files = {"signals/one.yaml": text, "features.yaml": FEATURES}
        expected = "signals/one.yaml:4:5 an `if` that is never true when `when` is: `one` can't fire"
        assert found(tmp_path, files, "unreachable") == [expected]

    def test_steps(self, tmp_path: Path) -> None:
        text = """\
            signal: one
            status: draft
            follow:
              - {type: [a, b], where: "type == 'c'"}
              - {type: [a, c], where: "type == 'c'"}
              - {type: x.*, where: "type == 'c' and attention > 1"}
        """
        assert found(tmp_path, {"signals/one.yaml": text}, "unreachable") == [
            "signals/one.yaml:4:28 `type == 'c'`, which is never true: `one` can't fire",
            "signals/one.yaml:6:25 `type == 'c' and attention > 1`, which is never true: `one` can't fire",
        ]

    def test_a_retired_signal_may_be_as_it_is(self, tmp_path: Path) -> None:
        text = "signal: one\nstatus: retired\nwhen: views < 0\n"
        assert found(tmp_path, {"signals/one.yaml": text, "features.yaml": FEATURES}, "unreachable") == []

    def test_parts_that_say_nothing(self, tmp_path: Path) -> None:
        text = """\
            signal: one
            status: draft
            when: views >= 5 and (views >= 0 or profile.a > 1)
            if: "(views < 0 or profile.a) and heat >= 0"
        """
        assert found(tmp_path, {"signals/one.yaml": text, "features.yaml": FEATURES}, "constant-condition") == [
            "signals/one.yaml:3:23 `views >= 0 or profile.a > 1`, which is always true",
            "signals/one.yaml:4:7 `views < 0`, which is never true",
            "signals/one.yaml:4:35 `heat >= 0`, which is always true",
        ]

    def test_an_if_that_is_always_true(self, tmp_path: Path) -> None:
        text = "signal: one\nstatus: draft\nsilent: 1h\nof: a\nif: views >= 0\n"
        files = {"signals/one.yaml": text, "features.yaml": FEATURES}
        assert found(tmp_path, files, "constant-condition") == [
            "signals/one.yaml:5:5 `views >= 0`, which is always true"
        ]

    def test_features_and_segments(self, tmp_path: Path) -> None:
        files = {
            "features.yaml": """\
                views: {count: a, where: attention > 2}
                heat: {score: {a: 1}, half_life: 1d, where: type != 'b'}
            """,
            "segments.yaml": "keen: views >= 0\nold: segment.keen and profile.age > 60\n",
        }
        assert found(tmp_path, files, "constant-condition") == [
            "features.yaml:1:26 `attention > 2`, which is never true",
            "features.yaml:2:45 `type != 'b'`, which is always true",
            "segments.yaml:1:7 `views >= 0`, which is always true",
        ]


class TestSame:
    def test_signals(self, tmp_path: Path) -> None:
        files = {
            "features.yaml": FEATURES,
            "signals/a.yaml": "signal: a\nstatus: live\nwhen: views >= 5 and (heat > 2)\nif: profile.a\n",
            "signals/b.yaml": "signal: b\nstatus: draft\nwhen: (views>=5) and heat > 2\nif: (profile.a)\nvalue: 2\n",
            "signals/c.yaml": "signal: c\nstatus: draft\nwhen: views >= 5 and heat > 2\nif: profile.b\n",
            "signals/d.yaml": "signal: d\nstatus: retired\nwhen: views >= 5 and heat > 2\nif: profile.a\n",
        }
        (one,) = found(tmp_path, files, "same-condition")
        assert one == (
            "signals/b.yaml:1:1 `b`, which has the pattern and `if` of `a` "
            f"({(tmp_path / 'signals/a.yaml').as_posix()}:1:1)"
        )

    def test_features(self, tmp_path: Path) -> None:
        features = "a: {count: x, over: 1h}\nb: {over: 1h, count: [x]}\nc: {count: x, over: 2h}\n"
        expected = ["features.yaml:2:1 `b`, which is declared as `a` is"]
        assert found(tmp_path, {"features.yaml": features}, "same-feature") == expected

    def test_segments(self, tmp_path: Path) -> None:
        segments = "a: profile.age > 5\nb: (profile.age>5)\nc: profile.age > 6\n"
        expected = ["segments.yaml:2:1 `b`, which has the condition of `a`"]
        assert found(tmp_path, {"segments.yaml": segments}, "same-segment") == expected


def test_what_looks_back_further_than_data_live(tmp_path: Path) -> None:
    files = {
        "library.yaml": "name: shop\nformat: 1\nforget_after: 30d\n",
        "features.yaml": """\
            a: {count: x, over: 31d}
            b: {count: x, over: 30d}
            c: {trend: x, over: 16d}
            d: {count: x}
        """,
        "signals/a.yaml": "signal: a\nstatus: draft\nsilent: 35d\nof: x\nagain: 90d\n",
        "signals/b.yaml": "signal: b\nstatus: draft\nwhen: b > 5\nhold: 40d\n",
        "signals/c.yaml": """\
            signal: c
            status: draft
            follow:
              - x
              - {without: y, for: 31d}
              - {type: z, within: 45d}
              - z
        """,
        "signals/d.yaml": "signal: d\nstatus: draft\ndate: {of: profile.d, ahead: 7d, yearly: true}\n",
        "signals/e.yaml": "signal: e\nstatus: draft\ndate: {of: profile.d, ahead: 7d}\n",
    }
    assert found(tmp_path, files, "longer-than-data-live") == [
        "features.yaml:1:21 a window of 31d",
        "features.yaml:3:21 two windows of 16d",
        "signals/a.yaml:3:9 a wait of 35d",
        "signals/a.yaml:5:8 a wait of 90d",
        "signals/b.yaml:4:7 a wait of 40d",
        "signals/c.yaml:5:23 a wait of 31d",
        "signals/c.yaml:6:23 a wait of 45d",
        "signals/d.yaml:3:42 a wait of 365d",
    ]
    as_usual = {name: text for name, text in files.items() if name != "library.yaml"}
    assert found(tmp_path, as_usual, "longer-than-data-live") == ["signals/d.yaml:3:42 a wait of 365d"]


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("cap: {count: 1, over: 31d}", "a cap of all signals over 31d"),
        ("groups: {offers: {cap: {count: 1, over: 31d}}}", "a cap of the group `offers` over 31d"),
        ("content_again: 40d", "`content_again` over 40d"),
        ("cap: {count: 1, over: 30d}", None),
    ],
)
def test_triggers_that_are_counted_longer_than_data_live(tmp_path: Path, policy: str, said: str | None) -> None:
    """A customer who was forgotten meanwhile may get one more than the cap says."""
    files = {"library.yaml": f"name: shop\nformat: 1\nforget_after: 30d\n{policy}\n"}
    expected = [] if said is None else [f"library.yaml:3:15 {said}"]
    assert found(tmp_path, files, "longer-than-data-live") == expected


def test_deprecated_types(tmp_path: Path) -> None:
    files = {
        "interactions.yaml": "old: {deprecated: new}\nnew: {}\n",
        "features.yaml": """\
            a: {count: [new, old]}
            b: {sum: value, of: old}
            c: {score: {old: 1}, half_life: 1d}
            d: {count: '*'}
        """,
        "signals/a.yaml": "signal: a\nstatus: draft\nsilent: 35d\nof: [new, old]\n",
        "signals/b.yaml": "signal: b\nstatus: draft\nfollow: [old, {type: old}, {without: [old], for: 1h}]\n",
        "signals/c.yaml": "signal: c\nstatus: retired\nsilent: 35d\nof: old\n",
    }
    assert found(tmp_path, files, "deprecated-type") == [
        "features.yaml:1:18 the deprecated type `old`",
        "features.yaml:2:21 the deprecated type `old`",
        "features.yaml:3:13 the deprecated type `old`",
        "signals/a.yaml:4:11 the deprecated type `old`",
        "signals/b.yaml:3:10 the deprecated type `old`",
        "signals/b.yaml:3:22 the deprecated type `old`",
        "signals/b.yaml:3:39 the deprecated type `old`",
    ]


def test_what_nothing_reads(tmp_path: Path) -> None:
    files = {
        "features.yaml": "".join(f"{name}: {{count: {name}}}\n" for name in "abcdefg"),
        "segments.yaml": "one: a > 1\ntwo: segment.one\nthree: b > 1\nfour: c > 1\n",
        "signals/a.yaml": "signal: a\nstatus: live\nwhen: segment.two\nif: d > 1\nthen: {carry: {e: e}}\n",
        "signals/b.yaml": "signal: b\nstatus: retired\nwhen: f > 1 and segment.three\n",
        "signals/c.yaml": "signal: c\nstatus: draft\nsilent: 1h\nof: x\nif: \"'segment.four' == profile.a\"\n",
    }
    assert found(tmp_path, files, "unused-feature") == [
        f"features.yaml:{line}:1 the feature `{name}`, which no signal reads"
        for line, name in ((2, "b"), (3, "c"), (6, "f"), (7, "g"))
    ]
    assert found(tmp_path, files, "unused-segment") == [
        "segments.yaml:3:1 the segment `three`, which no signal reads",
        "segments.yaml:4:1 the segment `four`, which no signal reads",
    ]


def test_a_step_that_waits_for_what_does_not_run(tmp_path: Path) -> None:
    step = "{type: signal.fired, where: \"properties.signal in ['a', 'b']\"}"
    files = {
        "signals/a.yaml": "signal: a\nstatus: draft\nsilent: 1h\nof: x\n",
        "signals/b.yaml": "signal: b\nstatus: retired\nsilent: 2h\nof: x\n",
        "signals/c.yaml": f"signal: c\nstatus: live\nfollow: [x, {step}]\n",
    }
    expected = "signals/c.yaml:3:42 a step that waits for a, b, which doesn't run"
    assert found(tmp_path, files, "unreachable") == [expected]
    files["signals/b.yaml"] = files["signals/b.yaml"].replace("retired", "shadow")
    assert found(tmp_path, files, "unreachable") == []
