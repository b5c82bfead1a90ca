"""Sentences of signals and features: each part of a declaration is in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from rules import load_library
from rules.declaration import (
    Cap,
    Channel,
    DateWindow,
    Feature,
    Follow,
    Group,
    Interaction,
    Library,
    Quiet,
    Rest,
    Segment,
    Signal,
    Silence,
    Silent,
    Step,
    Then,
    Weight,
    When,
    Without,
)
from rules.docs.phrase import as_text
from rules.docs.wording import LibraryWords, as_paragraph, lasting, number
from rules.docs.wording.spans import last
from rules.relations import Relations

HERE = Path(__file__).parent
GOOD = HERE.parent.parent / "testdata" / "good" / "shop"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

FEATURES = (Feature("views", "count", ("view",), over=HOUR), Feature("heat", "score", weights=(), half_life=DAY))
CATALOGUE = (Interaction("view", says="Looked"), Interaction("rep.visited", says="A rep came by"))


def library(*signals: Signal, **more: Any) -> Library:
    given = {
        "features": FEATURES,
        "interactions": CATALOGUE,
        "segments": (Segment("young", "profile.age < 40"),),
        **more,
    }
    return Library("tests", "0", signals=signals, **given)


def told(signal: Signal, **more: Any) -> str:
    """All sentences about a signal, as a paragraph."""
    words = LibraryWords(Relations(library(signal, **more)))
    return as_text(as_paragraph(words.sentences(signal)))


def brief(signal: Signal, **more: Any) -> str:
    return as_text(LibraryWords(Relations(library(signal, **more))).brief(signal))


def signal(pattern: Any = None, **more: Any) -> Signal:
    return Signal("x", "o", "r", "live", 1.0, pattern or When("views >= 5"), **more)


def test_all_of_a_library_in_words() -> None:
    """A change of the words shows in the diff of this file."""
    assert "\n".join(_lines()) == (HERE / "good-shop.txt").read_text("utf-8").rstrip("\n")


def _lines() -> Iterator[str]:
    good = load_library(GOOD)
    words = LibraryWords(Relations(good))
    for one in good.signals:
        yield f"{one.name}: {as_text(words.brief(one))}"
        yield f"  ({as_text(words.gist(one))})"
        for sentence in words.sentences(one):
            yield f"  {sentence.topic}: {as_text(sentence.says)}"
            yield from (f"    - {as_text(item)}" for item in sentence.items)
            yield from [f"    {as_text(sentence.ends)}"] if sentence.ends else []
    yield from (f"{one.name}: {as_text(words.feature(one))}" for one in good.features)
    yield from (f"{one.name}: {as_text(words.segment(one))}" for one in good.segments)


# For each part of a declaration another value than that of the base: what changes must show.
SIGNALS = (
    signal(),
    {
        "status": "shadow",
        "value": 2.0,
        "pattern": When("views >= 6"),
        "per": "product",
        "condition": "profile.consent",
        "again": DAY,
        "then": Then(channel="email"),
        "unless": "views > 9",
        "group": "words",
        "caps": (Cap(1, DAY),),
        "holdout": 0.1,
        "purpose": "marketing",
        "goal": ("order.placed",),
    },
)
PAGE_ONLY = {"name", "owner", "reason"}  # they stand beside the sentences; see test_site
WHENS = When("views >= 5"), {"condition": "views > 5", "hold": MINUTE}
STEP = Step(("a",), "product == 'x'", DAY, 2, ("product",))
STEPS = STEP, {"types": ("a", "b"), "where": "product == 'y'", "within": HOUR, "times": 3, "same": ("brand",)}
SILENCES = Silence(("a",), HOUR), {"types": ("b",), "duration": DAY}
WITHOUTS = Without(("a",)), {"types": ("b",)}
FOLLOWS = Follow((STEP, SILENCES[0])), {"steps": (STEP,), "restart": "latest"}
SILENTS = Silent(HOUR, ("a",)), {"duration": DAY, "types": ("b",)}
DATES = DateWindow("ends", ahead=DAY), {"field": "begins", "ahead": 2 * DAY, "after": 0, "yearly": True}
THENS = (
    Then("email", "hello", (("n", "views"),), DAY),
    {
        "channel": "sms",
        "content": "bye",
        "carry": (("n", "heat"),),
        "expires": HOUR,
        "cancel_on": ("b",),
        "to": "parent",
        "mix": "oncora",
    },
)


def changes(base: Any, others: dict[str, Any], aside: set[str] = frozenset()) -> Iterator[tuple[str, Any]]:  # type: ignore[assignment]
    """The base with each field changed, one at a time; a field that the declaration has gained must be added here."""
    assert {field.name for field in fields(base)} - aside == others.keys()
    for name, value in others.items():
        changed = replace(base, **{name: value})
        yield name, replace(changed, ahead=None) if name == "after" else changed


@pytest.mark.parametrize(
    ("base", "others", "wrap"),
    [
        pytest.param(*SIGNALS, lambda one: one, id="signal"),
        pytest.param(*WHENS, signal, id="when"),
        pytest.param(*FOLLOWS, signal, id="follow"),
        pytest.param(*STEPS, lambda step: signal(Follow((step,))), id="first step"),
        pytest.param(*STEPS, lambda step: signal(Follow((Step(("z",), None, DAY), step))), id="later step"),
        pytest.param(*SILENCES, lambda one: signal(Follow((Step(("z",), None, DAY), one))), id="silence"),
        pytest.param(*WITHOUTS, lambda one: signal(Follow((STEP, one, STEP))), id="without"),
        pytest.param(*SILENTS, signal, id="silent"),
        pytest.param(*DATES, signal, id="date"),
        pytest.param(*THENS, lambda then: signal(then=then), id="then"),
    ],
)
def test_each_change_of_a_signal_changes_its_words(base: Any, others: dict[str, Any], wrap: Any) -> None:
    aside = PAGE_ONLY if isinstance(base, Signal) else set()
    said = {told(wrap(base))}
    for name, changed in changes(base, others, aside):
        words = told(wrap(changed))
        assert words not in said, f"{name}: {words}"
        said.add(words)


SUM = Feature("f", "sum", ("a",), "value", over=DAY, where="product == 'x'", per="brand")
SCORE = Feature("f", "score", weights=(Weight("a", 1),), half_life=DAY)
WEIGHED = Feature("f", "score", weights=(Weight("a", "2 * attention"),), half_life=DAY)
TREND = Feature("f", "trend", ("a",), over=DAY)


@pytest.mark.parametrize(
    ("base", "others"),
    [
        (SUM, {"kind": "mean", "types": ("b",), "field": "dwell", "over": HOUR}),
        (SUM, {"where": "product == 'y'", "per": "module"}),
        (Feature("f", "top", ("a",), "product", by="dwell"), {"by": "value"}),
        (Feature("f", "top", ("a",), "product"), {"by": "value"}),
        (SCORE, {"weights": (Weight("a", 2),), "half_life": HOUR}),
        (WEIGHED, {"weights": (Weight("a", "dwell"),)}),
        (TREND, {"band": 0.2, "over": HOUR, "types": ("b",)}),
    ],
)
def test_each_change_of_a_feature_changes_its_words(base: Feature, others: dict[str, Any]) -> None:
    words = LibraryWords(Relations(library()))
    said = {as_text(words.feature(base))}
    for name, value in others.items():
        text = as_text(words.feature(replace(base, **{name: value})))
        assert text not in said, f"{name}: {text}"
        said.add(text)


@pytest.mark.parametrize("kind", ["count", "sum", "mean", "min", "max", "distinct", "first", "last", "top"])
def test_kinds_of_features_differ(kind: Any) -> None:
    words = LibraryWords(Relations(library()))
    others = {"count", "sum", "mean", "min", "max", "distinct", "first", "last", "top"} - {kind}
    made = {other: as_text(words.feature(Feature("f", other, ("a",), "value"))) for other in (*others, kind)}  # type: ignore[arg-type]
    assert len(set(made.values())) == len(made)


def test_what_is_only_named_is_explained() -> None:
    text = told(signal(When("heat > 3"), condition="segment.young"))
    assert (
        "Meaning: In these sentences: `young` are the customers for whom the profile's `age` is less than 40; " in text
    )
    assert "`heat` is a score to which " in text


def test_late_reports_are_told() -> None:
    late = (Interaction("rep.visited", latency=12 * HOUR),)
    follow = Follow((Step(("view",), None, DAY), Silence(("rep.visited",), DAY)))
    for pattern in (Silent(DAY, ("rep.*",)), follow):
        assert "Late reports:" in told(signal(pattern), interactions=late)
        assert "are only counted as over 12 hours later" in told(signal(pattern), interactions=late)
        assert "Late reports:" not in told(signal(pattern))


def test_types_are_named_by_what_the_catalogue_says() -> None:
    pattern = Silent(DAY, ("view", "other", "content.*", "page.*", "*"))
    assert brief(signal(pattern)) == (
        "1 day after the customer's last “Looked” (`view`), `other`, touchpoint of any kind (`*`), touchpoint of "
        "`content.*` or `page.*`, it is noted, and nothing is sent."
    )


def test_what_counts_for_each_value() -> None:
    silence = Follow((Step(("a",), None, DAY), Silence(("b",), DAY)))
    steps = Follow((Step(("a",), None, DAY), Step(("b",), None, DAY)))
    alone = "For each: Each `product` of a customer is watched on its own."
    assert f"{alone} Fires:" in told(signal(per="product"))
    assert f"{alone} A touchpoint without a `product` doesn't count. " in told(signal(steps, per="product"))
    assert "doesn't count, but as one that mustn't come it counts for all. " in told(signal(silence, per="product"))


def test_firings_of_others_are_named() -> None:
    step = Step(("signal.fired",), "properties.signal == 'x'", DAY)
    first = signal()
    reader = replace(signal(Follow((step, Silence(("view",), DAY)))), name="y")
    words = LibraryWords(Relations(library(first, reader)))
    assert as_text(words.brief(reader)).startswith("When a firing of `x` is followed by 1 day without “Looked”")


@pytest.mark.parametrize(
    ("millis", "said"),
    [(1_000, "1 second"), (90_000, "90 seconds"), (60_000, "1 minute"), (HOUR, "1 hour"), (24 * HOUR, "1 day"),
     (36 * HOUR, "36 hours"), (3_660 * DAY, "3,660 days"), (0, "0 days"), (1, "1 ms")],
)  # fmt: skip
def test_durations(millis: int, said: str) -> None:
    assert lasting(millis) == said


def test_the_last_of_one_and_of_several() -> None:
    assert (last(HOUR), last(10 * HOUR)) == ("last hour", "last 10 hours")


@pytest.mark.parametrize(
    ("value", "said"), [(3.0, "3"), (0.5, "0.5"), (12_345, "12,345"), (-2, "-2"), (1e300, "1e+300")]
)
def test_numbers(value: float, said: str) -> None:
    assert number(value) == said


def test_what_holds_a_message_back_and_takes_it_back() -> None:
    channels = (
        Channel("email", consent="email_consent", quiet=Quiet(21 * 60, 8 * 60), caps=(Cap(3, 7 * DAY),)),
        Channel("sms", quiet=Quiet(20 * 60, 9 * 60 + 30, defer=False), rest=Rest(5, 30 * DAY)),
    )
    signal = Signal(
        "one",
        "crm",
        None,
        "live",
        3.0,
        Follow((Step(("view",), None, DAY),)),
        then=Then(("email", "sms"), content="words", cancel_on=("rep.visited",)),
        unless="views > 9",
        group="words",
        caps=(Cap(1, DAY, "product"),),
        holdout=0.1,
        purpose="marketing",
    )
    groups = (Group("words", (Cap(2, DAY),)),)
    says = told(signal, channels=channels, groups=groups, caps=(Cap(5, 7 * DAY),), content_again=DAY)
    for part in (
        "Then: Sends the content “words” to the first of these channels that may be used now: `email` or `sms`.",
        "Consent: Goes only to customers whose `consent.marketing` is true and on `email` to customers whose ",
        "`email_consent` is true; where that is missing, they haven't agreed.",
        "Unless: Its message is held back where",
        "Holdout: 10 % of customers never get it, always the same ones",
        "Group: Of the group “words” one message goes at a moment: the one of highest value.",
        "1 in 1 day for each `product` of this signal; 2 in 1 day of the group “words”; 3 in 7 days on `email`; ",
        "5 in 7 days of all signals; the content “words” once in 1 day.",
        "Quiet hours: On `email` nothing is sent from 21:00 to 08:00 by the customer's clock; what comes up then waits",
        "Quiet hours: On `sms` nothing is sent from 20:00 to 09:30 by the customer's clock; what comes up then isn't",
        "Rest: `sms` rests for 30 days after 5 messages in a row without a response.",
        "Taken back: When “A rep came by” (`rep.visited`) comes before it expires, it is taken back.",
    ):
        assert part in says
    assert brief(signal, channels=channels, groups=groups).endswith(", a message goes to `email` or `sms`.")


def test_the_best_channel() -> None:
    signal = Signal("one", "crm", None, "live", 3.0, Follow((Step(("view",), None, DAY),)), then=Then("best"))
    assert "to the best channel for the customer (`best`)" in told(signal, channels=(Channel("email"),))
    assert brief(signal).endswith("a message goes to the best channel (`best`).")
