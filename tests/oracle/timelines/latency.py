"""`latency` of types in the catalogue, and `late_by` of sources."""

from typing import Any

from tests.oracle.timelines.make import at, cancelled, fires, library, profile, signal, tick, timeline

# L = 5 s of a, 2 s of c.x
CATALOGUE: dict[str, Any] = {"a": {"latency": "5s"}, "b": {}, "o": {}, "c.x": {"latency": "2s"}, "c.y": {}}


def lagging(*signals: dict[str, Any], **more: Any) -> dict[str, Any]:
    return library(*signals, interactions=CATALOGUE, **more)


SILENT = lagging(signal(silent="10s", of="a"))
RUN = lagging(signal(follow=["o", {"without": "a", "for": "10s"}]))
THEN = lagging(signal(follow=["o", {"without": "a", "for": "10s"}, {"type": "b", "within": "3s"}]))

SILENT_LATENCY = (
    timeline("fires at t + d + L", SILENT, [at(0, "a"), tick(14.999), tick(15)], fires(15, "a@0")),
    timeline(
        "each with none in (t, t + d): the next doesn't take the place of the one before",
        SILENT,
        [at(0, "a"), at(10, "a"), tick(60)],
        fires(15, "a@0"),
        fires(25, "a@10"),
    ),
    timeline(
        "one a millisecond short of t + d breaks it",
        SILENT,
        [at(0, "a"), at(9.999, "a"), tick(60)],
        fires(24.999, "a@9.999"),
    ),
    timeline(
        "a late one in (t, t + d) breaks it, as long as it hasn't fired",
        SILENT,
        [at(0, "a"), at(14.999, "b"), at(9, "a"), tick(60)],
        fires(24, "a@9"),
    ),
    timeline(
        "what has fired stays fired: a late one at the very moment comes behind it",
        SILENT,
        [at(0, "a"), at(15, "b"), at(9, "a"), tick(60)],
        fires(15, "a@0"),
        cancelled(15, "late", "a@9"),
        fires(24, "a@9"),
    ),
    timeline(
        "a late one before another within d fires nothing",
        SILENT,
        [at(9, "a"), at(10, "b"), at(0, "a"), tick(60)],
        fires(24, "a@9"),
    ),
    timeline(
        "a late one before another within d fires nothing, though that one's moment has been",
        SILENT,
        [at(9, "a"), at(30, "a"), at(-0.999, "a"), tick(60)],
        fires(24, "a@9"),
        fires(45, "a@30"),
    ),
    timeline(
        "a late one waits where the next comes behind its silence, though before its moment",
        SILENT,
        [at(12, "a"), at(13, "b"), at(1, "a"), tick(60)],
        fires(16, "a@1"),
        fires(27, "a@12"),
    ),
    timeline(
        "what `again` held off isn't made up for by the next touchpoint",
        lagging(signal(silent="10s", of="a", again="12s")),
        [at(0, "a"), at(11, "a"), at(40, "a"), tick(60)],
        fires(15, "a@0"),
        fires(55, "a@40"),
    ),
    timeline(
        "a late one with none behind it, whose moment has passed, fires now",
        SILENT,
        [at(30, "b"), at(15, "a"), tick(60)],
        fires(30, "a@15", late=True),
    ),
    timeline(
        "a late one whose moment is a millisecond ahead waits for it",
        SILENT,
        [at(30, "b"), at(15.001, "a"), tick(30), tick(60)],
        fires(30.001, "a@15.001"),
    ),
    timeline(
        "of two in a millisecond the later in the log is the one named; neither breaks the other",
        SILENT,
        [at(0, "a"), at(0, "a", id="a2"), tick(60)],
        fires(15, "a2"),
    ),
    timeline(
        "another at the very time of one that has fired changes nothing",
        SILENT,
        [at(0, "a"), tick(15), at(20, "b"), at(0, "a", id="again"), tick(60)],
        fires(15, "a@0"),
    ),
    timeline(
        "the largest latency of the types",
        lagging(signal(silent="10s", of=["b", "c.*"])),
        [at(0, "b"), tick(11.999), tick(12)],
        fires(12, "b@0"),
    ),
    timeline(
        "types without latency wait for none",
        lagging(signal(silent="10s", of=["b", "c.y"])),
        [at(0, "b"), tick(10)],
        fires(10, "b@0"),
    ),
    timeline(
        "'*' means all types of the catalogue, and so the largest of all",
        lagging(signal(silent="10s", of="*")),
        [at(0, "b"), tick(14.999), tick(15)],
        fires(15, "b@0"),
    ),
    timeline(
        "with `per` each value has its own, and touchpoints without the field don't concern it",
        lagging(signal(silent="10s", of="a", per="product")),
        [at(0, "a", product="p"), at(3, "a", product="q"), at(4, "a"), at(9, "a", product="p", id="p2"), tick(60)],
        fires(18, "a@3", per="q"),
        fires(24, "p2", per="p"),
    ),
    timeline(
        "`again`: a moment less than that from a firing isn't made up for",
        lagging(signal(silent="10s", of="a", again="12s")),
        [at(0, "a"), at(11, "a"), at(23, "a"), tick(60)],
        fires(15, "a@0"),
        fires(38, "a@23"),
    ),
    timeline(
        "`again`, at its very end",
        lagging(signal(silent="10s", of="a", again="11s")),
        [at(0, "a"), at(11, "a"), tick(60)],
        fires(15, "a@0"),
        fires(26, "a@11"),
    ),
    timeline(
        "a hundred close together behind a silence: the one before them still has its moment",
        lagging(signal(silent="10s", of="a")),
        [at(0, "a"), *(at(10 + n / 100, "a", id=str(n)) for n in range(100)), tick(60)],
        fires(15, "a@0"),
        fires(25.99, "99"),
    ),
    timeline(
        "a late one among a hundred close together fires nothing",
        lagging(signal(silent="10s", of="a")),
        [*(at(n / 100, "a", id=str(n)) for n in range(100)), at(12, "b"), at(0.505, "a"), tick(60)],
        fires(15.99, "99"),
    ),
)

