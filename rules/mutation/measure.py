"""Runs each change of a library against the timelines of the signals that it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rules.compile import compile_plan
from rules.declaration import Library, Timeline
from rules.expression import ExpressionError
from rules.mutation.beginnings import begins_twice
from rules.mutation.change import Change, changed
from rules.mutation.features import changes_of_feature, changes_of_segment
from rules.mutation.signals import changes_of_signal
from rules.mutation.sound import is_sound
from rules.mutation.stories import changes_of_story
from rules.timeline import Rig
from rules.timeline.outcome import held_against
from rules.timeline.run import BadTimeline, run_timeline

MOST_CHANGES: Final = 200  # of one signal or feature; of more, as many evenly spread
MOST_TOUCHPOINTS: Final = 20_000  # of the timelines that one change is run against, the shortest first


@dataclass(frozen=True, slots=True)
class Tried:
    """A change and the signals whose timelines it was run against; ``noticed`` where one of them came out otherwise."""

    change: Change
    signals: tuple[str, ...]
    noticed: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """A declaration's changes, and the signals that they concern."""

    changes: tuple[Change, ...]
    signals: tuple[str, ...]


def subjects(rig: Rig, names: Sequence[str]) -> list[Subject]:
    """What is to be changed for these signals: they themselves, then the features, segments and stories that they ask.

    What a signal only carries doesn't count: whether it fires doesn't hang on it.
    """
    relations, library = rig.relations, rig.library
    signals = [relations.signals[name] for name in names]
    features = {signal.name: relations.features_read(signal, carried=False) for signal in signals}
    valued = frozenset(name for signal in signals for name in relations.values_read(signal))
    segments = {signal.name: relations.segments_read(signal, carried=False) for signal in signals}
    stories = {signal.name: relations.stories_read(signal, carried=False) for signal in signals}
    read = frozenset(name for signal in signals for name in relations.story_values_read(signal))
    return [
        *(_subject(changes_of_signal(signal, begins_twice(library, signal)), [signal.name]) for signal in signals),
        *(
            _subject(changes_of_feature(one, one.name in valued), _readers(one.name, features))
            for one in library.features
        ),
        *(_subject(changes_of_segment(one), _readers(one.name, segments)) for one in library.segments),
        *(_subject(changes_of_story(one, read), _readers(one.name, stories)) for one in library.stories),
    ]


def try_changes(rig: Rig, subject: Subject) -> Iterator[Tried]:
    """Tries the changes of a subject; one that is no library any more isn't tried."""
    timelines = {name: _timelines(rig.library, name) for name in subject.signals}
    for change in subject.changes:
        try:
            if not is_sound(rig.library, change):
                continue
            noticed = any(_notices(rig, change, name, timelines[name]) for name in subject.signals)
        except ExpressionError:
            continue
        yield Tried(change, subject.signals, noticed)


def _subject(changes: Iterable[Change], signals: list[str]) -> Subject:
    made = tuple(changes) if signals else ()
    step = -(-len(made) // MOST_CHANGES) or 1
    return Subject(made[::step], tuple(signals))


def _readers(name: str, reads: dict[str, frozenset[str]]) -> list[str]:
    return [signal for signal, names in reads.items() if name in names]


def _timelines(library: Library, signal: str) -> list[Timeline]:
    """As many of a signal's timelines as there is time for."""
    chosen, left = list[Timeline](), MOST_TOUCHPOINTS
    own = [timeline for timeline in library.timelines if timeline.signal == signal]
    for timeline in sorted(own, key=lambda timeline: len(timeline.steps)):
        left -= len(timeline.steps)
        if left >= 0:
            chosen.append(timeline)
    return chosen


def _notices(rig: Rig, change: Change, name: str, timelines: Iterable[Timeline]) -> bool:
    """Whether one of a signal's timelines comes out otherwise; a change that can't be evaluated is noticed too."""
    plan = compile_plan(changed(rig.part(name), change))
    try:
        return any(not held_against(timeline, run_timeline(plan, timeline)).passed for timeline in timelines)
    except BadTimeline:
        return True
