"""What lint finds in stories, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.test_lint import found

STORY = """\
story: cardio
of: [page, visit]
stages:
  - unaware
  - {stage: aware, modules: safety, within: 400d}
  - {stage: user, modules: safety}
  - {stage: heavy user, modules: [safety, efficacy]}
modules:
  safety: {}
  efficacy: {where: attention > 1}
  dosing: {after: efficacy}
  value: {}
branches: {price: {of: page, answered: visit}}
reenter: {after: 500d, by: {of: page}}
"""
READ = "signal: a\nstatus: live\nwhen: stage.cardio == 'user' and module.cardio.value.attention > 0.5\n"


def of_story(folder: Path, check: str, story: str = STORY, signal: str = READ, **files: str) -> list[str]:
    others = {f"{name}.yaml": text for name, text in files.items()}
    return found(folder, {"stories/cardio.yaml": story, "signals/a.yaml": signal, **others}, check)


def test_a_story_that_nothing_reads(tmp_path: Path) -> None:
    assert of_story(tmp_path, "unused-story") == []
    retired = READ.replace("live", "retired")
    expected = ["stories/cardio.yaml:1:1 the story `cardio`, which no signal reads"]
    assert of_story(tmp_path, "unused-story", signal=retired) == expected


def test_a_story_that_is_read_by_a_segment(tmp_path: Path) -> None:
    signal = "signal: a\nstatus: live\nwhen: segment.users\n"
    assert of_story(tmp_path, "unused-story", signal=signal, segments="users: stage.cardio == 'user'\n") == []


@pytest.mark.parametrize(
    ("key", "check", "what"), [("owner", "no-owner", "an owner"), ("reason", "no-reason", "a reason")]
)
def test_a_story_that_nobody_answers_for(tmp_path: Path, key: str, check: str, what: str) -> None:
    signal = f"{READ}{key}: somebody\n"
    assert of_story(tmp_path, check, signal=signal) == [f"stories/cardio.yaml:1:1 the story `cardio` without {what}"]
    assert of_story(tmp_path, check, f"{STORY}{key}: somebody\n", signal) == []


def test_a_module_on_which_nothing_hangs(tmp_path: Path) -> None:
    expected = ["stories/cardio.yaml:11:3 the module `dosing`, on which nothing hangs"]
    assert of_story(tmp_path, "idle-module") == expected
    counted = STORY.replace("{stage: user, modules: safety}", "{stage: user, modules: 3}")
    assert of_story(tmp_path, "idle-module", counted) == []


def test_a_stage_in_which_nobody_stays(tmp_path: Path) -> None:
    expected = ["stories/cardio.yaml:5:5 the stage `aware`, after which `user` needs nothing more"]
    assert of_story(tmp_path, "passed-stage") == expected
    more = STORY.replace("{stage: user, modules: safety}", "{stage: user, modules: safety, touchpoints: 2}")
    assert of_story(tmp_path, "passed-stage", more) == []


@pytest.mark.parametrize(("some", "passed"), [("1", True), ("2", False)])
def test_a_number_of_modules_that_the_stage_before_has_asked_for(tmp_path: Path, some: str, passed: bool) -> None:
    story = STORY.replace("{stage: user, modules: safety}", f"{{stage: user, modules: {some}}}")
    assert bool(of_story(tmp_path, "passed-stage", story)) is passed


def test_a_condition_in_a_story_that_comes_out_one_way(tmp_path: Path) -> None:
    expected = ["stories/cardio.yaml:10:21 `attention > 1`, which is never true"]
    assert of_story(tmp_path, "constant-condition") == expected


def test_a_value_of_a_story_that_can_never_be(tmp_path: Path) -> None:
    signal = "signal: a\nstatus: live\nwhen: module.cardio.safety.attention > 1\n"
    expected = ["signals/a.yaml:3:7 `module.cardio.safety.attention > 1`, which is never true: `a` can't fire"]
    assert of_story(tmp_path, "unreachable", signal=signal) == expected


def test_two_stages_at_once(tmp_path: Path) -> None:
    signal = "signal: a\nstatus: live\nwhen: stage.cardio == 'user' and stage.cardio == 'aware'\n"
    assert len(of_story(tmp_path, "unreachable", signal=signal)) == 1


def test_waits_longer_than_data_live(tmp_path: Path) -> None:
    settings = "name: shop\nformat: 1\nforget_after: 365d\n"
    assert of_story(tmp_path, "longer-than-data-live", library=settings) == [
        "stories/cardio.yaml:5:45 a wait of 400d",
        "stories/cardio.yaml:14:18 a wait of 500d",
    ]


def test_types_that_are_on_their_way_out(tmp_path: Path) -> None:
    catalogue = "page: {deprecated: use view}\nvisit: {}\n"
    assert of_story(tmp_path, "deprecated-type", interactions=catalogue) == [
        "stories/cardio.yaml:2:6 the deprecated type `page`",
        "stories/cardio.yaml:13:24 the deprecated type `page`",
        "stories/cardio.yaml:14:33 the deprecated type `page`",
    ]