RUN_LATENCY = (
    timeline(
        "a silence in a run is fulfilled at t + d + L", RUN, [at(0, "o"), tick(14.999), tick(15)], fires(15, "o@0")
    ),
    timeline(
        "only what lies in (t, t + d) breaks it: at t + d it doesn't",
        RUN,
        [at(0, "o"), at(10, "a"), tick(60)],
        fires(15, "o@0"),
    ),
    timeline("a millisecond before t + d it does", RUN, [at(0, "o"), at(9.999, "a"), tick(60)]),
    timeline(
        "what must not come between the step and the silence breaks it in (t, t + d), too",
        lagging(signal(follow=["o", {"without": "b"}, {"without": "a", "for": "10s"}])),
        [at(0, "o"), at(10, "b"), at(20, "o"), at(29.999, "b"), tick(60)],
        fires(15, "o@0"),
    ),
    timeline("a breaker at t itself after the step in the log breaks it", RUN, [at(0, "o"), at(0, "a"), tick(60)]),
    timeline(
        "a breaker at t itself before the step in the log doesn't",
        RUN,
        [at(0, "a"), at(0, "o"), tick(60)],
        fires(15, "o@0"),
    ),
    timeline(
        "a late breaker at t itself comes after the step in the log",
        RUN,
        [at(0, "o"), at(14, "b"), at(0, "a"), tick(60)],
    ),
    timeline(
        "a late breaker breaks it until it is fulfilled", RUN, [at(0, "o"), at(14.999, "b"), at(9.999, "a"), tick(60)]
    ),
    timeline(
        "fulfilled is fulfilled: a late breaker comes behind it",
        RUN,
        [at(0, "o"), at(15, "b"), at(9.999, "a"), tick(60)],
        fires(15, "o@0"),
        cancelled(15, "late", "a@9.999"),
    ),
    timeline(
        "a late step whose silence is fulfilled by now fires now",
        RUN,
        [at(20, "b"), at(5, "o"), tick(60)],
        fires(20, "o@5", late=True),
    ),
    timeline(
        "a late step whose silence waits for late ones waits, too",
        RUN,
        [at(20, "b"), at(5.001, "o"), tick(60)],
        fires(20.001, "o@5.001"),
    ),
    timeline(
        "the next step counts from the end of the silence, its latency included",
        THEN,
        [at(0, "o"), at(14.999, "b"), at(15, "b"), tick(60)],
        fires(15, "o@0", "b@15"),
    ),
    timeline(
        "`within` counts from the silence's end", THEN, [at(0, "o"), at(18, "b"), tick(60)], fires(18, "o@0", "b@18")
    ),
    timeline("`within` is over a millisecond later", THEN, [at(0, "o"), at(18.001, "b"), tick(60)]),
    timeline(
        "one silence behind another, each with its own latency",
        lagging(signal(follow=["o", {"without": "a", "for": "10s"}, {"without": "c.x", "for": "3s"}])),
        [at(0, "o"), at(14, "c.x"), at(20, "a"), tick(19.999), tick(20)],
        fires(20, "o@0"),
    ),
    timeline(
        "restart: latest moves the silence, as long as it isn't fulfilled",
        lagging(signal(follow=["o", {"without": "a", "for": "10s"}], restart="latest")),
        [at(0, "o"), at(14.999, "o"), tick(60)],
        fires(29.999, "o@14.999"),
    ),
)

