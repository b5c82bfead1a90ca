"""The pharma pack: it is clean, its timelines are sharp, and it keeps the rules that its readers sign."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from rules import Library, Outcome, Rig, compile_plan, lint_library, load_placed, subjects, try_changes
from rules.declaration import Follow, Signal, Step, Timeline, TimelineStep

PHARMA: Final = Path(__file__).parents[2] / "rules" / "library" / "pharma"
CONSENTS: Final = {
    "email": "email_consent",
    "call": "call_consent",
    "site": "site_consent",
    "banner": "site_consent",
}
ASKED_FOR: Final = {"pharma.sample-asked", "pharma.objection-unanswered", "pharma.follow-up-due"}
"""What a rep owes to the customer, who has asked for it, whether visits are wanted or not."""

Fields = dict[str, Any]


@pytest.fixture(scope="module")
def library() -> Library:
    return load_placed(PHARMA).library


@pytest.fixture(scope="module")
def rig(library: Library) -> Rig:
    return Rig(library)


def test_nothing_is_found_in_it() -> None:
    placed = load_placed(PHARMA)
    compile_plan(placed.library)
    assert list(map(str, lint_library(placed))) == []


def test_it_is_whole(library: Library) -> None:
    assert 20 <= len(library.signals) <= 30
    assert {signal.status for signal in library.signals} == {"live"}
    assert all(signal.value > 0 for signal in library.signals)


def test_its_timelines_come_out_as_they_say(rig: Rig) -> None:
    assert [f"{one.file}:{one.line}" for one in rig.library.timelines if not rig.run(one).passed] == []


def test_they_are_sharp(rig: Rig) -> None:
    made = [one for subject in subjects(rig, _names(rig)) for one in try_changes(rig, subject)]
    assert len(made) >= 300
    assert sum(one.noticed for one in made) / len(made) >= 0.95


def test_only_approved_content_is_sent(library: Library) -> None:
    contents = [signal.then.content for signal in library.signals if signal.then.channel is not None]
    assert [content for content in contents if not (content or "").startswith("ap-")] == []


def test_nothing_is_sent_without_the_consent_for_its_channel(rig: Rig) -> None:
    concerned = [one for one in _firing(rig) if _channel(rig, one.signal) in CONSENTS]
    assert {_channel(rig, one.signal) for one in concerned} == CONSENTS.keys()
    for timeline in concerned:
        consent = CONSENTS[_channel(rig, timeline.signal) or ""]
        assert _fired(rig.run(_without(timeline, consent))) == [], timeline.name


def test_nothing_is_mailed_after_a_consent_has_ended(rig: Rig) -> None:
    for timeline in _firing(rig):
        if _channel(rig, timeline.signal) == "email":
            ended = replace(timeline, profile=(*timeline.profile, ("email_consent_until", "2020-01-31")))
            assert _fired(rig.run(ended)) == [], timeline.name


def test_who_wants_no_visits_gets_none_but_what_was_asked_for(rig: Rig) -> None:
    for timeline in _firing(rig):
        if _channel(rig, timeline.signal) == "rep":
            outcome = rig.run(replace(timeline, profile=(*timeline.profile, ("no_visits", True))))
            assert outcome.passed == (timeline.signal in ASKED_FOR), timeline.name


def test_a_request_for_a_sample_goes_to_the_rep_alone(library: Library) -> None:
    begun = [signal for signal in library.signals if "sample.requested" in _awaited(signal)]
    assert [signal.then.channel for signal in begun] == ["rep"]


def test_how_long_it_took_makes_no_difference(rig: Rig) -> None:
    def lingering(_: str, fields: Fields) -> Fields:
        return fields | {"dwell": 3_600}

    assert [one.name for one in rig.library.timelines if not rig.run(_each(one, lingering)).passed] == []


def test_who_sits_through_it_learns_half_of_what_one_does_who_takes_part(rig: Rig) -> None:
    def sitting_through(type_: str, fields: Fields) -> Fields:
        led = {"led_by": "rep", "reaction": None} if type_.startswith("content.") else {}
        return fields | led

    learned = [
        one
        for one in _firing(rig)
        if one.signal in {"pharma.module-done", "pharma.became-aware"} and any(map(_takes_part, one.steps))
    ]
    assert len(learned) >= 10
    assert [one.name for one in learned if _fired(rig.run(_each(one, sitting_through)))] == []


def _takes_part(step: TimelineStep) -> bool:
    fields = dict(step.fields)
    return step.type.startswith("content.") and (fields["led_by"] == "customer" or "reaction" in fields)


def _names(rig: Rig) -> list[str]:
    return [signal.name for signal in rig.library.signals]


def _channel(rig: Rig, signal: str) -> str | None:
    return rig.relations.signals[signal].then.channel


def _firing(rig: Rig) -> Iterator[Timeline]:
    return (timeline for timeline in rig.library.timelines if timeline.fires)


def _fired(outcome: Outcome) -> list[int]:
    """When the timeline's own signal fired."""
    return [one.time for one in outcome.found if one.fired]


def _awaited(signal: Signal) -> set[str]:
    """The types that a follow waits for."""
    steps = signal.pattern.steps if isinstance(signal.pattern, Follow) else ()
    return {name for step in steps if isinstance(step, Step) for name in step.types}


def _without(timeline: Timeline, consent: str) -> Timeline:
    """The timeline of a customer who never gave a consent."""

    def refused(type_: str, fields: Fields) -> Fields:
        given = consent in fields.get("properties", {}) and type_ == "profile.updated"
        return fields | {"properties": fields["properties"] | {consent: False}} if given else fields

    profile = tuple((name, value) for name, value in timeline.profile if name != consent)
    return _each(replace(timeline, profile=profile), refused)


def _each(timeline: Timeline, change: Callable[[str, Fields], Fields]) -> Timeline:
    """The timeline with the fields of each touchpoint changed."""
    steps = [
        TimelineStep(one.time, one.type, tuple(change(one.type, dict(one.fields)).items())) for one in timeline.steps
    ]
    return replace(timeline, steps=tuple(steps))
