"""What looks further back than a customer's data live."""

from __future__ import annotations

from collections.abc import Iterator

from rules.declaration import DateWindow, Follow, Library, Signal, Silence, Silent, Step, When
from rules.declare import WITHIN
from rules.duration import MILLIS, in_words
from rules.lint.finding import Check, Finding
from rules.lint.linted import Linted
from rules.places import SETTINGS
from rules.story import Story

Path = tuple[str | int, ...]

_YEAR = 365 * MILLIS["d"]


class Forgotten(Check):
    """A window, a wait, a cap or a year between two dates longer than `forget_after` of library.yaml."""

    name = "longer-than-data-live"
    reason = "A customer who is quiet for `forget_after` is forgotten, with all that windows, runs and caps had kept."
    fix = "make it shorter, or `forget_after` in library.yaml longer"

    def findings(self, linted: Linted) -> Iterator[Finding]:
        life = linted.library.forget_after
        for feature in linted.library.features:
            reach = feature.over and feature.over * (2 if feature.kind == "trend" else 1)
            if reach is not None and reach > life:
                spot = linted.places.of("feature", feature.name, "over")
                what = "two windows of" if feature.kind == "trend" else "a window of"
                yield self.found(spot, f"{what} {in_words(feature.over or 0)}", _at_most(life))
        for story in linted.library.stories:
            for path, duration in _durations_of(story):
                if duration > life:
                    spot = linted.places.of("story", story.name, *path)
                    yield self.found(spot, f"a wait of {in_words(duration)}", _at_most(life))
        for signal in linted.kept:
            for path, duration in _durations(signal):
                if duration > life:
                    spot = linted.places.of("signal", signal.name, *path)
                    yield self.found(spot, f"a wait of {in_words(duration)}", _at_most(life))
        yield from self._of_policy(linted)

    def _of_policy(self, linted: Linted) -> Iterator[Finding]:
        """What counts triggers of longer ago; it is said at `forget_after`, of all the library alike."""
        life, reaches = linted.library.forget_after, list(_counted(linted.library))
        longest, what = max(reaches, key=lambda one: one[0], default=(0, ""))
        if longest > life:
            spot = linted.places.of("library", SETTINGS, "forget_after")
            yield self.found(spot, f"{what} over {in_words(longest)}", _at_most(life))


def _at_most(life: int) -> str:
    return f"at most the {in_words(life)} that data live"


def _counted(library: Library) -> Iterator[tuple[int, str]]:
    """How far back triggers are counted (ms), each with what counts them."""
    yield from ((cap.over, "a cap of all signals") for cap in library.caps)
    yield from ((cap.over, f"a cap of `{one.name}`") for one in library.channels for cap in one.caps)
    yield from ((cap.over, f"a cap of the group `{one.name}`") for one in library.groups for cap in one.caps)
    yield from ((cap.over, f"a cap of `{one.name}`") for one in library.signals for cap in one.caps)
    if library.content_again is not None:
        yield library.content_again, "`content_again`"


def _durations_of(story: Story) -> Iterator[tuple[Path, int]]:
    """How long a story waits for a customer of whom nothing may be heard."""
    for at, stage in enumerate(story.stages):
        if stage.within is not None:
            yield ("stages", at, "within"), stage.within
    if story.reenter.after is not None:
        yield ("reenter", "after"), story.reenter.after


def _durations(signal: Signal) -> Iterator[tuple[Path, int]]:
    """How long a signal waits, each with its place; a `within` that isn't said goes unsaid."""
    match signal.pattern:
        case Silent(duration, _):
            yield ("silent",), duration
        case DateWindow(yearly=True):
            yield ("date", "yearly"), _YEAR
        case When(_, hold) if hold is not None:
            yield ("hold",), hold
        case Follow(steps):
            for at, step in enumerate(steps):
                if isinstance(step, Silence):
                    yield ("follow", at, "for"), step.duration
                elif isinstance(step, Step) and step.within != WITHIN:
                    yield ("follow", at, "within"), step.within
    if signal.again is not None:
        yield ("again",), signal.again
