"""Where a customer stands in a story, and what the next stage lacks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules import as_json, told
from rules.explaining.telling_story import percent
from tests.rules.explaining.told import explained, lived, plan_of, signal, text, touchpoint

STORY: dict[str, Any] = {
    "story": "cardio",
    "of": ["page", "visit", "objection", "answer"],
    "stages": [
        "unaware",
        {"stage": "aware", "modules": 1, "within": "30d"},
        {"stage": "user", "modules": ["safety"], "touchpoints": {"count": 3, "types": 2}, "within": "1h"},
    ],
    "modules": {"efficacy": {}, "safety": {"after": "efficacy"}, "value": {"needs": "30%"}},
    "branches": {"price": {"of": "objection", "answered": "answer", "modules": "value"}, "topic": {"of": "visit"}},
    "mix": {"rep": "80%", "digital": {"of": ["email", "site"], "share": "20%"}},
}
PLAN = plan_of(signal(when="stage.cardio == 'user' or module.cardio.safety.done"), stories=[STORY])
LED = {"led_by": "customer", "channel": "site"}
LIFE = [
    touchpoint("10:00", "page", module="efficacy", attention=0.6, **LED),
    touchpoint("10:10", "page", module="safety", attention=0.41, **LED),
    touchpoint("10:20", "objection", channel="rep"),
]


def of_story(lines: list[bytes], at: str | None = None) -> list[str]:
    told_ = text(PLAN, lines, at)
    return told_[: told_.index("")]


def test_the_stage_the_modules_and_what_the_next_stage_lacks() -> None:
    assert of_story(LIFE, "10:30") == [
        "story cardio: aware since 10:00, 3 touchpoints from site to rep",
        "  [x] module efficacy at 60 %, needs 50 %",
        "  [ ] module safety at 41 %, needs 50 %",
        "  [ ] module value at 0 %, needs 30 %",
        "  user lacks module safety, touchpoints (2 of 3 came); by 11:00",
        "  the objection price is open since 10:20",
        "  mix: digital 100 % (is to be 20 %), rep 0 % (is to be 80 %)",
    ]


def test_what_is_overdue_and_what_is_locked() -> None:
    assert of_story(LIFE[:1], "11:30") == [
        "story cardio: aware since 10:00, 1 touchpoint on site",
        "  [x] module efficacy at 60 %, needs 50 %",
        "  [ ] module safety at 0 %, needs 50 %",
        "  [ ] module value at 0 %, needs 30 %, locked until price",
        "  user lacks module safety, touchpoints (0 of 3 came), types (0 of 2 came); overdue since 11:00",
        "  mix: digital 100 % (is to be 20 %), rep 0 % (is to be 80 %)",
    ]


def test_a_customer_who_has_not_begun() -> None:
    assert of_story([touchpoint("10:00", "other")]) == ["story cardio: unaware, not begun"]


def test_the_last_stage_lacks_nothing() -> None:
    life = [*LIFE, touchpoint("10:30", "page", module="safety", attention=0.1, **LED)]
    assert of_story(life)[0] == "story cardio: user since 10:30, 4 touchpoints from site to site".replace(
        "from site to site", "on site"
    )
    assert not [line for line in of_story(life) if "lacks" in line]


def test_a_story_is_told_with_the_signals_that_read_it() -> None:
    plan = plan_of(signal("one", when="stage.cardio == 'aware'"), signal("two", follow=["page"]), stories=[STORY])
    explainer, _, life = lived(plan, LIFE)
    assert [one.story for one in explainer.explain(life, signals=["one"]).stories] == ["cardio"]
    assert explainer.explain(life, signals=["two"]).stories == ()


def test_a_condition_shows_the_values_of_a_story() -> None:
    lines = list(told(explained(PLAN, LIFE, "10:30")))
    assert "      [ ] stage.cardio is 'aware', needs 'user'" in lines
    assert "      [ ] module.cardio.safety.done is False, needs to be true" in lines


def test_as_json_moments_are_instants() -> None:
    story = json.loads(as_json(explained(PLAN, LIFE, "10:30")))["stories"][0]
    assert (story["stage"], story["since"], story["due"]) == (
        "aware",
        "2026-01-05T10:00:00.000Z",
        "2026-01-05T11:00:00.000Z",
    )
    assert story["modules"][1] == {"module": "safety", "attention": 0.41, "needs": 0.5, "done": False, "locked": []}


@pytest.mark.parametrize(("share", "said"), [(0.41, "41 %"), (0.4999, "49.9 %"), (1.0, "100 %"), (1 / 3, "33.3 %")])
def test_what_lacks_the_least_is_not_there_yet(share: float, said: str) -> None:
    assert percent(share) == said
