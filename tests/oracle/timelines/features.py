"""Windows, scores and values kept per field."""

from tests.oracle.timelines.make import at, fires, library, signal, tick, timeline

COUNT = {"views": {"count": "view", "over": "10s"}}
TWO_VIEWS = library(signal(when="views >= 2"), features=COUNT)
HEAT = {"heat": {"score": {"view": 4, "shop.*": 1}, "half_life": "10s"}}


def reads(feature: dict[str, object], condition: str) -> dict[str, object]:
    return library(signal(when=condition), features={"x": feature, "n": {"count": "go"}})


P_THEN_Q = [at(0, "view", product="p", value=2), at(1, "view", product="q", value=5)]
Q_THEN_P = [at(0, "view", product="q", value=5), at(1, "view", product="p", value=2)]
TIED = [at(0, "view", product="p", value=2), at(0, "view", product="q", value=2, id="tied")]
TEN: dict[str, object] = {"of": "view", "over": "10s"}
EVER: dict[str, object] = {"of": "view"}

AT_EDGES = tuple(
    timeline(
        f"{name}: read where the first has just left the window, or at a tie",
        reads(feature, f"n >= 1 and {condition}"),
        [*(dict(one) for one in log), at(second, "go")],
        fires(second, f"go@{second}"),
    )
    for name, feature, log, second, condition in (
        ("sum", {"sum": "value", **TEN}, P_THEN_Q, 10, "x == 5"),
        ("sum, one ms before", {"sum": "value", **TEN}, P_THEN_Q, 9.999, "x == 7"),
        ("mean", {"mean": "value", **TEN}, P_THEN_Q, 10, "x == 5"),
        ("min", {"min": "value", **TEN}, P_THEN_Q, 10, "x == 5"),
        ("min, one ms before", {"min": "value", **TEN}, P_THEN_Q, 9.999, "x == 2"),
        ("max", {"max": "value", **TEN}, Q_THEN_P, 10, "x == 2"),
        ("max, one ms before", {"max": "value", **TEN}, Q_THEN_P, 9.999, "x == 5"),
        ("distinct", {"distinct": "product", **TEN}, P_THEN_Q, 10, "x == 1"),
        ("distinct, one ms before", {"distinct": "product", **TEN}, P_THEN_Q, 9.999, "x == 2"),
        ("first", {"first": "product", **TEN}, P_THEN_Q, 10, "x == 'q'"),
        ("first, tied", {"first": "product", **TEN}, TIED, 1, "x == 'p'"),
        ("first ever, tied", {"first": "product", **EVER}, TIED, 1, "x == 'p'"),
        ("last", {"last": "product", **TEN}, TIED, 10, "not exists(x)"),
        ("last, tied", {"last": "product", **TEN}, TIED, 9.999, "x == 'q'"),
        ("top", {"top": "product", "by": "value", **TEN}, Q_THEN_P, 10, "x == 'p'"),
        ("top, one ms before", {"top": "product", "by": "value", **TEN}, Q_THEN_P, 9.999, "x == 'q'"),
        ("top, tied", {"top": "product", **TEN}, TIED, 1, "x == 'q'"),
        ("top by, tied", {"top": "product", "by": "value", **TEN}, TIED, 1, "x == 'q'"),
        ("top ever, tied", {"top": "product", **EVER}, TIED, 1, "x == 'q'"),
        ("top by ever, tied", {"top": "product", "by": "value", **EVER}, TIED, 1, "x == 'q'"),
    )
)

