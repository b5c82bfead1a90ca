"""Several channels: what strikes them out, in order of preference; the best one by what is to be expected."""

from typing import Any

from tests.oracle.timelines.make import at, deferred, fires, library, on, profile, signal, tick, timeline

EACH = {"follow": ["a"]}
NIGHT = {"from": "21:00", "to": "08:00"}
BEST = {"channel": "best"}


def told(second: float, what: str, fired: int, **fields: Any) -> dict[str, Any]:
    """What a connector reports of the trigger of the firing at `fired`."""
    identity = f"s:c:{1_767_607_200_000 + fired * 1000}"
    return at(second, f"trigger.{what}", properties={"trigger": identity, **fields})


CHOICE = (
    timeline(
        "of a list the first that nothing strikes out",
        library(
            signal(**EACH, then={"channel": ["push", "sms", "email"]}),
            channels={
                "push": {"consent": "push_ok"},
                "sms": {"cap": {"count": 1, "over": "10s"}},
                "email": {"quiet": {**NIGHT, "then": "drop"}},
            },
        ),
        [at(0, "a"), at(1, "a"), at(on("2026-01-05T22:00"), "a", id="x"), at(on("2026-01-05T22:00:01"), "a", id="y")],
        fires(0, "a@0"),
        fires(1, "a@1"),
        fires(on("2026-01-05T22:00"), "x"),
        fires(on("2026-01-05T22:00:01"), "y", held="quiet"),
    ),
    timeline(
        "the first awake one, else the first that defers",
        library(
            signal(**EACH, then={"channel": ["push", "sms"]}),
            channels={"push": {"quiet": NIGHT}, "sms": {"quiet": {"from": "23:00", "to": "06:00"}}},
        ),
        [
            at(on("2026-01-05T22:00"), "a", id="x"),
            at(on("2026-01-05T23:00"), "a", id="y"),
            tick(on("2026-01-06T08:00")),
        ],
        fires(on("2026-01-05T22:00"), "x"),
        deferred(on("2026-01-05T23:00")),
        fires(on("2026-01-05T23:00"), "y"),
    ),
    timeline(
        "the reason is that of the check which strikes out the last one",
        library(
            signal(**EACH, then={"channel": ["push", "sms"]}),
            channels={"push": {"consent": "push_ok"}, "sms": {"cap": {"count": 1, "over": "10s"}}},
        ),
        [at(0, "a"), at(1, "a"), profile(2, push_ok=True), at(3, "a")],
        fires(0, "a@0"),
        fires(1, "a@1", held="cap"),
        fires(3, "a@3"),
    ),
    timeline(
        "best: what it is worth times the chance, less the cost; a channel that costs more isn't worth it",
        library(
            signal("s", **EACH, then=BEST, value=10.0),
            signal("t", **EACH, then=BEST, value=0.1),
            channels={"call": {"cost": 5.0, "response": 0.5}, "email": {"cost": 0.1, "response": 0.05}},
        ),
        [at(0, "a")],
        fires(0, "a@0"),
        fires(0, "a@0", signal="t", held="no channel"),
    ),
    timeline(
        "best: a customer's own responses count beside the prior",
        library(
            signal(**EACH, then=BEST, value=1.0),
            channels={"email": {"response": 0.1}, "sms": {"response": 0.099}},
        ),
        [at(0, "a"), at(1, "a"), told(2, "opened", 1), at(3, "a"), told(4, "failed", 0), at(5, "a")],
        fires(0, "a@0"),
        fires(1, "a@1"),
        fires(3, "a@3"),
        fires(5, "a@5"),
    ),
    timeline(
        "rest: after so many without a response a channel is left alone for a while",
        library(
            signal(**EACH, then={"channel": ["email", "sms"]}),
            channels={"email": {"rest": {"after": 2, "for": "10s"}}, "sms": {"rest": {"after": 1, "for": "1h"}}},
        ),
        [at(0, "a"), told(0.5, "clicked", 0), at(1, "a"), at(2, "a"), at(3, "a"), at(4, "a"), at(12, "a"), at(13, "a")],
        fires(0, "a@0"),
        fires(1, "a@1"),
        fires(2, "a@2"),
        fires(3, "a@3"),
        fires(4, "a@4", held="no channel"),
        fires(12, "a@12"),
        fires(13, "a@13", held="no channel"),
    ),
    timeline(
        "rest: what never came isn't one without a response",
        library(signal(**EACH), channels={"email": {"rest": {"after": 1, "for": "1h"}}}),
        [at(0, "a"), told(1, "refused", 0), at(2, "a"), at(3, "a")],
        fires(0, "a@0"),
        fires(2, "a@2"),
        fires(3, "a@3", held="no channel"),
    ),
    timeline(
        "a group by response: the value times the best chance ranks",
        library(
            signal("a", **EACH, group="g", value=2.0, then={"channel": "email"}),
            signal("b", **EACH, group="g", value=1.0, then={"channel": "sms"}),
            groups={"g": {"by": "response"}},
            channels={"email": {"response": 0.1}, "sms": {"response": 0.3}},
        ),
        [at(0, "a")],
        fires(0, "a@0", signal="b"),
        fires(0, "a@0", signal="a", held="arbitration"),
    ),
)
