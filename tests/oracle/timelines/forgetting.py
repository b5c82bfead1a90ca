"""Who is quiet for `forget_after` is forgotten: at that very millisecond, after the timers of it."""

from __future__ import annotations

from tests.oracle.timelines.make import at, fires, library, moment, profile, signal, tick, timeline

COUNTED = {"n": {"count": "a"}}
TWICE = library(signal(when="n >= 2"), features=COUNTED, forget_after="10s")
EACH = library(signal(follow=["a"]), forget_after="10s")
DATE = library(signal(date={"of": "profile.d", "ahead": "5s"}), forget_after="10s")

FORGETTING = (
    timeline("a record within the time counts on", TWICE, [at(0, "a"), at(9.999, "a")], fires(9.999, "a@9.999")),
    timeline("a record at the moment begins anew", TWICE, [at(0, "a"), at(10, "a"), tick(30)]),
    timeline("a tick at the moment forgets", TWICE, [at(0, "a"), tick(10), at(5, "a", append=11)]),
    timeline(
        "a tick before the moment doesn't",
        TWICE,
        [at(0, "a"), tick(9.999), at(5, "a", append=11)],
        fires(5, "a@5"),
    ),
    timeline(
        "every record counts, not the first",
        TWICE,
        [at(0, "b"), at(6, "a"), tick(12), at(15, "a")],
        fires(15, "a@15"),
    ),
    timeline(
        "a late record doesn't make it longer",
        TWICE,
        [at(5, "b"), at(1, "a", append=6), at(15, "a")],
    ),
    timeline(
        "an id that was forgotten is new",
        EACH,
        [at(0, "a", id="1"), tick(10), at(3, "a", id="1", append=11)],
        fires(0, "1"),
        fires(3, "1"),
    ),
    timeline(
        "an id that is known stays a duplicate where nobody told that time had passed",
        EACH,
        [at(0, "a", id="1"), at(12, "a", id="1"), at(13, "a", id="1")],
        fires(0, "1"),
    ),
    timeline(
        "a timer of the moment fires first, and its firing counts as a record does",
        library(
            signal("t", silent="10s", of="a"),
            signal("u", when="n >= 2"),
            features=COUNTED,
            forget_after="10s",
        ),
        [at(0, "a"), tick(10), at(15, "a")],
        fires(10, "a@0", signal="t"),
        fires(15, "a@15", signal="u"),
    ),
    timeline(
        "a wait longer than that never ends",
        library(signal(silent="11s", of="a"), forget_after="10s"),
        [at(0, "a"), tick(30)],
    ),
    timeline(
        "a run is forgotten",
        library(signal(follow=["a", "b"]), forget_after="10s"),
        [at(0, "a"), at(10, "b"), at(11, "a"), at(12, "b")],
        fires(12, "a@11", "b@12"),
    ),
    timeline(
        "so is the profile, with its dates",
        DATE,
        [profile(0, d=moment(40)), tick(60)],
    ),
    timeline(
        "a date near enough fires",
        DATE,
        [profile(0, d=moment(15)), tick(60)],
        fires(10),
    ),
    timeline(
        "when one fires last is forgotten too",
        library(signal(follow=["a"], again="1m"), forget_after="10s"),
        [at(0, "a"), at(10, "a"), at(11, "a")],
        fires(0, "a@0"),
        fires(10, "a@10"),
    ),
    timeline(
        "each customer has a time of their own",
        TWICE,
        [at(0, "a"), at(5, "a", customer="d"), tick(10), at(11, "a", customer="d"), at(12, "a")],
        fires(11, "a@11", customer="d"),
    ),
)
