"""What takes a trigger back between its decision and its expiry."""

from typing import Any

from tests.oracle.timelines.make import at, cancelled, deferred, fires, library, on, profile, signal, tick, timeline


def takes(**then: Any) -> dict[str, Any]:
    return {"channel": "email", "cancel_on": "order", **then}


EACH = {"follow": ["a"]}
NIGHT = {"email": {"quiet": {"from": "21:00", "to": "08:00"}, "consent": "ok"}}

REVOKED = (
    timeline(
        "cancel_on: between decision and expiry, once",
        library(signal(**EACH, then=takes(expires="10s"))),
        [at(0, "a"), at(1, "order"), at(2, "order"), at(5, "a"), at(15, "order")],
        fires(0, "a@0"),
        cancelled(0, "cancel_on", "order@1"),
        fires(5, "a@5"),
    ),
    timeline(
        "cancel_on: what makes it fire doesn't take it back, what comes behind it in that millisecond does",
        library(signal(**EACH, then=takes(cancel_on="a"))),
        [at(0, "a"), at(0, "a", id="second")],
        fires(0, "a@0"),
        cancelled(0, "cancel_on", "second"),
    ),
    timeline(
        "cancel_on: a late one from before the decision isn't between, one from after it is",
        library(signal(**EACH, then=takes())),
        [at(5, "a"), at(9, "b"), at(4.999, "order"), at(5, "order")],
        fires(5, "a@5"),
        cancelled(5, "cancel_on", "order@5"),
    ),
    timeline(
        "cancel_on: nor is one that comes too late",
        library(signal(**EACH, then=takes()), late_by="10s"),
        [at(5, "a"), at(30, "b"), at(19.999, "order"), at(20, "order", id="o")],
        fires(5, "a@5"),
        cancelled(5, "cancel_on", "o"),
    ),
    timeline(
        "cancel_on with `per`: of its value, or without the field",
        library(signal(**EACH, per="product", then=takes())),
        [at(0, "a", product="p"), at(1, "a", product="q"), at(2, "order", product="q"), at(3, "order")],
        fires(0, "a@0", per="p"),
        fires(1, "a@1", per="q"),
        cancelled(1, "cancel_on", "order@2", per="q"),
        cancelled(0, "cancel_on", "order@3", per="p"),
    ),
    timeline(
        "one that waits is taken back before it went: it was never sent, and no cap counts it",
        library(
            signal(**EACH, then=takes(), cap={"count": 1, "over": "1d"}),
            channels={"email": {"quiet": {"from": "21:00", "to": "08:00"}}},
        ),
        [
            at(on("2026-01-05T22:00"), "a", id="x"),
            at(on("2026-01-05T23:00"), "order", id="o"),
            at(on("2026-01-06T09:00"), "a", id="y"),
        ],
        deferred(on("2026-01-05T22:00")),
        cancelled(on("2026-01-05T22:00"), "cancel_on", "o"),
        fires(on("2026-01-06T09:00"), "y"),
    ),
    timeline(
        "what was sent and is taken back counts for caps",
        library(signal(**EACH, then=takes(), cap={"count": 1, "over": "10s"})),
        [at(0, "a"), at(1, "order"), at(2, "a"), at(10, "a")],
        fires(0, "a@0"),
        cancelled(0, "cancel_on", "order@1"),
        fires(2, "a@2", held="cap"),
        fires(10, "a@10"),
    ),
    timeline(
        "opting out takes back what is open on the channel, and what waits",
        library(signal(**EACH), channels=NIGHT),
        [
            profile(0, ok=True),
            at(1, "a"),
            at(on("2026-01-05T22:00"), "a", id="x"),
            profile(on("2026-01-05T23:00"), ok=False),
        ],
        fires(1, "a@1"),
        deferred(on("2026-01-05T22:00")),
        cancelled(1, "opted out", f"profile.updated@{on('2026-01-05T23:00')}"),
        cancelled(on("2026-01-05T22:00"), "opted out", f"profile.updated@{on('2026-01-05T23:00')}"),
    ),
    timeline(
        "opting out and in again: one that was taken back stays so, and an expired one isn't",
        library(signal(**EACH, then={"channel": "email", "expires": "5s"}), channels={"email": {"consent": "ok"}}),
        [profile(0, ok=True), at(1, "a"), at(5, "a"), profile(6, ok=None), profile(7, ok=True), at(8, "a")],
        fires(1, "a@1"),
        fires(5, "a@5"),
        cancelled(5, "opted out", "profile.updated@6"),
        fires(8, "a@8"),
    ),
    timeline(
        "a late one in the silence: of a follow from the step's moment on, of its last silences",
        library(signal(follow=["a", {"without": "x"}, {"without": "y", "for": "5s"}, {"without": "z", "for": "5s"}])),
        [at(0, "a"), tick(10), at(11, "b"), at(7, "y"), at(10, "z"), at(2, "z"), at(0, "x")],
        fires(10, "a@0"),
        cancelled(10, "late", "x@0"),
    ),
    timeline(
        "a late one in the silence: of `silent` strictly behind the last one",
        library(signal(silent="10s", of="a")),
        [at(0, "a"), tick(10), at(11, "b"), at(0, "a", id="same"), at(9.999, "a"), tick(60)],
        fires(10, "a@0"),
        cancelled(10, "late", "a@9.999"),
        fires(19.999, "a@9.999"),
    ),
    timeline(
        "a late one in the silence of another value of `per` takes nothing back",
        library(signal(follow=["a", {"without": "x", "for": "5s"}], per="product")),
        [at(0, "a", product="p"), tick(5), at(6, "b"), at(1, "x", product="q"), at(1, "x", id="any")],
        fires(5, "a@0", per="p"),
        cancelled(5, "late", "any", per="p"),
    ),
    timeline(
        "a late one in the silence of one that a late one made: both decisions say so",
        library(signal(follow=["a", {"without": "x", "for": "5s"}])),
        [at(10, "b"), at(0, "a"), at(2, "x")],
        fires(10, "a@0", late=True),
        cancelled(10, "late", "x@2", late=True),
    ),
    timeline(
        "a late one in the silence of an expired trigger takes nothing back",
        library(signal(silent="10s", of="a", then={"channel": "email", "expires": "5s"})),
        [at(0, "a"), tick(10), at(15, "b"), at(9, "a"), tick(19)],
        fires(10, "a@0"),
        fires(19, "a@9"),
    ),
)
