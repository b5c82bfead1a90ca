"""Stories, by hand: stages, modules, evidence, branches, mixes, rounds, late ones."""

from __future__ import annotations

from typing import Any

from tests.oracle.timelines.make import at, fires, library, signal, tick, timeline


def story(**said: Any) -> dict[str, Any]:
    body = {"story": "s", "of": ["a", "b", "c"], "stages": ["one", {"stage": "two", "touchpoints": 2}], **said}
    return {key: value for key, value in body.items() if value is not None}


def told(when: str, /, late_by: str = "1m", catalogue: dict[str, Any] | None = None, **said: Any) -> dict[str, Any]:
    """A library of one story, and one signal that reads it."""
    return library(signal(when=when), stories=[story(**said)], late_by=late_by, interactions=catalogue)


def seen(second: float, kind: str = "a", /, **fields: Any) -> dict[str, Any]:
    """A touchpoint led by the customer, with all attention."""
    return at(second, kind, **{"led_by": "customer", "attention": 1.0, **fields})


M: dict[str, Any] = {"m": {}}
MN: dict[str, Any] = {"m": {}, "n": {"after": "m"}}
THREE: list[Any] = ["one", {"stage": "two", "touchpoints": 1, "within": "10s"}, {"stage": "three", "touchpoints": 2}]

