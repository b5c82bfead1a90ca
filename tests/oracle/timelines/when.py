"""`when`: edges by touchpoints and by time alone, `hold`, instances `per` a field."""

from tests.oracle.timelines.make import at, fires, library, profile, signal, tick, timeline

COUNTS = {"views": {"count": "view", "over": "10s"}, "buys": {"count": "buy"}}
PER = {"views": {"count": "view", "per": "product", "over": "10s"}, "buys": {"count": "buy"}}
HELD = library(signal(when="views >= 1", hold="5s"), features=COUNTS)
QUIET = library(signal(when="buys >= 1 and views == 0"), features=COUNTS)
MANY = [at(n / 20, "view", id=str(n)) for n in range(100)]
THRICE = [at(second, "view", product="p", value=2) for second in (0, 1, 2)]
OVER: tuple[dict[str, str], ...] = ({}, {"over": "10s"})

ONCE = tuple(
    timeline(
        f"once while it stays true: {feature}, {condition}",
        library(signal(when=condition), features={"x": feature}),
        [dict(one) for one in THRICE],
        fires(0, "view@0"),
    )
    for feature, condition in (
        *(({"count": "view", **over}, "x >= 1") for over in OVER),
        *(({kind: "value", "of": "view", **over}, "x >= 1") for kind in ("sum", "mean", "min", "max") for over in OVER),
        *(({"distinct": "product", "of": "view", **over}, "x >= 1") for over in OVER),
        *(({kind: "product", "of": "view", **over}, "x == 'p'") for kind in ("first", "last", "top") for over in OVER),
        *(({"top": "product", "by": "value", "of": "view", **over}, "exists(x)") for over in OVER),
        ({"score": {"view": 1}, "half_life": "10s"}, "x > 0"),
    )
)

