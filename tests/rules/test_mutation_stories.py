"""The small changes of a story: only those that can make a difference to what signals read of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules import Rig, subjects, try_changes
from rules.mutation.stories import changes_of_story
from rules.story import Story
from tests.rules.libraries import loaded

STORY = """\
story: s
of: [page, visit]
stages:
  - one
  - {stage: two, touchpoints: 2, within: 10d}
  - {stage: three, modules: [m, n]}
modules: {m: {needs: 40%}, n: {after: m}, x: {}}
half_life: 90d
mix: {rep: 80%, site: 20%}
branches: {b: {of: page, stays: 2d}, c: {of: page, answered: visit}}
channels: {email: m}
reenter: {after: 365d}
"""
SIGNAL = """\
signal: late
status: live
when: story.s.overdue
then: {channel: email}
"""
TIMELINES = """\
- name: ten days
  timeline: [{at: "2026-01-05 10:00", type: page}]
  until: 30d
  fires: [{at: "2026-01-15 10:00"}]
- name: moved on
  timeline: [{at: "2026-01-05 10:00", type: page}, {after: 1d, type: visit}]
  until: 30d
  fires: []
"""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return loaded(tmp_path_factory.mktemp("story"), {"stories/s.yaml": STORY}).library.stories[0]


def says(story: Story, *read: str) -> list[str]:
    return [f"{'.'.join(map(str, change.path))} {change.says}" for change in changes_of_story(story, read)]


OF = ["of `page` is dropped", "of `visit` is dropped"]
AGAIN = [
    "reenter.after `365d` becomes `4380h`",
    "reenter.after `365d` becomes `730d`",
    "reenter.after `after` is dropped",
]
STAGES = [
    "stages.1.touchpoints `2` touchpoints become `1`",
    "stages.1.touchpoints `2` touchpoints become `3`",
    "stages.2.modules `m` is dropped",
    "stages.2.modules `n` is dropped",
]
WITHIN = ["stages.1.within `10d` becomes `5d`", "stages.1.within `10d` becomes `20d`"]
M = ["modules.m.needs `needs: 40%` becomes `35%`", "modules.m.needs `needs: 40%` becomes `45%`"]
N = [
    "modules.n.needs `needs: 50%` becomes `45%`",
    "modules.n.needs `needs: 50%` becomes `55%`",
    "modules.n.after `m` is dropped",
]
FORGOTTEN = ["half_life `90d` becomes `45d`", "half_life `90d` becomes `180d`"]


@pytest.mark.parametrize(
    ("read", "changes"),
    [
        ("stage.s", [*OF, *STAGES, *AGAIN, *M, *N, *FORGOTTEN]),
        ("story.s.overdue", [*OF, *WITHIN, *STAGES, *AGAIN, *M, *N, *FORGOTTEN]),
        ("module.s.n.unlocked", [*OF, *M, N[2], *FORGOTTEN]),
        ("story.s.unlocked.email", [*OF, *M, *FORGOTTEN]),
        ("story.s.open.b", [*OF, *[f"branches.b.{one}" for one in (
            "times `times: 1` becomes `2`", "stays `2d` becomes `1d`", "stays `2d` becomes `4d`")]]),
        ("story.s.open.c", [*OF, *[f"branches.c.{one}" for one in (
            "times `times: 1` becomes `2`", "answered `answered` is dropped")]]),
        ("story.s.off", [*OF, "mix.rep `80%` becomes `75%`", "mix.site `20%` becomes `15%`"]),
        ("story.s.touchpoints", OF),
    ],
)  # fmt: skip
def test_only_what_is_read_is_changed(story: Story, read: str, changes: list[str]) -> None:
    assert sorted(says(story, read)) == sorted(changes)


def test_timelines_notice_when_a_stage_must_move(tmp_path: Path) -> None:
    files = {"stories/s.yaml": STORY, "signals/late.yaml": SIGNAL, "signals/late.test.yaml": TIMELINES}
    rig = Rig(loaded(tmp_path, files).library)
    tried = {one.change.says: one.noticed for subject in subjects(rig, ["late"]) for one in try_changes(rig, subject)}
    assert tried["`10d` becomes `5d`"]
    assert tried["`10d` becomes `20d`"]
    assert tried["`2` touchpoints become `3`"]
    assert tried["`visit` is dropped"]
    assert not tried["`needs: 40%` becomes `45%`"]
