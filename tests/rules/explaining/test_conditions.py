"""Conditions asked part by part: values, needs, and what time alone will do to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from rules import Explained
from rules.explaining.explained import Asked, WhenNow
from tests.rules.explaining.told import explained, plan_of, signal, text, touchpoint

VIEWS = {"views_1h": {"count": "view", "over": "1h"}}
THREE = [touchpoint(at, "view") for at in ("10:04", "10:20", "10:40")]


def condition(
    written: str, *, at: str, features: Any = VIEWS, lines: Sequence[bytes] = THREE, **files: Any
) -> list[str]:
    """The tree of a `when` that isn't true, as text."""
    told = text(plan_of(signal(when=written), features=features, **files), lines, at)
    return [line.removeprefix("    ") for line in told[told.index("  not true:") + 1 :] if line.startswith("    ")]


def asked(of: Explained) -> Asked:
    standing = of.signals[0].instances[0].now
    assert isinstance(standing, WhenNow)
    return standing.asked


def test_what_it_is_what_it_needs_and_when_the_window_moves() -> None:
    plan = plan_of(signal(when="views_1h >= 5"), features=VIEWS)
    assert text(plan, THREE, "10:50") == [
        "one (live, when)",
        "  not true:",
        "    [ ] views_1h is 3, needs 5 or more; the oldest of the 3 leaves the window at 11:04",
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("views_1h > 3", "[ ] views_1h is 3, needs more than 3; the oldest of the 3 leaves the window at 11:04"),
        ("5 <= views_1h", "[ ] views_1h is 3, needs 5 or more; the oldest of the 3 leaves the window at 11:04"),
        (
            "not views_1h >= 3",
            "[ ] views_1h is 3, needs less than 3; the oldest of the 3 leaves the window at 11:04; by time alone 11:04",
        ),
        (
            "views_1h in [1, 7]",
            "[ ] views_1h is 3, needs one of 1, 7; the oldest of the 3 leaves the window at 11:04; by time alone 11:20",
        ),
        ("profile.vip", "[ ] profile.vip is missing, needs to be true"),
        ("exists(profile.vip)", "[ ] profile.vip is missing, needs a value"),
        ("not exists(profile.town)", "[ ] profile.town is 'Gent', needs to be missing"),
        ("profile.town == 'Brugge'", "[ ] profile.town is 'Gent', needs 'Brugge'"),
        ("profile.age >= profile.limit", "[ ] profile.age is 30, needs profile.limit (missing) or more"),
        ("profile.age / 2 > 20", "[ ] profile.age / 2 is 15 (profile.age is 30), needs more than 20"),
        ("lower(profile.town) == 'x'", "[ ] lower(profile.town) is 'gent' (profile.town is 'Gent'), needs 'x'"),
        ("touchpoint.value > 5", "[ ] touchpoint.value is asked at each touchpoint, needs more than 5"),
    ],
)
def test_needs(written: str, said: str) -> None:
    profile = touchpoint("09:00", "profile.updated", properties={"town": "Gent", "age": 30})
    assert condition(written, at="10:50", lines=[profile, *THREE])[0] == said


def test_a_part_that_is_met_says_until_when() -> None:
    assert condition("views_1h >= 2 and views_1h < 3", at="10:50") == [
        "[ ] all of:",
        "  [x] views_1h is 3, needs 2 or more; the oldest of the 3 leaves the window at 11:04; until 11:20",
        "  [ ] views_1h is 3, needs less than 3; the oldest of the 3 leaves the window at 11:04; by time alone 11:04",
    ]


