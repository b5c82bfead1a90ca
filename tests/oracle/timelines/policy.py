"""`again`, `if`, status, channels, expiry, and the order of what is decided together."""

from tests.oracle.timelines.make import at, fires, library, profile, signal, tick, timeline

EACH = {"follow": ["a"]}

POLICY = (
    timeline(
        "a moment less than `again` from a firing doesn't fire and isn't made up for",
        library(signal(**EACH, again="10s")),
        [at(0, "a"), at(9.999, "a"), at(10, "a"), tick(60)],
        fires(0, "a@0"),
        fires(10, "a@10"),
    ),
    timeline(
        "again is counted from the last firing, not from what it held off",
        library(signal(**EACH, again="10s")),
        [at(0, "a"), at(6, "a"), at(12, "a")],
        fires(0, "a@0"),
        fires(12, "a@12"),
    ),
    timeline(
        "firings count for `again`, sent or not",
        library(signal(**EACH, again="10s", status="shadow")),
        [at(0, "a"), at(6, "a"), at(12, "a")],
        fires(0, "a@0", held="status"),
        fires(12, "a@12", held="status"),
    ),
    timeline(
        "if false at the moment: it passes, and `again` doesn't start",
        library(signal(**EACH, again="10s", if_="profile.ok")),
        [at(0, "a"), profile(1, ok=True), at(2, "a")],
        fires(0, "a@0", held="if"),
        fires(2, "a@2"),
    ),
    timeline(
        "again is asked before `if`",
        library(signal(**EACH, again="10s", if_="touchpoint.value == 1")),
        [at(0, "a", value=1), at(5, "a", value=2), at(11, "a", value=2)],
        fires(0, "a@0"),
        fires(11, "a@11", held="if"),
    ),
    timeline(
        "if false at the moment: the pattern starts anew as after a firing",
        library(signal(when="n >= 1", if_="profile.ok"), features={"n": {"count": "a"}}),
        [at(0, "a"), profile(1, ok=True), at(2, "a")],
        fires(0, "a@0", held="if"),
    ),
    timeline(
        "if false at the moment: a follow starts anew",
        library(signal(follow=["a", "b"], if_="profile.ok")),
        [at(0, "a"), at(1, "b"), profile(1, ok=True), at(2, "b"), at(3, "a"), at(4, "b")],
        fires(1, "a@0", "b@1", held="if"),
        fires(4, "a@3", "b@4"),
    ),
    timeline(
        "`if` is asked at the moment of firing: of a timer as of its due",
        library(signal(silent="10s", of="a", if_="n >= 1"), features={"n": {"count": "a", "over": "11s"}}),
        [at(0, "a"), at(60, "b")],
        fires(10, "a@0"),
    ),
    timeline(
        "again is per instance",
        library(signal(**EACH, again="10s", per="product")),
        [at(0, "a", product="p"), at(1, "a", product="q"), at(2, "a", product="p")],
        fires(0, "a@0", per="p"),
        fires(1, "a@1", per="q"),
    ),
    timeline(
        "status comes before `if`",
        library(signal(**EACH, status="shadow", if_="profile.ok")),
        [at(0, "a")],
        fires(0, "a@0", held="status"),
    ),
    timeline(
        "draft never runs, nor does retired",
        library(signal("d", **EACH, status="draft"), signal("r", **EACH, status="retired")),
        [at(0, "a")],
    ),
    timeline(
        "without a channel a firing is a decision only",
        library(signal(**EACH, then={})),
        [at(0, "a")],
        fires(0, "a@0", held="no channel"),
    ),
    timeline(
        "`if` comes before no channel",
        library(signal(**EACH, then={}, if_="profile.ok")),
        [at(0, "a")],
        fires(0, "a@0", held="if"),
    ),
    timeline(
        "expired: the trigger would have expired by the append time of the record that caused it",
        library(signal(**EACH, then={"channel": "email", "expires": "10s"})),
        [at(0, "a", append=9.999), at(1, "a", append=11)],
        fires(0, "a@0"),
        fires(1, "a@1", held="expired"),
    ),
    timeline(
        "expired: of a timer it is the append time of the tick, or of the customer's record that fired it",
        library(signal(silent="10s", of="a", then={"channel": "email", "expires": "5s"})),
        [at(0, "a"), tick(14, append=15), at(20, "a", append=20), at(33, "b", append=35)],
        fires(10, "a@0", held="expired"),
        fires(30, "a@20", held="expired"),
    ),
    timeline(
        "the firings of one record are decided together, highest value first, then by name",
        library(signal("b", **EACH), signal("a", **EACH), signal("c", **EACH, value=2.0)),
        [at(0, "a")],
        fires(0, "a@0", signal="c"),
        fires(0, "a@0", signal="a"),
        fires(0, "a@0", signal="b"),
    ),
    timeline(
        "so are the timers of one millisecond, then by the value of `per`",
        library(signal("b", silent="10s", of="a", per="product"), signal("a", silent="5s", of="x")),
        [at(0, "a", product="q"), at(0, "a", product="p", id="ap"), at(5, "x"), tick(10)],
        fires(10, "x@5", signal="a"),
        fires(10, "ap", signal="b", per="p"),
        fires(10, "a@0", signal="b", per="q"),
    ),
    timeline(
        "parts of an id are percent-encoded: the per value may hold a colon",
        library(signal(**EACH, per="product")),
        [at(0, "a", product="50%:x")],
        fires(0, "a@0", per="50%:x"),
    ),
)