# Library 10 s, tablets 30 s, the web 3 s.
SOURCES: dict[str, Any] = {"late_by": "10s", "sources": {"tablet": {"late_by": "30s"}, "web": {"late_by": "3s"}}}
COUNT = library(signal(when="n >= 2"), features={"n": {"count": "a", "over": "100s"}}, **SOURCES)
TWO = library(signal(follow=["a", "b"]), **SOURCES)


def late(second: float, source: str | None, kind: str = "a", **more: Any) -> dict[str, Any]:
    return at(second, kind, **({} if source is None else {"source": source}), **more)


LATE_SOURCES = (
    timeline(
        "late_by of the source, inclusive",
        COUNT,
        [at(0, "a"), at(60, "c"), late(30, "tablet")],
        fires(60, "a@30", late=True),
    ),
    timeline("a millisecond beyond it", COUNT, [at(0, "a"), at(60, "c"), late(29.999, "tablet")]),
    timeline("a source may be stricter than the library", COUNT, [at(0, "a"), at(60, "c"), late(56.999, "web")]),
    timeline(
        "a stricter one, inclusive", COUNT, [at(0, "a"), at(60, "c"), late(57, "web")], fires(60, "a@57", late=True)
    ),
    timeline(
        "another source is as late as the library says",
        COUNT,
        [at(0, "a"), at(60, "c"), late(49.999, "app"), late(50, "app")],
        fires(60, "a@50", late=True),
    ),
    timeline(
        "no source is as late as the library says",
        COUNT,
        [at(0, "a"), at(60, "c"), late(49.999, None), late(50, None)],
        fires(60, "a@50", late=True),
    ),
    timeline(
        "follow reads the late one of a source in its place, behind what came in time",
        TWO,
        [late(40, None, "b"), at(60, "c"), late(35, "tablet")],
        fires(60, "a@35", "b@40", late=True),
    ),
    timeline("but not one beyond its own late_by", TWO, [late(40, None, "b"), at(60, "c"), late(35, None)]),
    timeline(
        "a change of the profile, which is never too late, is read by follow within its own late_by",
        library(signal(follow=["profile.updated", "b"]), **SOURCES),
        [at(20, "b"), at(30, "c"), profile(19, x=1), at(30, "c", id="c2"), at(49, "b", id="b2"), at(60, "b", id="b3")],
    ),
    timeline(
        "silent fires by a late one of a source",
        library(signal(silent="5s", of="a"), **SOURCES),
        [at(60, "c"), late(40, "web"), late(35, "tablet", id="t"), tick(99)],
        fires(60, "t", late=True),
    ),
    timeline(
        "features without `over` take what is too late, as true before",
        library(signal(when="n >= 2"), features={"n": {"count": "a"}}, **SOURCES),
        [at(0, "a"), at(60, "c"), late(1, "tablet"), late(59, "web", id="w")],
    ),
)

LATENCIES = (*SILENT_LATENCY, *RUN_LATENCY, *LATE_SOURCES)