STORIES = (
    timeline(
        "a stage is reached by the touchpoint that completes what leads to it",
        told("stage.s == 'two'"),
        [at(0, "a"), at(1, "x"), at(2, "b"), at(3, "a")],
        fires(2, "b@2"),
    ),
    timeline(
        "the touchpoint that leads to a stage doesn't count for the next",
        told("stage.s == 'three'", stages=THREE),
        [at(0, "a"), at(1, "a"), at(2, "a")],
        fires(2, "a@2"),
    ),
    timeline(
        "a shift goes as far as it leads: a stage passed through isn't seen",
        told(
            "stage.s == 'two' or stage.s == 'three'",
            stages=["one", {"stage": "two", "modules": "m"}, {"stage": "three", "modules": 1}],
            modules=M,
        ),
        [seen(0, module="m"), seen(1, module="m")],
        fires(0, "a@0"),
    ),
    timeline(
        "different types are counted, the touchpoints of one type as one",
        told("stage.s == 'two'", stages=["one", {"stage": "two", "touchpoints": {"types": 2}}]),
        [at(0, "a"), at(1, "a"), at(2, "b")],
        fires(2, "b@2"),
    ),
    timeline(
        "touchpoints of a stage are those of its types, for which its where is true",
        told(
            "stage.s == 'two'",
            stages=["one", {"stage": "two", "touchpoints": {"count": 2, "of": "b", "where": "value > 1"}}],
        ),
        [at(0, "a", value=2), at(1, "b", value=1), at(2, "b", value=2), at(3, "b", value=3)],
        fires(3, "b@3"),
    ),
    timeline(
        "types that a story names only within are told apart in one of all types",
        told("story.s.open.o", of="*", branches={"o": {"of": "b", "answered": "c"}}),
        [at(0, "a"), at(1, "b"), at(2, "d"), at(3, "c"), at(4, "b")],
        fires(1, "b@1"),
        fires(4, "b@4"),
    ),
    timeline(
        "only touchpoints for which the story's where is true belong to it",
        told("story.s.touchpoints >= 2", where="brand == 'x'"),
        [at(0, "a", brand="x"), at(1, "a", brand="y"), at(2, "a"), at(3, "a", brand="x")],
        fires(3, "a@3"),
    ),
    timeline(
        "attention adds up, whoever led it halved, and a module is done with what it needs",
        told("module.s.m.done", modules=M),
        [
            at(0, "a", module="m", attention=0.5, led_by="rep"),
            at(1, "a", module="m", attention=0.25, led_by="rep"),
            at(2, "a", module="m", attention=0.25, led_by="rep"),
        ],
        fires(2, "a@2"),
    ),
    timeline(
        "what the customer led, and a reaction, count in full",
        told("module.s.m.attention >= 0.5", modules=M),
        [
            at(0, "a", module="m", attention=0.25, led_by="customer"),
            at(1, "a", module="m", attention=0.25, reaction="question"),
        ],
        fires(1, "a@1"),
    ),
    timeline(
        "what a type proves by the catalogue is weighed",
        told(
            "module.s.m.attention >= 0.5",
            modules=M,
            evidence={"proves": {"participated": "75%"}, "otherwise": "25%"},
            catalogue={"a": {"evidence": "viewed"}, "b": {"evidence": "participated"}, "c": {}},
        ),
        [at(0, "a", module="m", attention=1.0), at(1, "b", module="m", attention=0.4)],
        fires(1, "b@1"),
    ),
    timeline(
        "dwell counts where there is no attention, and is worth no more than otherwise",
        told("module.s.m.attention >= 0.5", modules=M, evidence={"dwell": "60s"}),
        [
            at(0, "a", module="m", dwell=30, led_by="customer"),
            at(1, "a", module="m", dwell=30, attention=0.0),
            at(2, "a", module="m", dwell=600),
        ],
        fires(2, "a@2"),
    ),
    timeline(
        "attention is 1 at most",
        told("module.s.m.attention > 1 or story.s.touchpoints == 2", modules=M),
        [seen(0, module="m"), seen(1, module="m")],
        fires(1, "a@1"),
    ),
    timeline(
        "attention counts before a module is unlocked; it is done when both are so",
        told("module.s.n.done", modules=MN),
        [seen(0, module="n"), seen(1, module="m")],
        fires(1, "a@1"),
    ),
    timeline(
        "a module is unlocked when those before it are done",
        told("module.s.n.unlocked", modules=MN),
        [seen(0, module="n"), seen(1, module="m"), seen(2, module="m")],
        fires(1, "a@1"),
    ),
    timeline(
        "a channel is unlocked when its modules are done",
        told("story.s.unlocked.email", modules=M, channels={"email": "m"}),
        [at(0, "a"), seen(1, module="m")],
        fires(1, "a@1"),
    ),
    timeline(
        "what is forgotten stays done",
        told("module.s.m.attention <= 0.25 and module.s.m.done", modules=M, half_life="10s"),
        [seen(0, module="m"), tick(30)],
        fires(20),
    ),
    timeline(
        "time alone makes a stage overdue, at that very moment",
        told("story.s.overdue", stages=["one", {"stage": "two", "touchpoints": 2, "within": "10s"}]),
        [at(0, "a"), tick(9.999), tick(10), at(11, "a"), tick(60)],
        fires(10),
    ),
    timeline(
        "a shift that comes when it is overdue still comes; then nothing is overdue",
        library(
            signal("s", when="stage.s == 'two'"),
            signal("t", when="not story.s.overdue and story.s.touchpoints >= 1"),
            stories=[story(stages=["one", {"stage": "two", "touchpoints": 2, "within": "10s"}])],
        ),
        [at(0, "a"), at(10, "a")],
        fires(0, "a@0", signal="t"),
        fires(10, "a@10"),
        fires(10, "a@10", signal="t"),
    ),
    timeline(
        "the time by which a stage must move is counted from when it began",
        told(
            "story.s.overdue",
            stages=["one", {"stage": "two", "touchpoints": 1}, {"stage": "three", "touchpoints": 9, "within": "5s"}],
        ),
        [at(0, "a"), at(3, "a"), tick(20)],
        fires(5),
    ),
    timeline(
        "an objection stays open until it is answered",
        told("story.s.open.o", branches={"o": {"of": "a", "answered": "b"}}),
        [at(0, "a"), at(100, "a"), at(200, "b"), at(300, "a")],
        fires(0, "a@0"),
        fires(300, "a@300"),
    ),
    timeline(
        "a touchpoint that answers and opens opens again",
        told("not story.s.open.o and story.s.touchpoints > 0", branches={"o": {"of": ["a", "b"], "answered": "b"}}),
        [at(0, "a"), at(1, "b")],
    ),
    timeline(
        "an interest closes by itself, so long after the last touchpoint of it",
        told("not story.s.open.i and story.s.touchpoints > 0", branches={"i": {"of": "a", "stays": "10s"}}),
        [at(0, "a"), at(5, "a"), at(6, "b"), tick(14.999), tick(60)],
        fires(15),
    ),
    timeline(
        "what opens a branch is counted anew after a pause as long as it stays",
        told("story.s.open.i", branches={"i": {"of": "a", "times": 2, "stays": "10s"}}),
        [at(0, "a"), at(10, "a"), at(19, "a")],
        fires(19, "a@19"),
    ),
    timeline(
        "a module of a branch is locked until it has been open, and stays unlocked",
        told("module.s.m.unlocked", modules=M, branches={"o": {"of": "a", "answered": "b", "modules": "m"}}),
        [at(0, "b"), at(1, "a"), at(2, "b"), at(3, "a")],
        fires(1, "a@1"),
    ),
    timeline(
        "the mix is of attention before it is weighed, by the channels that it names",
        told(
            "story.s.share.rep < 0.5",
            modules=M,
            mix={"rep": "80%", "digital": {"of": ["email", "site"], "share": "20%"}},
        ),
        [
            at(0, "a", channel="rep", attention=0.5),
            at(1, "a", channel="shop", attention=1.0),
            at(2, "a", channel="site", attention=0.5, led_by="customer"),
            at(3, "a", channel="email", attention=0.25),
        ],
        fires(3, "a@3"),
    ),
    timeline(
        "off is how far the share that is furthest off is from what it is to be",
        told("story.s.off <= 0.2", mix={"rep": "80%", "digital": {"of": ["email", "site"], "share": "20%"}}),
        [
            at(0, "a", attention=1.0),
            at(1, "a", channel="site", attention=0.4),
            at(2, "a", channel="rep", attention=0.6),
        ],
        fires(2, "a@2"),
    ),
    timeline(
        "a story starts on one channel and ends on another",
        told("story.s.first_channel != story.s.last_channel"),
        [at(0, "a"), at(1, "a", channel="rep"), at(2, "a"), at(3, "a", channel="site")],
        fires(3, "a@3"),
    ),
    timeline(
        "who comes again after so long begins anew with that touchpoint, with nothing taken in",
        told("stage.s == 'two'", reenter={"after": "1h"}),
        [at(0, "a"), at(1, "a"), at(3601, "a"), at(3602, "a")],
        fires(1, "a@1"),
        fires(3602, "a@3602"),
    ),
    timeline(
        "a touchpoint begins the story anew from a later stage than the first",
        told("story.s.round == 2", reenter={"by": "b"}),
        [at(0, "b"), at(1, "b"), at(2, "b")],
        fires(2, "b@2"),
    ),
    timeline(
        "of who has no touchpoint of the story the stage is the first, and no round has begun",
        told("stage.s == 'one' and story.s.round == 0 and not exists(story.s.since)"),
        [at(0, "a"), at(1, "a")],
    ),
    timeline(
        "a late touchpoint is read in its place: the stage began when it would have",
        library(
            signal("s", when="story.s.since <= 1767607201000 and stage.s == 'two'"),
            stories=[story(stages=["one", {"stage": "two", "touchpoints": 2}])],
        ),
        [at(0, "a"), at(9, "a"), at(1, "b", append=10)],
        fires(9, "b@1", late=True),
    ),
    timeline(
        "a late touchpoint may take a time back by which a stage must move",
        told(
            "story.s.overdue and stage.s == 'two'",
            stages=[*THREE[:2], {"stage": "three", "touchpoints": 5, "within": "20s"}],
        ),
        [at(5, "a"), at(0, "b", append=6), tick(30)],
        fires(20),
    ),
    timeline(
        "beyond late_by a story takes nothing",
        told("stage.s == 'two'", late_by="5s"),
        [at(0, "a"), at(10, "x"), at(4, "a", append=11), at(5, "b", append=12)],
        fires(10, "b@5", late=True),
    ),
    timeline(
        "a late touchpoint before all of the eight that are kept is read right before them",
        told(
            "story.s.began < 1767607200000 + 2000 and story.s.touchpoints == 11",
            stages=["one", {"stage": "two", "touchpoints": 99}],
        ),
        [*(at(second, "a") for second in range(2, 12)), at(0, "b", append=12)],
    ),
)
