"""The context as `if`, segments and `carry` read it: as of their place in the log."""

from __future__ import annotations

from typing import Any

from tests.oracle.timelines.make import Timeline, at, fires, library, moment, profile, signal, tick, timeline


def context(second: float, /, append: float | None = None, **properties: Any) -> dict[str, Any]:
    said = {} if append is None else {"_append": moment(append)}
    return {"type": "context.updated", "time": moment(second), "properties": properties, **said}


def asked(name: str, condition: str, *log: dict[str, Any], at_: str | None = None) -> Timeline:
    """A touchpoint at second 9 fires, or is refused where `at_` is so."""
    made = library(signal(follow=["a"], if_=condition))
    return timeline(name, made, [*log, at(9, "a")], fires(9, "a@9", held=at_))


RAIN = "context.weather == 'rain'"
TOWN = "context.weather[profile.town].sky == 'rain'"

CONTEXTS = (
    asked("what isn't known is missing", RAIN, at_="if"),
    asked("what is known", RAIN, context(1, weather="rain")),
    asked("what has changed", RAIN, context(1, weather="rain"), context(2, weather="sun"), at_="if"),
    asked(
        "what was removed", "exists(context.weather)", context(1, weather="rain"), context(2, weather=None), at_="if"
    ),
    asked("the newest by time stands", RAIN, context(3, weather="rain"), context(2, append=4, weather="sun")),
    asked("of one time the later in the log", RAIN, context(3, weather="sun"), context(3, weather="rain")),
    asked(
        "a time ahead of its append time is set back",
        RAIN,
        context(8, append=2, weather="sun"),
        context(3, weather="rain"),
    ),
    asked("by what the profile says", TOWN, profile(0, town="Ghent"), context(1, weather={"Ghent": {"sky": "rain"}})),
    asked("not another's", TOWN, profile(0, town="Bruges"), context(1, weather={"Ghent": {"sky": "rain"}}), at_="if"),
    asked("of one who says nothing", TOWN, context(1, weather={"Ghent": {"sky": "rain"}}), at_="if"),
    asked(
        "a number names what its text names",
        "context.open[profile.zip]",
        profile(0, zip=9000),
        context(1, open={"9000": True}),
    ),
    asked(
        "what is no name names nothing",
        "context.open[profile.zip]",
        profile(0, zip=True),
        context(1, open={"True": 1}),
        at_="if",
    ),
    asked("by a name in quotes, and a place", "context.news['BE'][1] == 'b'", context(1, news={"BE": ["a", "b"]})),
    asked(
        "entries change one by one",
        TOWN,
        profile(0, town="Ghent"),
        context(1, weather={"Ghent": {"sky": "rain"}}),
        context(2, weather={"Bruges": {"sky": "sun"}}),
    ),
    asked(
        "each entry by its own time",
        "context.n['x'] == 2 and context.n['y'] == 1",
        context(3, n={"x": 2}),
        context(2, append=4, n={"x": 1, "y": 1}),
    ),
    asked(
        "an entry is removed",
        "context.n['x'] or context.n['y']",
        context(1, n={"x": 1}),
        context(2, n={"x": None}),
        at_="if",
    ),
    asked(
        "a value takes the place of older entries",
        "context.n == 5 and not context.n['x']",
        context(1, n={"x": 1}),
        context(2, n=5),
    ),
    asked(
        "newer entries take the place of a value",
        "context.n['x'] == 1",
        context(1, n=5),
        context(2, n={"x": 1}),
    ),
    asked(
        "entries newer than a late value stay",
        "context.n['x'] == 1 and not context.n['y']",
        context(1, n={"y": 1}),
        context(3, n={"x": 1}),
        context(2, append=4, n=5),
    ),
    timeline(
        "it holds for all customers at once, and nothing fires by it",
        library(signal(follow=["a"], if_=RAIN)),
        [at(0, "a"), at(1, "a", customer="d"), context(2, weather="rain"), at(3, "a", customer="d"), at(4, "a")],
        fires(0, "a@0", held="if"),
        fires(1, "a@1", held="if", customer="d"),
        fires(3, "a@3", customer="d"),
        fires(4, "a@4"),
    ),
    timeline(
        "a timer asks when it fires",
        library(signal(silent="5s", of="a", if_=RAIN)),
        [at(0, "a"), at(1, "a", customer="d"), tick(5), context(5, weather="rain"), tick(6)],
        fires(5, "a@0", held="if"),
        fires(6, "a@1", customer="d"),
    ),
    timeline(
        "a segment reads it",
        library(signal(follow=["a"], if_="segment.wet"), segments={"wet": RAIN}),
        [context(0, weather="rain"), at(1, "a")],
        fires(1, "a@1"),
    ),
    timeline(
        "it stays when who it is read for is forgotten",
        library(signal(follow=["a"], if_=RAIN), forget_after="5s"),
        [context(0, weather="rain"), at(1, "a"), tick(10), at(11, "a")],
        fires(1, "a@1"),
        fires(11, "a@11"),
    ),
)
