"""What a change of a story changes: what is told of it, and which signals it concerns."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules import Library, changes
from rules.comparing.concerned import concerned, reduced
from tests.rules.libraries import loaded

STORY = """\
story: cardio
of: page
stages: [unaware, {stage: aware, modules: safety}]
modules: {safety: {needs: 50%}}
"""
FILES = {
    "stories/cardio.yaml": STORY,
    "stories/other.yaml": STORY.replace("cardio", "other"),
    "signals/a.yaml": "signal: a\nstatus: live\nwhen: stage.cardio == 'aware'\n",
    "signals/b.yaml": "signal: b\nstatus: live\nsilent: 1h\nof: page\nif: module.other.safety.done\n",
    "signals/c.yaml": "signal: c\nstatus: live\nsilent: 2h\nof: page\n",
}


@pytest.fixture
def before(tmp_path: Path) -> Library:
    return loaded(tmp_path / "before", FILES).library


def changed(folder: Path, story: str, **more: str) -> Library:
    return loaded(folder / "after", {**FILES, "stories/cardio.yaml": story, **more}).library


def test_what_is_changed_of_a_story_and_what_begins_anew(tmp_path: Path, before: Library) -> None:
    found = changes(before, changed(tmp_path, STORY.replace("50%", "60%") + "owner: brand\n"))
    assert list(found.lines()) == ["stories: cardio changed (owner, modules)"]
    assert (found.stories_anew, found.signals_anew, found.features_anew) == (("cardio",), ("a",), ())


def test_who_answers_for_it_makes_nothing_begin_anew(tmp_path: Path, before: Library) -> None:
    found = changes(before, changed(tmp_path, STORY + "owner: brand\n"))
    assert (found.stories_anew, found.signals_anew) == ((), ())


def test_the_signals_that_read_a_story_are_concerned_by_its_change(tmp_path: Path, before: Library) -> None:
    assert concerned(before, changed(tmp_path, STORY.replace("50%", "60%"))) == {"a"}
    assert concerned(before, changed(tmp_path, STORY + "reason: Because.\n")) == frozenset()


def test_a_library_reduced_to_signals_keeps_the_stories_that_they_read(before: Library) -> None:
    assert [story.name for story in reduced(before, frozenset("b")).stories] == ["other"]


def test_the_digest_hangs_on_what_a_story_means(tmp_path: Path, before: Library) -> None:
    reordered = STORY.replace("{needs: 50%}", "{needs: 0.5}")
    assert changed(tmp_path, reordered).digest == before.digest
    assert changed(tmp_path / "x", STORY.replace("50%", "60%")).digest != before.digest