FEATURES = (
    *AT_EDGES,
    timeline(
        "a window of duration d at time t holds the touchpoints in (t-d, t]: one just inside",
        TWO_VIEWS,
        [at(0, "view"), at(9.999, "view")],
        fires(9.999, "view@9.999"),
    ),
    timeline(
        "a window of duration d at time t holds the touchpoints in (t-d, t]: the one at t-d is out",
        TWO_VIEWS,
        [at(0, "view"), at(10, "view")],
    ),
    timeline(
        "without `over` it is for ever",
        library(signal(when="views >= 2"), features={"views": {"count": "view"}}),
        [at(0, "view"), at(10_000_000, "view")],
        fires(10_000_000, "view@10000000"),
    ),
    timeline(
        "a touchpoint without the field, or not a number, isn't taken by mean",
        reads({"mean": "value", "of": "view"}, "n >= 1 and x == 3"),
        [at(0, "view", value=2), at(1, "view"), at(2, "view", value=4), at(3, "go")],
        fires(3, "go@3"),
    ),
    timeline(
        "a truth isn't a number: sum doesn't take it",
        reads({"sum": "properties.n", "of": "view"}, "n >= 1 and x == 2"),
        [
            at(0, "view", properties={"n": 2}),
            at(1, "view", properties={"n": True}),
            at(2, "view", properties={"n": "3"}),
            at(3, "go"),
        ],
        fires(3, "go@3"),
    ),
    timeline(
        "empty: sum is 0 and min is missing, so a comparison with it is false",
        library(
            signal("sum", when="n >= 1 and total == 0"),
            signal("min", when="n >= 1 and least != 1"),
            features={
                "n": {"count": "go"},
                "total": {"sum": "value", "of": "view"},
                "least": {"min": "value", "of": "view"},
            },
        ),
        [at(0, "go")],
        fires(0, "go@0", signal="sum"),
    ),
    timeline(
        "last: by event time, then log order",
        reads({"last": "product", "of": "view"}, "n >= 1 and x == 'b'"),
        [at(5, "view", product="a"), at(5, "view", product="b", id="v2"), at(4, "view", product="c"), at(6, "go")],
        fires(6, "go@6"),
    ),
    timeline(
        "first: by event time, then log order; a late one may be the first",
        reads({"first": "product", "of": "view"}, "n >= 1 and x == 'c'"),
        [at(5, "view", product="a"), at(5, "view", product="b", id="v2"), at(4, "view", product="c"), at(6, "go")],
        fires(6, "go@6"),
    ),
    timeline(
        "top: of equals the one touched last",
        reads({"top": "product", "of": "view"}, "n >= 1 and x == 'a'"),
        [
            at(0, "view", product="a"),
            at(1, "view", product="b"),
            at(2, "view", product="b", id="v3"),
            at(3, "view", product="a"),
            at(4, "go"),
        ],
        fires(4, "go@4"),
    ),
    timeline(
        "top: by the sum of `by`; touchpoints without a number there aren't taken",
        reads({"top": "product", "by": "dwell", "of": "view"}, "n >= 1 and x == 'a'"),
        [
            at(0, "view", product="a", dwell=5),
            at(1, "view", product="b", dwell=4),
            at(2, "view", product="b"),
            at(3, "go"),
        ],
        fires(3, "go@3"),
    ),
    timeline(
        "distinct: 5 and '5' are one, the same JSON being the same text",
        reads({"distinct": "properties.n", "of": "view"}, "n >= 1 and x == 2"),
        [
            at(0, "view", properties={"n": 5}),
            at(1, "view", properties={"n": "5"}),
            at(2, "view", properties={"n": [1]}),
            at(3, "go"),
        ],
        fires(3, "go@3"),
    ),
    timeline(
        "score: full at its own time, halved every half_life: true at that very ms",
        library(signal(when="heat >= 4"), features=HEAT),
        [at(0, "view")],
        fires(0, "view@0"),
    ),
    timeline(
        "a score decays below: at the first whole ms at which it is true",
        library(signal(when="heat > 0 and heat <= 2"), features=HEAT),
        [at(0, "view"), tick(30)],
        fires(10),
    ),
    timeline(
        "a score decays below a number that no half-life reaches exactly: the first whole ms",
        library(signal(when="heat > 0 and heat < 3"), features=HEAT),  # 4 * 2**-(t/10) < 3 from 4150.374... ms on
        [at(0, "view"), tick(30)],
        fires(4.151),
    ),
    timeline(
        "the score is read rounded to 9 decimals, so in the end it is 0",
        library(signal(when="heat <= 0"), features=HEAT),  # 4 * 2**-(t/10) < 5e-10 from 328973.528... ms on
        [at(0, "view"), tick(1000)],
        fires(328.974),
    ),
    timeline(
        "of keys that overlap the most specific gives the weight, once",
        library(
            signal(when="heat >= 3 and heat <= 3"),
            features={"heat": {"score": {"*": 10, "shop.*": 7, "shop.a.*": 5, "shop.a.b": 3}, "half_life": "10s"}},
        ),
        [at(0, "shop.a.b")],
        fires(0, "shop.a.b@0"),
    ),
    timeline(
        "a missing weight adds nothing",
        library(signal(when="heat >= 2"), features={"heat": {"score": {"view": "2 * attention"}, "half_life": "1d"}}),
        [at(0, "view"), at(0, "view", id="v2", attention=1)],
        fires(0, "v2"),
    ),
    timeline(
        "'*' is every type that customers make, `content.*` every type below at any depth",
        library(
            signal("all", when="every >= 3"),
            signal("content", when="below >= 2"),
            features={"every": {"count": "*"}, "below": {"count": "content.*"}},
        ),
        [at(0, "profile.updated"), at(1, "trigger.opened"), at(2, "content"), at(3, "content.a"), at(4, "content.a.b")],
        fires(4, "content.a.b@4", signal="all"),
        fires(4, "content.a.b@4", signal="content"),
    ),
    timeline(
        "`per` keeps one value for each: the same where the text, or the JSON of what isn't text, is the same",
        library(
            signal(when="views >= 2", per="properties.n"), features={"views": {"count": "view", "per": "properties.n"}}
        ),
        [
            at(0, "view", properties={"n": 5}),
            at(1, "view", properties={"n": 6}),
            at(2, "view", properties={"n": "5"}),
            at(3, "view", properties={"n": None}),
            at(4, "view", id="v5"),
        ],
        fires(2, "view@2", per="5"),
    ),
    timeline(
        "a feature kept per a field is read as brand_heat['tent']; a value never seen reads as empty",
        library(
            signal(when="views['tent'] >= 1 and views['none'] == 0"),
            features={"views": {"count": "view", "per": "product"}},
        ),
        [at(0, "view", product="boat"), at(1, "view", product="tent")],
        fires(1, "view@1"),
    ),
    timeline(
        "100 values are kept, the least recently touched goes first and is as never seen",
        library(signal(when="views >= 2", per="product"), features={"views": {"count": "view", "per": "product"}}),
        [
            at(0, "view", product="p0"),
            at(0, "view", product="p1", id="p1"),
            at(1, "view", product="p0"),
            *(at(2, "view", product=f"q{n}", id=f"q{n}") for n in range(99)),
            at(3, "view", product="p1"),
            at(4, "view", product="p0"),
            at(5, "view", product="q98"),
        ],
        fires(1, "view@1", per="p0"),
        fires(5, "view@5", per="q98"),
    ),
)
