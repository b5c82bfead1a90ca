"""Late touchpoints, doubled ones, and the customer's clock."""

from typing import Any

from tests.oracle.timelines.make import at, cancelled, fires, library, profile, signal, tick, timeline

COUNTS = {
    "views": {"count": "view", "over": "50s"},
    "ever": {"count": "view"},
    "heat": {"score": {"view": 1}, "half_life": "10s"},
}
HOT = {"score": {"hot": "value"}, "half_life": "10s"}
QUIET = {"without": ["order"], "for": "10s"}


def counting(condition: str) -> dict[str, Any]:
    return library(signal(when=condition), features=COUNTS)


def follow(*steps: Any, **body: Any) -> dict[str, Any]:
    return library(signal(follow=list(steps), **body))


LATE = (
    timeline(
        "features take a late one at its own time; its firing has the clock as its time and says late",
        counting("views >= 2"),
        [at(20, "view"), at(10, "view")],
        fires(20, "view@10", late=True),
    ),
    timeline(
        "an edge that came and went in the past isn't found",
        counting("views >= 2"),
        [at(0, "view"), at(55, "view"), at(4, "view")],
    ),
    timeline(
        "a late one within late_by warms a score at its own time",
        counting("heat >= 1.5"),
        [at(20, "view"), at(10, "view")],
        fires(20, "view@10", late=True),
    ),
    timeline(
        "late_by is counted back from the clock, inclusive",
        counting("ever >= 2"),
        [at(60, "view"), at(0, "view")],
        fires(60, "view@0", late=True),
    ),
    timeline(
        "beyond late_by nothing fires by it, and what it turns true counts as true before",
        counting("ever >= 2"),
        [at(60.001, "view"), at(0, "view"), at(61, "view")],
    ),
    timeline(
        "beyond late_by only features without `over` take it, and scores not",
        library(
            signal("ever", when="ever >= 3"),
            signal("heat", when="heat >= 0.1 and n >= 1"),
            signal("over", when="wide >= 2"),
            features={
                "ever": {"count": "view"},
                "wide": {"count": "view", "over": "1h"},
                "n": {"count": "go"},
                "heat": {"score": {"old": 1000}, "half_life": "1h"},
            },
        ),
        [at(100, "view"), at(0, "view"), at(0, "old"), at(101, "go"), at(102, "view")],
        fires(102, "view@102", signal="ever"),
        fires(102, "view@102", signal="over"),
    ),
    timeline(
        "its id is remembered even beyond late_by",
        counting("ever >= 3"),
        [at(100, "view"), at(0, "view"), at(101, "view", id="view@0"), at(102, "view")],
        fires(102, "view@102"),
    ),
    timeline(
        "hold: what one beyond late_by turns true isn't held for",
        library(signal(when="ever >= 2", hold="5s"), features=COUNTS),
        [at(100, "view"), at(0, "view"), tick(200)],
    ),
    timeline(
        "hold: what a late one turns true is held from the clock on",
        library(signal(when="ever >= 2", hold="5s"), features=COUNTS),
        [at(100, "view"), at(90, "view"), tick(200)],
        fires(105),
    ),
    timeline(
        "profile.updated is never too late: it is asked by",
        library(signal(when="profile.x == 1")),
        [at(100, "view"), profile(0, x=1)],
        fires(100, "profile.updated@0", late=True),
    ),
    timeline(
        "each field of a profile keeps the value with the newest event time",
        library(signal(when="n >= 1 and profile.x == 2 and profile.y == 1"), features={"n": {"count": "go"}}),
        [profile(10, x=2), profile(5, x=3, y=1), at(11, "go")],
        fires(11, "go@11"),
    ),
    timeline(
        "a removal is kept with its time too",
        library(signal(when="n >= 1 and not exists(profile.x)"), features={"n": {"count": "go"}}),
        [profile(10, x=None), profile(5, x=3), at(11, "go")],
        fires(11, "go@11"),
    ),
    timeline(
        "of two profiles in a millisecond the later in the log stands",
        library(signal(when="n >= 1 and profile.x == 2"), features={"n": {"count": "go"}}),
        [profile(10, x=1), at(10, "profile.updated", id="p2", properties={"x": 2}), at(11, "go")],
        fires(11, "go@11"),
    ),
    timeline(
        "a duplicate changes nothing",
        counting("ever >= 2"),
        [at(0, "view"), at(1, "view", id="view@0"), at(2, "view")],
        fires(2, "view@2"),
    ),
    timeline(
        "a duplicate changes neither clock nor timers",
        library(signal(silent="10s", of="a")),
        [at(0, "a"), at(50, "b", id="a@0"), at(5, "a"), tick(60)],
        fires(15, "a@5"),
    ),
    timeline(
        "the last 64 ids are kept: the one 65 ago is new again",
        counting("ever >= 2"),
        [
            at(0, "view"),
            *(at(1, "b", id=f"b{n}") for n in range(63)),
            at(2, "view", id="view@0"),
            at(2, "b"),
            at(2, "view", id="view@0"),
        ],
        fires(2, "view@0"),
    ),
    timeline(
        "an id is a customer's own",
        counting("ever >= 2"),
        [at(0, "view"), at(1, "view", id="view@0", customer="d"), at(2, "view", id="v2", customer="d")],
        fires(2, "v2", customer="d"),
    ),
    timeline(
        "a time after its append time is set back to it",
        counting("ever >= 2"),
        [at(0, "view"), at(100, "view", append=5), at(6, "b"), at(7, "view")],
        fires(5, "view@100"),
    ),
    timeline(
        "a timer that fired moved the clock: what comes then from before is late",
        library(signal(silent="10s", of="a"), signal("w", when="n >= 1"), features={"n": {"count": "view"}}),
        [at(0, "a"), tick(10), at(9, "view")],
        fires(10, "a@0"),
        fires(10, "view@9", signal="w", late=True),
    ),
    timeline(
        "a tick that fires nothing doesn't move the clock",
        library(signal("w", when="n >= 1"), features={"n": {"count": "view"}}),
        [at(0, "a"), tick(30), at(9, "view")],
        fires(9, "view@9", signal="w"),
    ),
    timeline(
        "a timer refused by `if` moves the clock, one held off by `again` doesn't",
        library(
            signal("if", silent="10s", of="a", if_="False == True"),
            signal("w", when="n >= 1"),
            features={"n": {"count": "view"}},
        ),
        [at(0, "a"), tick(10), at(9, "view")],
        fires(10, "a@0", signal="if", held="if"),
        fires(10, "view@9", signal="w", late=True),
    ),
    timeline(
        "a timer held off by `again` doesn't move the clock",
        library(
            signal(silent="10s", of="a", again="30s"), signal("w", when="n >= 1"), features={"n": {"count": "view"}}
        ),
        [at(0, "a"), tick(10), at(20, "a"), tick(30), at(29, "view")],
        fires(10, "a@0"),
        fires(29, "view@29", signal="w"),
    ),
    timeline(
        "other effects of time are as of the next record: a silence held off by `again` isn't over by a tick",
        follow("a", QUIET, again="25s"),
        [at(0, "a"), tick(10), at(20, "a"), tick(30), at(26, "a"), tick(60)],
        fires(10, "a@0"),
    ),
    timeline(
        "a silence held off by `again` is over by a record after it",
        follow("a", QUIET, again="25s"),
        [at(0, "a"), tick(10), at(20, "a"), at(31, "a"), tick(60)],
        fires(10, "a@0"),
        fires(41, "a@31"),
    ),
    timeline(
        "follow: a late one is read in its place",
        follow("a", "b", "c"),
        [at(0, "a"), at(10, "c"), at(5, "b")],
        fires(10, "a@0", "b@5", "c@10", late=True),
    ),
    timeline(
        "follow: a late breaker in the silence's span breaks it",
        follow("a", QUIET),
        [at(0, "a"), at(8, "b"), at(5, "order"), tick(60)],
    ),
    timeline(
        "follow: a late breaker in a silence that was fulfilled undoes what came after it",
        follow("a", QUIET, "b", "c"),
        [at(0, "a"), at(12, "b"), at(5, "order"), at(15, "c"), at(16, "a"), at(27, "b"), at(28, "c")],
        fires(28, "a@16", "b@27", "c@28"),
    ),
    timeline(
        "follow: a late step after a silence that ended before it takes its place behind it",
        follow("a", QUIET, {"type": "b", "within": "5s"}, "c"),
        [at(0, "a"), at(20, "c"), at(15, "b")],
        fires(20, "a@0", "b@15", "c@20", late=True),
    ),
    timeline(
        "follow: a late one before the last completion isn't read, and the run that waits stays",
        follow("a", "b"),
        [at(1, "b"), at(2, "a"), at(3, "b"), at(4, "a"), at(0, "a"), at(5, "b")],
        fires(3, "a@2", "b@3"),
        fires(5, "a@4", "b@5"),
    ),
    timeline(
        "hold: what a late one turned false in the past isn't found, what it turns false at the clock is",
        library(signal(when="ever >= 1 and heat < 3", hold="5s"), features={**COUNTS, "heat": HOT}),
        [at(0, "view"), at(4, "page"), at(2, "hot", value=2), tick(60)],
        fires(5),
    ),
    timeline(
        "when is asked before and after a late one, at the clock: there the score has decayed",
        library(signal("now", when="heat >= 3"), signal("then", when="heat >= 1"), features={"heat": HOT}),
        [at(20, "page"), at(10, "hot", value=4)],
        fires(20, "hot@10", signal="then", late=True),
    ),
    timeline(
        "follow: a late first step whose silence is over by the clock fires now",
        follow("a", QUIET),
        [at(30, "b"), at(20, "a")],
        fires(30, "a@20", late=True),
    ),
    timeline(
        "follow: a late first step whose silence is open waits for its end",
        follow("a", QUIET),
        [at(30, "b"), at(20.001, "a"), tick(60)],
        fires(30.001, "a@20.001"),
    ),
    timeline(
        "follow: what has fired stays fired, a late one before the completion isn't read",
        follow("a", QUIET),
        [at(0, "a"), tick(10), at(11, "b"), at(5, "order"), at(6, "a"), tick(60)],
        fires(10, "a@0"),
        cancelled(10, "late", "order@5"),
    ),
    timeline(
        "follow: a late one at the very ms of the completion is read",
        follow("a", "b"),
        [at(0, "a"), at(5, "b"), at(20, "b"), at(5, "a", id="a5")],
        fires(5, "a@0", "b@5"),
        fires(20, "a5", "b@20", late=True),
    ),
    timeline(
        "follow: a late one beyond the last 8 isn't read",
        follow("a", {"type": "b", "times": 9}, "d"),
        [at(0, "a"), *(at(second, "b") for second in range(1, 10)), at(20, "d"), at(0.5, "a", id="late")],
        fires(20, "a@0", *(f"b@{second}" for second in range(1, 10)), "d@20"),
    ),
    timeline(
        "follow: with 8 kept, a late one before the oldest of them is not lost when nothing was folded",
        follow("a", {"type": "b", "times": 8}),
        [*(at(second, "b") for second in range(1, 9)), at(0, "a")],
        fires(8, "a@0", *(f"b@{second}" for second in range(1, 9)), late=True),
    ),
    timeline(
        "follow: with a ninth folded, a late one before it isn't read",
        follow("a", {"type": "b", "times": 9}),
        [*(at(second, "b") for second in range(1, 10)), at(0.5, "a"), tick(60)],
    ),
    timeline(
        "follow: however many completions a late one makes, one firing, with the touchpoints of the last",
        follow("a", {"type": "b", "same": ["product"]}),
        [at(0, "a", product="p"), at(1, "a", product="q"), at(2, "b", product="q"), at(0.5, "b", product="p")],
        fires(2, "a@1", "b@2", late=True),
    ),
    timeline(
        "follow: beyond late_by nothing is read",
        follow("a", "b"),
        [at(0, "z"), at(100, "b"), at(39.999, "a"), at(101, "b")],
    ),
    timeline(
        "follow: a late step completes what waited, and what came after it begins the next",
        follow("a", "b"),
        [at(0, "a"), at(10, "a"), at(5, "b"), at(20, "b")],
        fires(10, "a@0", "b@5", late=True),
        fires(20, "a@10", "b@20"),
    ),
)
