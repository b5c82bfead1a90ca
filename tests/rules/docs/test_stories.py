"""The pages of stories: drawn with all that is in them, said in words, and linked to what reads them."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from rules import Library
from rules.docs.drawing import Picture
from rules.docs.drawing.lettering import width
from rules.docs.drawing.story import SIZE, SMALL, draw_story
from rules.docs.phrase import as_text
from rules.docs.wording import LibraryWords
from rules.relations import Relations
from rules.story import Story
from tests.rules.docs.sites import PACKS, pages_of, site_of
from tests.rules.libraries import loaded

PHARMA = next(pack for pack in PACKS if pack.name == "pharma")
STORY = """\
story: cardio
of: [content.*, visit]
where: brand == 'x'
stages:
  - unaware
  - {stage: aware, modules: efficacy, touchpoints: {count: 2, of: visit, types: 1}, within: 30d}
  - {stage: user, modules: 3}
modules:
  efficacy: {needs: 40%}
  safety: {after: efficacy}
  value: {where: product == 'y'}
  dosing: {after: [efficacy, safety], of: visit}
half_life: 90d
evidence: {led_by: {customer: 100%}, dwell: 60s}
channels: {email: efficacy}
mix: {rep: 80%, digital: {of: [email, site], share: 20%}}
branches:
  price: {where: product == 'p', answered: visit, modules: value}
  topic: {of: content.page, times: 2, stays: 14d}
reenter: {after: 365d}
"""
SIGNAL = "signal: one\nstatus: draft\nwhen: stage.cardio == 'user'\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("story")
    return loaded(folder, {"stories/cardio.yaml": STORY, "signals/one.yaml": SIGNAL}).library


@pytest.fixture(scope="module")
def words(library: Library) -> LibraryWords:
    return LibraryWords(Relations(library))


def drawn(story: Story, *, beside: bool, wide: float = 900.0) -> Picture:
    return draw_story(story, dict.fromkeys(story.stage_names, "once it is so"), wide, beside=beside)


def test_all_that_is_declared_is_in_the_words(library: Library, words: LibraryWords) -> None:
    said = {
        one.topic: " ".join([as_text(one.says), *(f"- {as_text(item)}" for item in one.items)])
        for one in words.story(library.stories[0])
    }
    assert said == {
        "Made of": "Touchpoints of `content.*` or `visit` where its `brand` is “x”.",
        "Stages": "In this order: - “unaware”, where all begin - “aware” once “efficacy” is done and 2 touchpoints, "
        "each `visit`, came since the stage before began; overdue 30 days after the stage before began - “user” once 3 "
        "modules are done",
        "Modules": "What is to be learned: - “dosing”, of `visit`: done at 50 % of attention, unlocked once “efficacy” "
        "and “safety” are done - “efficacy”: done at 40 % of attention - “safety”: done at 50 % of attention, unlocked "
        "once “efficacy” is done - “value”, of touchpoints where its `product` is “y”: done at 50 % of attention",
        "Attention": "A touchpoint's attention counts - in full where it was led by “customer” - in full where there "
        "was a reaction - 50 % of it otherwise - where it has none, by its dwell: 1 minute are all of it",
        "Forgotten": "Half of what was taken in is forgotten in 90 days; what is done stays done.",
        "Branches": "What opens besides: - “price”, an objection: opened by one of these: touchpoints where its "
        "`product` is “p”; open until answered by `visit`; it unlocks “value” - “topic”, an interest: opened by 2 of "
        "these: `content.page`; it closes 14 days after the last",
        "Channels": "Locked at first: - “email” after “efficacy”",
        "Mix": "Attention is to come by - “email” and “site” (`digital`): 20 % - “rep”: 80 %",
        "Goes round": "It begins anew, with nothing taken in, with the next touchpoint after 365 days without one.",
    }


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("stage.cardio == 'user'", "the stage in the story `cardio` is “user”"),
        ("module.cardio.safety.done", "the module “safety” of the story `cardio` is done"),
        ("not module.cardio.safety.unlocked", "the module “safety” of the story `cardio` isn't unlocked"),
        (
            "module.cardio.safety.attention >= 0.5",
            "the attention for the module “safety” of the story `cardio` is 0.5 or more",
        ),
        ("story.cardio.overdue", "the stage in the story `cardio` is overdue"),
        ("not story.cardio.open.price", "the branch “price” of the story `cardio` isn't open"),
        ("story.cardio.unlocked.email", "the channel “email” of the story `cardio` is unlocked"),
        ("story.cardio.share.rep < 0.5", "the share of “rep” in the story `cardio` is less than 0.5"),
        (
            "module.cardio.value.share.rep < 1",
            "the share of “rep” in the module “value” of the story `cardio` is less than 1",
        ),
        ("story.cardio.off > 0.2", "how far the mix of channels is off in the story `cardio` is more than 0.2"),
        ("story.cardio.round == 2", "the number of times that the customer began the story `cardio` is 2"),
    ],
)  # fmt: skip
def test_a_condition_on_a_story_is_said(library: Library, condition: str, said: str) -> None:
    words = LibraryWords(Relations(library))
    assert as_text(words._conditions.whole(condition)) == said


@pytest.mark.parametrize("beside", [True, False])
def test_each_stage_module_and_branch_is_drawn_and_none_over_another(library: Library, beside: bool) -> None:
    picture = drawn(library.stories[0], beside=beside, wide=900 if beside else 340)
    labels = [label.text for label in picture.labels if label.look.startswith("named")]
    assert sorted(labels) == sorted(
        ["unaware", "aware", "user", "efficacy", "safety", "value", "dosing", "price", "topic"]
    )
    for one, other in combinations(picture.bars, 2):
        across = one.x < other.x + other.width and other.x < one.x + one.width
        down = one.y < other.y + other.height and other.y < one.y + one.height
        assert not (across and down), (one.title, other.title)
    assert all(bar.x >= 0 and bar.x + bar.width <= picture.width for bar in picture.bars)
    assert max(bar.y + bar.height for bar in picture.bars) <= picture.height


@pytest.mark.parametrize("beside", [True, False])
def test_a_line_goes_from_what_unlocks_to_what_is_unlocked(library: Library, beside: bool) -> None:
    picture = drawn(library.stories[0], beside=beside, wide=900 if beside else 340)
    edges = [line for line in picture.lines if line.look == "edge"]
    gates = [line for line in picture.lines if line.look == "edge gate"]
    assert len(edges) >= 3
    assert gates
    assert all(0 <= x <= picture.width for line in picture.lines for x in (line.x1, line.x2))


def test_labels_fit_their_boxes(library: Library) -> None:
    picture = drawn(library.stories[0], beside=True)
    widths = {bar.x + bar.width / 2: bar.width for bar in picture.bars}
    for label in picture.labels:
        size = SIZE if label.look.startswith("named") else SMALL
        assert width(label.text, size) <= widths[label.x], label.text


def test_the_page_leads_to_what_reads_the_story_and_back() -> None:
    pages = pages_of(site_of(PHARMA))
    story, signal = pages["stories/oncora.html"], pages["signals/pharma.became-user.html"]
    assert "../signals/pharma.became-user.html" in story.links
    assert "../stories/oncora.html" in signal.links
    assert "stories/oncora.html" in pages["stories.html"].links
    assert "stories.html" in pages["index.html"].links
    assert not story.wrong


def test_a_library_without_stories_has_no_page_of_them(tmp_path: Path) -> None:
    pages = site_of(next(pack for pack in PACKS if pack.name == "shop"))
    assert not [name for name in pages if "stor" in name.partition("/")[0] and name.endswith(".html")]
