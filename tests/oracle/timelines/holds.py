"""`hold` and `again` at their edges, and what an evicted value of `per` leaves behind."""

from typing import Any

from tests.oracle.timelines.make import at, fires, library, profile, signal, tick, timeline

X = "profile.x == 1"


def again_true(second: float) -> dict[str, Any]:
    """A second change of the profile in one millisecond."""
    return at(second, "profile.updated", id="on", properties={"x": 1})


def held(condition: str = X, **more: Any) -> dict[str, Any]:
    return library(
        signal(when=condition, hold="5s", **more),
        features={"n": {"count": "a", "over": "10s"}, "heat": {"score": {"a": 1}, "half_life": "10s"}},
    )


HOLD = (
    timeline(
        "false and true again within one millisecond begins anew",
        held(),
        [profile(0, x=1), profile(3, x=0), again_true(3), tick(5), tick(7.999), tick(8)],
        fires(8),
    ),
    timeline(
        "it turns false at t + hold itself: the moment comes first",
        held(),
        [profile(0, x=1), profile(5, x=0), again_true(5), tick(9.999), tick(10)],
        fires(5),
        fires(10),
    ),
    timeline(
        "a window that empties at t + hold has emptied",
        held("n >= 1 and profile.x == 1"),
        [at(0, "a"), profile(5, x=1), tick(60)],
    ),
    timeline(
        "a window that empties a millisecond later is still full",
        held("n >= 1 and profile.x == 1"),
        [at(0, "a"), profile(4.999, x=1), tick(60)],
        fires(9.999),
    ),
    timeline(
        "a score that decays below holds from that millisecond on",
        held("heat < 0.5 and exists(profile.x)"),
        [profile(0, x=1), at(1, "a"), tick(11.001), tick(16), tick(16.001)],
        fires(16.001),
    ),
    timeline(
        "another touchpoint of the window keeps it true: the hold goes on",
        held("n >= 1"),
        [at(0, "a"), at(4, "a"), tick(5)],
        fires(5),
    ),
    timeline(
        "once it has fired it must turn false first, however long it stays true",
        held(),
        [profile(0, x=1), profile(9, y=1), profile(20, x=1), tick(60)],
        fires(5),
    ),
    timeline(
        "held off by `again`: over, until it has been false",
        held(again="8s"),
        [profile(0, x=1), profile(6, x=0), profile(7, x=1), profile(20, x=0), profile(21, x=1), tick(60)],
        fires(5),
        fires(26),
    ),
    timeline(
        "`again` at its very end",
        held(again="8s"),
        [profile(0, x=1), profile(6, x=0), profile(8, x=1), tick(60)],
        fires(5),
        fires(13),
    ),
    timeline(
        "refused by `if`: over, until it has been false; `again` doesn't start",
        held(again="1m", if_="profile.y"),
        [profile(0, x=1), profile(6, y=1), profile(7, x=0), profile(8, x=1), tick(60)],
        fires(5, held="if"),
        fires(13),
    ),
    timeline(
        "a late one turns it true: held from the clock on",
        held(),
        [at(10, "b"), profile(3, x=1), tick(14.999), tick(15)],
        fires(15),
    ),
    timeline(
        "a late one turns it false within the hold, and another true: from the clock on",
        held("n >= 1 and profile.x == 1"),
        [at(0, "a"), profile(1, x=1), at(4, "b"), profile(2, x=0), profile(3, x=1), tick(60)],
        fires(9),
    ),
    timeline(
        "one too late turns it true: that counts as true before, and isn't held for",
        library(signal(when="ever >= 2", hold="5s"), features={"ever": {"count": "a"}}, late_by="10s"),
        [at(0, "a"), at(60, "b"), at(1, "a"), at(61, "b"), tick(90)],
    ),
    timeline(
        "one too late while it holds leaves the hold alone",
        library(signal(when="ever >= 1", hold="5s"), features={"ever": {"count": "a"}}, late_by="10s"),
        [at(60, "a"), at(62, "b"), at(1, "a"), tick(90)],
        fires(65),
    ),
    timeline(
        "a hold that was over unseen, as `again` held it off, isn't found later",
        held(again="20s"),
        [profile(0, x=1), profile(6, x=0), profile(7, x=1), tick(12), tick(26), profile(27, y=1), tick(60)],
        fires(5),
    ),
    timeline(
        "a duplicate at t + hold moves neither clock nor timers",
        held(),
        [profile(0, x=1), at(4, "b"), {**at(6, "b"), "id": "b@4"}, tick(4.999), tick(5)],
        fires(5),
    ),
    timeline(
        "`again` is asked of the instance, and `hold` too",
        library(
            signal(when="n >= 1", per="product", hold="5s", again="20s"),
            features={"n": {"count": "a", "per": "product", "over": "10s"}},
        ),
        [
            at(0, "a", product="p"),
            at(3, "a", product="q"),
            at(12, "a", product="p", id="p2"),
            at(17, "a", product="q", id="q2"),
            at(28, "a", product="q", id="q3"),
            tick(60),
        ],
        fires(5, per="p"),
        fires(8, per="q"),
        fires(33, per="q"),
    ),
)