def test_and_or_not_as_a_tree() -> None:
    """Beneath a `not` each part needs the opposite, and an `and` needs only one of them."""
    tree = "profile.vip and (views_1h >= 9 or not (profile.age > 3 and profile.town == 'Gent'))"
    profile = touchpoint("09:00", "profile.updated", properties={"town": "Gent", "age": 30})
    lines = condition(tree, at="12:00", lines=[profile, *THREE])
    assert lines == [
        "[ ] all of:",
        "  [ ] profile.vip is missing, needs to be true",
        "  [ ] any of:",
        "    [ ] views_1h is 0, needs 9 or more",
        "    [ ] any of:",
        "      [ ] profile.age is 30, needs 3 or less",
        "      [ ] profile.town is 'Gent', needs anything but 'Gent'",
    ]


def test_a_chain_is_taken_apart() -> None:
    assert [line[:40] for line in condition("1 < views_1h < 3", at="10:50")] == [
        "[ ] all of:",
        "  [x] views_1h is 3, needs more than 1; t"[:40],
        "  [ ] views_1h is 3, needs less than 3; t"[:40],
    ]


def test_a_segment_shows_its_condition() -> None:
    segments = {"keen": "views_1h >= 4"}
    assert condition("segment.keen", at="10:50", segments=segments) == [
        "[ ] segment.keen",
        "  [ ] views_1h is 3, needs 4 or more; the oldest of the 3 leaves the window at 11:04",
    ]
    assert condition("not segment.keen and profile.vip", at="10:50", segments=segments)[:2] == [
        "[ ] all of:",
        "  [x] segment.keen, needs not to be in it",
    ]


def test_the_moment_a_score_falls_below() -> None:
    """10 halved every hour is 5 after one: the first millisecond below is the one after."""
    features = {"heat": {"score": {"view": 10}, "half_life": "1h"}}
    [line] = condition("heat < 5", at="10:30", features=features, lines=[touchpoint("10:00", "view")])
    assert line == "[ ] heat is 7.071067812, needs less than 5; by time alone 11:00:00.001"


@pytest.mark.parametrize(("written", "turns"), [("== 30", "2026-01-07 00:00"), ("<= 30", "2026-01-07 00:00")])
def test_the_day_a_date_comes_near(written: str, turns: str) -> None:
    lines = [touchpoint("09:00", "profile.updated", properties={"renewal": "2026-02-06"})]
    [line] = condition(f"days_until(profile.renewal) {written}", at="10:00", lines=lines)
    said = "days_until(profile.renewal) is 32 (profile.renewal is '2026-02-06')"
    needs = "30" if "==" in written else "30 or less"
    assert line == f"[ ] {said}, needs {needs}; by time alone {turns}"


def test_times_are_shown_as_times() -> None:
    features = {"last_view": {"last": "time", "of": "view"}}
    [line] = condition("last_view > 1800000000000", at="10:50", features=features)
    assert line == "[ ] last_view is 10:40, needs more than 1,800,000,000,000"


class TestGap:
    """How far a condition is from being met, which ranks what is nearest."""

    @pytest.mark.parametrize(
        ("written", "gap"),
        [
            ("views_1h >= 3", 0.0),
            ("views_1h >= 4", 0.25),
            ("views_1h >= 4 and profile.vip", 1.25),
            ("views_1h >= 4 or profile.vip", 0.25),
            ("not (views_1h < 4 or not profile.vip)", 1.25),
            ("not (views_1h < 4 and not profile.vip)", 0.25),
            ("views_1h > 3", 0.01),
        ],
    )
    def test_gap(self, written: str, gap: float) -> None:
        plan = plan_of(signal(when=written), features=VIEWS)
        assert asked(explained(plan, THREE, "10:50")).gap == pytest.approx(gap)


def test_parts_are_written_as_the_language_writes_them() -> None:
    plan = plan_of(
        signal(when="(1 + views_1h) * 2 - 3 >= share(views_1h, 4) and (profile.a if profile.b else 'x') in ['y', 'z']"),
        features=VIEWS,
    )
    top = asked(explained(plan, THREE, "10:50"))
    assert top.text == (
        "((((1 + views_1h) * 2) - 3) >= share(views_1h, 4)) and ((profile.a if profile.b else 'x') in ['y', 'z'])"
    )
