"""`trend`: the count in (t - d, t] against that in (t - 2d, t - d]."""

from tests.oracle.timelines.make import Timeline, at, fires, library, signal, tick, timeline


def trends(band: float | None = None, **body: str) -> dict[str, object]:
    said = {} if band is None else {"band": band}
    return {"momentum": {"trend": "a", "over": "10s", **said, **body}}


UP, DOWN = signal("up", when="momentum == 'rising'"), signal("down", when="momentum == 'falling'")
STEADY = signal("steady", when="momentum == 'steady'")


def falls_from_ten(band: float, by_late: int, *expected: tuple[object, ...]) -> Timeline:
    """Ten touchpoints, and fewer of them in the window behind: by so much the trend falls or doesn't."""
    ten = [at(1 + n / 100, "a", id=f"before{n}") for n in range(10)]
    later = [at(10.5 + n / 100, "a", id=f"now{n}") for n in range(by_late)]
    name = f"a band of {band}: {10 - by_late} fewer than ten"
    return timeline(name, library(DOWN, features=trends(band)), [*ten, *later, tick(11.5)], *expected)  # type: ignore[arg-type]


TREND = (
    timeline(
        "no warming up: the first touchpoint makes it rise, and when it leaves the window it falls",
        library(UP, DOWN, STEADY, features=trends()),
        [at(0, "a"), tick(9.999), tick(10), tick(60)],
        fires(0, "a@0", signal="up"),
        fires(10, signal="down"),
        fires(20, signal="steady"),
    ),
    timeline(
        "a window of duration d at time t holds the touchpoints in (t - d, t]: one at t - d is before",
        library(UP, DOWN, features=trends()),
        [at(0, "a"), at(10, "a")],
        fires(0, "a@0", signal="up"),
        fires(10, signal="down"),
    ),
    timeline(
        "one a millisecond short of d ago still counts as now",
        library(UP, DOWN, features=trends()),
        [at(0, "a"), at(9.999, "a"), tick(10), tick(10.001)],
        fires(0, "a@0", signal="up"),
    ),
    timeline(
        "one at t - 2d is gone: with nothing before, one now is rising, by time alone",
        library(UP, features=trends()),
        [at(0, "a"), at(1, "a"), at(12, "b"), at(20, "a"), at(21, "a", id="again")],
        fires(0, "a@0", signal="up"),
        fires(21, signal="up"),
    ),
    falls_from_ten(0.2, 8),
    falls_from_ten(0.2, 7, fires(11.09, signal="down")),
    falls_from_ten(0.3, 7),
    falls_from_ten(0.3, 6, fires(11.09, signal="down")),
    falls_from_ten(0.7, 3),
    falls_from_ten(0.9, 1),
    falls_from_ten(0.9, 0, fires(11.09, signal="down")),
    timeline(
        "nothing is more than the whole of what was before: a band of 1 never falls",
        library(DOWN, features=trends(1)),
        [at(0, "a"), tick(60)],
    ),
    timeline(
        "a late one corrects the trend: three before are four, and the three now no more steady",
        library(DOWN, features=trends()),
        [*(at(n / 10, "a") for n in (0, 1, 2)), *(at(9 + n, "a") for n in (0, 1, 2)), at(0.3, "a"), tick(11.5)],
        fires(10.2, signal="down"),
        fires(11, "a@0.3", signal="down", late=True),
    ),
    timeline(
        "a late one out of both windows changes nothing, and one beyond late_by isn't taken",
        library(DOWN, features=trends()),
        [at(60, "b"), at(40, "a"), at(-1, "a"), at(41, "a"), tick(70)],
        fires(60, "a@41", signal="down", late=True),
    ),
    timeline(
        "per a field each value has a trend of its own",
        library(signal(when="momentum == 'falling'", per="product"), features=trends(per="product")),
        [at(0, "a", product="p"), at(3, "a", product="q"), at(4, "a"), at(13, "a", product="p", id="p2"), tick(30)],
        fires(10, per="p"),
        fires(13, per="q"),
        fires(23, per="p"),
    ),
    timeline(
        "an expression that is true of nothing: a trend of nothing is steady",
        library(STEADY, features=trends()),
        [at(0, "b"), at(1, "a"), tick(60)],
        fires(21, signal="steady"),
    ),
    timeline(
        "forty touchpoints leave both windows one by one",
        library(STEADY, features=trends()),
        [*(at(n / 100, "a", id=str(n)) for n in range(40)), tick(60)],
        fires(10.19, signal="steady"),
        fires(20.39, signal="steady"),
    ),
    timeline(
        "only what its `where` lets in is counted",
        library(UP, features=trends(where="value > 1")),
        [at(0, "a", value=1), at(1, "a", value=2)],
        fires(1, "a@1", signal="up"),
    ),
)