WHEN = (
    *ONCE,
    timeline(
        "when fires when it turns from false to true: once while it stays true",
        library(signal(when="views >= 2"), features=COUNTS),
        [at(0, "view"), at(1, "view"), at(2, "view"), at(10.5, "view"), at(11.5, "view")],
        fires(1, "view@1"),
    ),
    timeline(
        "a window that moved on since makes it false before the touchpoint, which turns it true again",
        library(signal(when="views >= 2"), features=COUNTS),
        [at(0, "view"), at(1, "view"), at(10, "view"), at(20, "view"), at(21, "view")],
        fires(1, "view@1"),
        fires(10, "view@10"),
        fires(21, "view@21"),
    ),
    timeline(
        "a window empties: at that very moment, not at the next touchpoint",
        QUIET,
        [at(0, "view"), at(1, "buy"), at(60, "page")],
        fires(10),
    ),
    timeline(
        "a window empties by the tick that comes at that very ms",
        QUIET,
        [at(0, "view"), at(1, "buy"), tick(9.999), tick(10)],
        fires(10),
    ),
    timeline(
        "timers due at t fire before the customer's record at t, with no touchpoint of that ms",
        QUIET,
        [at(0, "view"), at(1, "buy"), at(10, "view")],
        fires(10),
    ),
    timeline(
        "a record a millisecond before keeps the window from emptying",
        QUIET,
        [at(0, "view"), at(1, "buy"), at(9.999, "view"), at(15, "page")],
    ),
    timeline(
        "an expression that is true of nothing isn't turned true by the first record: it fires after it has been false",
        library(signal(when="views == 0"), features=COUNTS),
        [at(0, "buy"), at(1, "view"), tick(30)],
        fires(11),
    ),
    timeline(
        "the first record may turn it false, and time alone true again",
        library(signal(when="views == 0"), features=COUNTS),
        [at(0, "view"), tick(30)],
        fires(10),
    ),
    timeline(
        "hold: fires at t + hold if it has been true ever since t",
        HELD,
        [at(0, "view"), at(4, "buy"), tick(30)],
        fires(5),
    ),
    timeline(
        "hold: and still is when t + hold is reached: the window that empties then is empty",
        library(signal(when="views >= 1", hold="10s"), features=COUNTS),
        [at(0, "view"), tick(30)],
    ),
    timeline(
        "hold: before any touchpoint of that millisecond",
        library(signal(when="profile.x == 1", hold="5s")),
        [profile(0, x=1), profile(5, x=0)],
        fires(5),
    ),
    timeline(
        "hold: false and true again begins anew",
        library(signal(when="profile.x == 1", hold="5s")),
        [profile(0, x=1), profile(3, x=0), at(4, "view"), profile(4.5, x=1), tick(9.499), tick(9.5), tick(60)],
        fires(9.5),
    ),
    timeline(
        "hold: what turned true by time alone is held from then on",
        library(signal(when="buys >= 1 and views == 0", hold="5s"), features=COUNTS),
        [at(0, "view"), at(1, "buy"), at(14, "page"), tick(30)],
        fires(15),
    ),
    timeline(
        "hold: true of nothing isn't held from the first record on",
        library(signal(when="views == 0", hold="5s"), features=COUNTS),
        [at(0, "buy"), tick(60)],
    ),
    timeline(
        "touchpoint.X is missing but at the touchpoint itself: such an expression may fire at each",
        library(signal(when="touchpoint.type == 'view' and touchpoint.value > 1")),
        [
            at(0, "view", value=2),
            at(1, "view", value=2),
            at(2, "view", value=1),
            tick(9),
            at(2, "view", id="v", value=3),
        ],
        fires(0, "view@0"),
        fires(1, "view@1"),
        fires(2, "v"),
    ),
    timeline(
        "at most one firing of an instance in a millisecond",
        library(signal(when="touchpoint.type == 'view'")),
        [at(0, "view"), at(0, "view", id="v2")],
        fires(0, "view@0"),
    ),
    timeline(
        "with `per` an instance is asked at every record of the customer",
        library(signal(when="views >= 1 and buys >= 1", per="product"), features=PER),
        [at(0, "view", product="a"), at(1, "view", product="b"), at(2, "buy")],
        fires(2, "buy@2", per="a"),
        fires(2, "buy@2", per="b"),
    ),
    timeline(
        "an instance begins with the first touchpoint of that value that such a feature takes, not with another",
        library(signal(when="views == 0 and buys >= 1", per="product"), features=PER),
        [at(0, "buy", product="a"), at(1, "view", product="b"), tick(30)],
        fires(11, per="b"),
    ),
    timeline(
        "an instance that is true of empty features as it begins isn't turned true by its first touchpoint",
        library(signal(when="views < 5 and buys >= 1", per="product"), features=PER),
        [at(0, "buy"), at(1, "view", product="a"), tick(30)],
    ),
    timeline(
        "with `per`, touchpoint.X is at hand for its own value only",
        library(signal(when="views >= 1 and touchpoint.type == 'view'", per="product"), features=PER),
        [at(0, "view", product="a"), at(1, "view", product="b")],
        fires(0, "view@0", per="a"),
        fires(1, "view@1", per="b"),
    ),
    timeline(
        "sum >= x turns true by time when a negative value leaves",
        library(signal(when="total >= 5"), features={"total": {"sum": "value", "of": "buy", "over": "10s"}}),
        [at(0, "buy", value=-3), at(1, "buy", value=7), tick(10)],
        fires(10),
    ),
    timeline(
        "mean turns at any expiry",
        library(signal(when="middle > 3"), features={"middle": {"mean": "value", "of": "buy", "over": "10s"}}),
        [at(0, "buy", value=1), at(5, "buy", value=4), tick(12)],
        fires(10),
    ),
    timeline(
        "a comparison that moves by itself: a score times and plus numbers against what stands still",
        library(
            signal(when="buys >= 1 and 2 * heat + 1 < 1 + buys"),
            features={**COUNTS, "heat": {"score": {"view": 1}, "half_life": "5s"}},
        ),
        [at(0, "view"), at(1, "buy"), tick(60)],
        fires(5.001),
    ),
    timeline(
        "true, false and true again by time alone: each turn is a firing",
        library(signal(when="(views == 1 or views == 3) and buys == 1"), features=COUNTS),
        [at(0, "view"), at(1, "view"), at(2, "view"), at(3, "buy"), tick(60)],
        fires(3, "buy@3"),
        fires(11),
    ),
    timeline(
        "time alone, behind very many moments at which nothing turns",
        library(signal(when="buys >= 1 and views == 0"), features=COUNTS),
        [*MANY, at(5, "buy"), tick(60)],
        fires(14.95),
    ),
    timeline(
        "time alone, behind very many moments at which it stays true",
        library(signal(when="views != 20"), features=COUNTS),
        [*MANY, tick(60)],
        fires(1, "20"),
        fires(14),
    ),
    timeline(
        "hold: behind very many moments at which it stays true",
        library(signal(when="views >= 1", hold="14s"), features=COUNTS),
        [*MANY, tick(60)],
        fires(14),
    ),
    timeline(
        "a time of two firings: a tick fires them in the order of due, then of the customer",
        library(signal(when="buys >= 1 and views == 0"), features=COUNTS),
        [
            at(0, "view", customer="d", id="1"),
            at(0, "buy", customer="d", id="2"),
            at(0, "view", id="3"),
            at(0, "buy", id="4"),
            at(1, "view", customer="a", id="5"),
            at(1, "buy", customer="a", id="6"),
            tick(11),
        ],
        fires(10),
        fires(10, customer="d"),
        fires(11, customer="a"),
    ),
)
