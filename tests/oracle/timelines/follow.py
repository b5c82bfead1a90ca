"""`follow`: steps, silences, breakers, `within`, `times`, `same`, `restart`, `per`."""

from typing import Any

from tests.oracle.timelines.make import at, fires, library, signal, tick, timeline


def follow(*steps: Any, **body: Any) -> dict[str, Any]:
    return library(signal(follow=list(steps), **body))


QUIET = {"without": ["order"], "for": "10s"}
BREAK = {"without": ["order"]}

FOLLOW = (
    timeline(
        "the steps have happened in event-time order",
        follow("a", "b"),
        [at(0, "b"), at(1, "a"), at(2, "b"), at(3, "b")],
        fires(2, "a@1", "b@2"),
    ),
    timeline(
        "a run of a single step fires at each",
        follow("a"),
        [at(0, "a"), at(0, "a", id="2"), at(1, "a")],
        fires(0, "a@0"),
        fires(1, "a@1"),
    ),
    timeline(
        "at the same ms the order is that of the log",
        follow("a", "b"),
        [at(0, "b"), at(0, "a"), at(0, "b", id="b2")],
        fires(0, "a@0", "b2"),
    ),
    timeline(
        "the one that completes a run doesn't begin the next",
        follow("a", "a"),
        [at(0, "a"), at(1, "a"), at(2, "a"), at(3, "a")],
        fires(1, "a@0", "a@1"),
        fires(3, "a@2", "a@3"),
    ),
    timeline(
        "within is closed",
        follow("a", {"type": "b", "within": "10s"}),
        [at(0, "a"), at(10, "b")],
        fires(10, "a@0", "b@10"),
    ),
    timeline(
        "one ms after within the run is gone",
        follow("a", {"type": "b", "within": "10s"}),
        [at(0, "a"), at(10.001, "b"), at(11, "b")],
    ),
    timeline(
        "one that comes too late may begin a new run",
        follow(["a", "b"], {"type": "b", "within": "10s"}),
        [at(0, "a"), at(11, "b"), at(12, "b")],
        fires(12, "b@11", "b@12"),
    ),
    timeline(
        "restart first: a second first step doesn't move a run that waits",
        follow("a", {"type": "b", "within": "10s"}),
        [at(0, "a"), at(5, "a"), at(12, "b")],
    ),
    timeline(
        "restart latest: a second first step begins it anew",
        follow("a", {"type": "b", "within": "10s"}, restart="latest"),
        [at(0, "a"), at(5, "a"), at(12, "b")],
        fires(12, "a@5", "b@12"),
    ),
    timeline(
        "restart latest: what fulfils the awaited step doesn't begin it anew",
        follow("a", "a", "b", restart="latest"),
        [at(0, "a"), at(1, "a"), at(2, "b")],
        fires(2, "a@0", "a@1", "b@2"),
    ),
    timeline(
        "a silence is fulfilled when t + d is reached",
        follow("a", QUIET),
        [at(0, "a"), at(5, "b"), tick(9.999), tick(10)],
        fires(10, "a@0"),
    ),
    timeline(
        "a silence is fulfilled before touchpoints of that millisecond",
        follow("a", QUIET),
        [at(0, "a"), at(10, "order")],
        fires(10, "a@0"),
    ),
    timeline(
        "a breaker one ms before the end breaks it", follow("a", QUIET), [at(0, "a"), at(9.999, "order"), tick(60)]
    ),
    timeline(
        "a breaker at the step's own ms, after it in the log, breaks it",
        follow("a", QUIET),
        [at(0, "a"), at(0, "order"), tick(60)],
    ),
    timeline(
        "a breaker at the step's own ms, before it in the log, doesn't",
        follow("a", QUIET),
        [at(0, "order"), at(0, "a"), tick(60)],
        fires(10, "a@0"),
    ),
    timeline(
        "one that breaks may begin a new run",
        follow("a", {"without": ["a"], "for": "10s"}),
        [at(0, "a"), at(5, "a"), tick(60)],
        fires(15, "a@5"),
    ),
    timeline(
        "restart first: a second basket doesn't move the silence",
        follow("a", QUIET),
        [at(0, "a"), at(5, "a"), tick(60)],
        fires(10, "a@0"),
    ),
    timeline(
        "restart latest: a second basket moves the silence",
        follow("a", QUIET, restart="latest"),
        [at(0, "a"), at(5, "a"), tick(60)],
        fires(15, "a@5"),
    ),
    timeline(
        "a run used up: the next first step begins another",
        follow("a", QUIET),
        [at(0, "a"), at(10, "a"), tick(60)],
        fires(10, "a@0"),
        fires(20, "a@10"),
    ),
    timeline(
        "within counts from the silence's end",
        follow("a", QUIET, {"type": "b", "within": "5s"}),
        [at(0, "a"), at(9, "b"), at(15, "b")],
        fires(15, "a@0", "b@15"),
    ),
    timeline(
        "within counts from the silence's end: one ms too late",
        follow("a", QUIET, {"type": "b", "within": "5s"}),
        [at(0, "a"), at(15.001, "b"), tick(60)],
    ),
    timeline(
        "a step at the ms in which the silence ends comes after it",
        follow("a", QUIET, "b"),
        [at(0, "a"), at(10, "b")],
        fires(10, "a@0", "b@10"),
    ),
    timeline(
        "two silences one after the other",
        follow("a", QUIET, {"without": ["b"], "for": "5s"}),
        [at(0, "a"), at(3, "b"), at(12, "order"), tick(60)],
        fires(15, "a@0"),
    ),
    timeline(
        "without between two steps breaks the run if one comes between them",
        follow("a", BREAK, "b"),
        [at(0, "a"), at(1, "order"), at(2, "b"), at(3, "a"), at(4, "b"), at(5, "order")],
        fires(4, "a@3", "b@4"),
    ),
    timeline(
        "does it fulfil the awaited step is asked before does it break the run",
        follow("a", {"without": ["b"]}, {"type": "b", "where": "value > 1"}),
        [at(0, "a"), at(1, "b", value=2), at(2, "a"), at(3, "b", value=1), at(4, "b", value=2)],
        fires(1, "a@0", "b@1"),
    ),
    timeline(
        "a breaker while the rest of `times` is awaited breaks the run",
        follow("a", BREAK, {"type": "b", "times": 2}),
        [at(0, "a"), at(1, "b"), at(2, "order"), at(3, "b"), at(4, "b")],
    ),
    timeline(
        "times: all N fall within, counted from the step before",
        follow("a", {"type": "b", "times": 2, "within": "10s"}),
        [at(0, "a"), at(6, "b"), at(10, "b"), at(20, "a"), at(26, "b"), at(30.001, "b")],
        fires(10, "a@0", "b@6", "b@10"),
    ),
    timeline(
        "within after times counts from the last of them",
        follow({"type": "a", "times": 2}, {"type": "b", "within": "10s"}),
        [at(0, "a"), at(5, "a"), at(15, "b")],
        fires(15, "a@0", "a@5", "b@15"),
    ),
    timeline(
        "same is against the run's first touchpoint",
        follow("a", {"type": "b", "same": ["product"]}),
        [at(0, "a", product="p"), at(1, "b", product="q"), at(2, "b"), at(3, "b", product="p")],
        fires(3, "a@0", "b@3"),
    ),
    timeline(
        "a touchpoint that lacks one of the fields begins no run",
        follow("a", "b", {"type": "c", "same": ["product"]}),
        [at(0, "a"), at(1, "a", product="p"), at(2, "b"), at(3, "c", product="p")],
        fires(3, "a@1", "b@2", "c@3"),
    ),
    timeline(
        "same: the same where the text, or the JSON of what isn't text, is the same",
        follow("a", {"type": "b", "same": ["properties.n"]}),
        [at(0, "a", properties={"n": 5}), at(1, "b", properties={"n": 6}), at(2, "b", properties={"n": "5"})],
        fires(2, "a@0", "b@2"),
    ),
    timeline(
        "per: an instance for each value; a touchpoint without the field begins and fulfils nothing",
        follow("a", "b", per="product"),
        [at(0, "a", product="p"), at(1, "a", product="q"), at(2, "a"), at(3, "b"), at(4, "b", product="q")],
        fires(4, "a@1", "b@4", per="q"),
    ),
    timeline(
        "per: a breaker without the field counts for every instance, one of another value for its own",
        follow("a", QUIET, per="product"),
        [
            at(0, "a", product="p"),
            at(0, "a", product="q", id="aq"),
            at(1, "order", product="p"),
            tick(9),
            at(11, "a", product="p"),
            at(11, "a", product="q", id="aq2"),
            at(12, "order"),
            tick(60),
        ],
        fires(10, "aq", per="q"),
    ),
    timeline(
        "per: 100 instances are kept, one evicted ends without firing",
        follow("a", QUIET, per="product"),
        [
            *(at(0, "a", product=f"p{n}", id=f"a{n}") for n in range(100)),
            at(1, "order", product="p1"),
            at(2, "a", product="p100"),
            *(at(3, "order", product=f"p{n}", id=f"o{n}") for n in range(2, 101)),
            tick(60),
        ],
    ),
    timeline(
        "a wildcard and a list are steps too",
        follow("shop.*", ["b", "c"]),
        [at(0, "shop"), at(1, "shop.x.y"), at(2, "c")],
        fires(2, "shop.x.y@1", "c@2"),
    ),
)