OTHERS = [at(10 + n / 1000, "a", product=f"other{n}", id=f"other{n}") for n in range(100)]
BOTH = {"seen": {"count": "a", "per": "product"}, "bought": {"count": "b", "per": "product"}}


def two(condition: str, **more: Any) -> dict[str, Any]:
    return library(
        signal(when=condition, per="product", **more),
        features={**BOTH, "last": {"last": "time", "of": "b", "per": "product"}},
    )


P = [at(0, "a", product="p"), at(1, "b", product="p")]

EVICTED = (
    timeline(
        "an evicted value ends the instance without firing, though another feature keeps it",
        two("bought >= 1 and seen == 0"),
        [*P, *OTHERS, profile(11, y=1), tick(60)],
    ),
    timeline(
        "what turns true for such a value, by a record of the customer, fires for no instance that is over",
        two("bought >= 1 and seen < 5 and profile.vip"),
        [
            *P,
            *OTHERS[:-1],
            profile(11, vip=True),
            profile(12, vip=False),
            OTHERS[-1] | {"time": at(13, "a")["time"]},
            profile(14, vip=True),
        ],
        fires(11, "profile.updated@11", per="p"),
    ),
    timeline(
        "nor by time alone",
        two("hours_since(last) * 60 >= 1 and seen == 0"),
        [*P, *OTHERS, tick(600)],
    ),
    timeline(
        "the one touched last isn't the one that goes",
        two("hours_since(last) * 60 >= 1 and seen >= 1"),
        [*P, *OTHERS[:-1], at(10.5, "a", product="p"), OTHERS[-1] | {"time": at(10.6, "a")["time"]}, tick(600)],
        fires(61, per="p"),
    ),
    timeline(
        "an instance that is over begins with the next touchpoint that any of its features takes",
        two("bought >= 2 and seen >= 0"),
        [*P, *OTHERS, at(12, "b", product="p"), at(13, "b", product="p")],
        fires(12, "b@12", per="p"),
    ),
    timeline(
        "a touchpoint that none of them takes begins none",
        library(
            signal(when="bought >= 1 and seen < 5 and profile.vip", per="product"),
            features={**BOTH, "bought": {"count": "b", "per": "product", "where": "value > 1"}},
        ),
        [
            at(0, "a", product="p"),
            at(1, "b", product="p", value=2),
            *OTHERS,
            at(12, "b", product="p", value=1),
            profile(14, vip=True),
        ],
    ),
    timeline(
        "a hold ends with the instance",
        two("bought >= 1 and seen >= 0", hold="20s"),
        [*P, *OTHERS, tick(60)],
    ),
    timeline(
        "the next one begins with what its other features keep: what was true before isn't held for",
        two("bought >= 1 and seen >= 0", hold="20s"),
        [*P, *OTHERS, at(12, "b", product="p"), tick(60)],
    ),
    timeline(
        "one feature alone: the value is as never seen, and begins anew",
        library(signal(when="seen >= 2", per="product"), features={"seen": BOTH["seen"]}),
        [at(0, "a", product="p"), *OTHERS, at(12, "a", product="p"), at(13, "a", product="p")],
        fires(13, "a@13", per="p"),
    ),
)
