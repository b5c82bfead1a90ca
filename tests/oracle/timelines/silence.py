"""`silent`: so long after the last one."""

from tests.oracle.timelines.make import at, fires, library, signal, tick, timeline

SILENT = library(signal(silent="10s", of="a"))

SILENCE = (
    timeline(
        "silent fires at last + d, by a tick",
        SILENT,
        [at(0, "a"), at(4, "a"), tick(13.999), tick(14)],
        fires(14, "a@4"),
    ),
    timeline(
        "silent fires before a touchpoint of that millisecond",
        SILENT,
        [at(0, "a"), at(10, "a"), tick(60)],
        fires(10, "a@0"),
        fires(20, "a@10"),
    ),
    timeline("silent never fires for a customer who had none", SILENT, [at(0, "b"), tick(60)]),
    timeline(
        "silent fires once for each last one", SILENT, [at(0, "a"), tick(11), at(20, "b"), tick(60)], fires(10, "a@0")
    ),
    timeline(
        "of two in a millisecond the later in the log is the last one",
        SILENT,
        [at(0, "a"), at(0, "a", id="a2"), tick(60)],
        fires(10, "a2"),
    ),
    timeline(
        "with `per`, touchpoints without the field don't concern it",
        library(signal(silent="10s", of="a", per="product")),
        [at(0, "a", product="p"), at(3, "a", product="q"), at(5, "a"), tick(60)],
        fires(10, "a@0", per="p"),
        fires(13, "a@3", per="q"),
    ),
    timeline(
        "a late one with the largest time moves what waits",
        SILENT,
        [at(0, "a"), at(6, "b"), at(5, "a"), tick(60)],
        fires(15, "a@5"),
    ),
    timeline(
        "a late one before the last one changes nothing",
        SILENT,
        [at(5, "a"), at(6, "b"), at(3, "a"), tick(60)],
        fires(15, "a@5"),
    ),
    timeline(
        "once for each last one: another at its very time, when it has fired, changes nothing",
        SILENT,
        [at(0, "a"), tick(10), at(30, "b"), at(0, "a", id="again"), tick(60)],
        fires(10, "a@0"),
    ),
    timeline(
        "where last + d has passed when a late one comes, it fires now",
        SILENT,
        [at(0, "a"), at(30, "b"), at(15, "a"), tick(60)],
        fires(10, "a@0"),
        fires(30, "a@15", late=True),
    ),
    timeline(
        "where last + d is the clock itself, it fires now",
        SILENT,
        [at(30, "b"), at(20, "a"), tick(60)],
        fires(30, "a@20", late=True),
    ),
    timeline(
        "a late one of which last + d is still to come waits for it",
        SILENT,
        [at(30, "b"), at(20.001, "a"), tick(60)],
        fires(30.001, "a@20.001"),
    ),
    timeline("beyond late_by nothing fires by it", SILENT, [at(100, "b"), at(39.999, "a"), tick(200)]),
    timeline("late_by is inclusive", SILENT, [at(100, "b"), at(40, "a"), tick(200)], fires(100, "a@40", late=True)),
)
