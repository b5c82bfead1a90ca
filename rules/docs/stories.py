"""What the page of a story shows, in plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rules.docs.drawing import Picture
from rules.docs.drawing.story import draw_story
from rules.docs.phrase import Phrase, as_text
from rules.docs.uses import Reader, Uses
from rules.docs.wording import LibraryWords, Sentence
from rules.places import Places
from rules.story import Story

WIDE: Final = 900.0
NARROW: Final = 340.0
LEAST: Final = 150.0  # of a column


@dataclass(frozen=True, slots=True)
class StoryView:
    """All that the page of a story shows. ``told``: the graph in words, for who doesn't see it."""

    story: Story
    file: str
    yaml: str
    gist: Phrase
    sentences: tuple[Sentence, ...]
    pictures: tuple[tuple[str, Picture], ...]
    told: str
    readers: Sequence[Reader]
    types: tuple[str, ...]


def story_view(story: Story, words: LibraryWords, uses: Uses, places: Places, file: str) -> StoryView:
    """The view of one story, which is written in ``file``."""
    leads = {stage.name: as_text(words.leads(stage)) for stage in story.stages[1:]}
    shown = {story.stages[0].name: "where all begin", **leads}
    wide = max(WIDE, LEAST * len(story.stages))
    pictures = (
        ("wide", draw_story(story, shown, wide, beside=True)),
        ("narrow", draw_story(story, shown, NARROW, beside=False)),
    )
    sentences = tuple(words.story(story))
    return StoryView(
        story=story,
        file=file,
        yaml=places.written("story", story.name)[1],
        gist=words.story_gist(story),
        sentences=sentences,
        pictures=pictures,
        told=" ".join(_told(one) for one in sentences if one.topic in ("Stages", "Modules", "Branches")),
        readers=uses.readers("story", story.name),
        types=tuple(sorted(uses.stories[story.name].types)),
    )


def _told(sentence: Sentence) -> str:
    return f"{as_text(sentence.says)} {'; '.join(map(as_text, sentence.items))}."
