"""Random worlds with stories: few modules, whole seconds, quarters of attention, so that edges are hit often."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.oracle.busy import SHORT, framed, sometimes
from tests.oracle.strategies import ORIGIN, SECOND, Tree, lateness, spelled

KINDS = ("a", "b", "c")
TYPES: SearchStrategy[Any] = st.sampled_from(["a", "b", ["a", "b"]])
WHERES = st.sampled_from(["value > 1", "led_by == 'customer'", "channel == 'rep'"])
MODULES = ("m", "n", "o")
STAGES = ("one", "two", "three", "four")
SHARES = st.sampled_from(["25%", "50%", 0.75, "100%"])


@st.composite
def touches(draw: st.DrawFn) -> Any:
    """Touchpoints that are meant: types alone, or a mapping."""
    return draw(TYPES) if draw(st.booleans()) else spelled({"of": draw(TYPES), "where": draw(sometimes(WHERES))})


@st.composite
def stages(draw: st.DrawFn) -> list[Any]:
    count = draw(st.integers(3, 4))
    return [STAGES[0], *(draw(stage(name)) for name in STAGES[1:count])]


@st.composite
def stage(draw: st.DrawFn, name: str) -> Tree:
    needed = spelled(
        {
            "count": draw(st.integers(1, 3)),
            "of": draw(sometimes(st.just(["a", "b"]))),
            "where": draw(sometimes(WHERES)),
            "types": draw(sometimes(st.just(2))),
        }
    )
    modules = st.sampled_from([1, 2, "m", ["m", "n"]])
    said = draw(st.sampled_from(["modules", "touchpoints", "both", "count"]))
    return spelled(
        {
            "stage": name,
            "modules": draw(modules) if said in {"modules", "both"} else None,
            "touchpoints": {"touchpoints": needed, "both": needed, "count": draw(st.integers(1, 3))}.get(said),
            "within": draw(st.none() | SHORT),
        }
    )


@st.composite
def modules(draw: st.DrawFn) -> Tree:
    after: dict[str, SearchStrategy[Any]] = {"m": st.none(), "n": st.sampled_from([None, "m"])}
    after["o"] = st.sampled_from([None, "m", ["m", "n"]])
    return {
        name: spelled(
            {
                "needs": draw(SHARES),
                "after": draw(after[name]),
                "of": draw(sometimes(TYPES)),
                "where": draw(sometimes(WHERES)),
            }
        )
        for name in MODULES
    }


@st.composite
def branches(draw: st.DrawFn) -> Tree:
    common = {"times": st.sampled_from([None, 2]), "modules": st.sampled_from([None, None, "o", ["n", "o"]])}
    return {
        "i": spelled({"of": draw(TYPES), "stays": draw(SHORT), **{k: draw(v) for k, v in common.items()}}),
        "j": spelled({"where": draw(WHERES), **{k: draw(v) for k, v in common.items()}, "answered": draw(touches())}),
    }


@st.composite
def tales(draw: st.DrawFn) -> Tree:
    evidence = spelled(
        {
            "led_by": draw(sometimes(st.just({"rep": "75%", "customer": 0.25}))),
            "reaction": draw(sometimes(SHARES)),
            "proves": draw(sometimes(st.just({"acted": "100%"}))),
            "otherwise": draw(sometimes(SHARES)),
            "dwell": draw(sometimes(st.just("4s"))),
        }
    )
    reenter = spelled({"after": draw(sometimes(SHORT)), "by": draw(sometimes(touches()))})
    return spelled(
        {
            "story": "s",
            "of": draw(st.sampled_from([["a", "b"], ["a", "b", "c"], "*"])),
            "where": draw(sometimes(st.just("value > 0"))),
            "stages": draw(stages()),
            "modules": draw(modules()),
            "evidence": evidence or None,
            "half_life": draw(sometimes(SHORT)),
            "channels": {"email": draw(st.sampled_from(["m", ["m", "n"]]))},
            "mix": {"rep": "75%", "digital": {"of": ["email", "site"], "share": "25%"}},
            "branches": draw(branches()),
            "reenter": reenter or None,
        }
    )


CONDITIONS = (
    "stage.s == 'two'",
    "stage.s != 'one'",
    "stage.s in ['two', 'three']",
    "module.s.m.attention >= 0.5",
    "module.s.n.attention > 0.25",
    "module.s.o.attention == 1",
    "module.s.m.done",
    "module.s.n.done",
    "module.s.o.done",
    "module.s.o.unlocked",
    "not module.s.n.unlocked",
    "module.s.m.share.rep >= 0.5",
    "story.s.overdue",
    "not story.s.overdue and story.s.round > 0",
    "story.s.open.i",
    "not story.s.open.i",
    "story.s.open.j",
    "exists(story.s.open_since.i)",
    "hours_since(story.s.open_since.j) * 3600 >= 2",
    "hours_since(story.s.since) * 3600 >= 3",
    "hours_since(story.s.began) * 3600 > 4",
    "exists(story.s.due)",
    "story.s.round >= 2",
    "story.s.touchpoints % 3 == 1",
    "story.s.modules_done >= 2",
    "story.s.first_channel != story.s.last_channel",
    "story.s.share.rep > 0.5",
    "story.s.off <= 0.25",
    "story.s.unlocked.email",
)
CARRY = {
    "stage": "stage.s",
    "m": "module.s.m.attention",
    "n": "module.s.n.attention",
    "touchpoints": "story.s.touchpoints",
    "last": "story.s.last_channel",
    "off": "story.s.off",
    "round": "story.s.round",
    "done": "story.s.modules_done",
    "hours": "hours_since(story.s.since)",
}


def timed(condition: str, tale: Tree) -> bool:
    """Whether a `when` may read it: what is forgotten all the time is no whole number to be equal to, nor is a branch
    that closes by itself a moment that stands."""
    decays = "half_life" in tale and "attention ==" in condition
    return not decays


@st.composite
def whens(draw: st.DrawFn, tale: Tree) -> Tree:
    parts = draw(
        st.lists(st.sampled_from([one for one in CONDITIONS if timed(one, tale)]), min_size=1, max_size=2, unique=True)
    )
    joined = draw(st.sampled_from([" and ", " or "])).join(f"({part})" for part in parts)
    return spelled({"when": joined, "hold": draw(sometimes(SHORT))})


@st.composite
def tale_libraries(draw: st.DrawFn) -> Tree:
    tale = draw(tales())
    signals = [draw(framed(f"s{n}", draw(whens(tale)))) for n in range(3)]
    signals[0]["then"]["carry"] = CARRY
    both = st.sampled_from(
        ["f0 >= 1 and stage.s == 'two'", "f0 >= 2 or story.s.overdue", "f0 > 0 and not story.s.open.i"]
    )
    signals.append(draw(framed("s3", {"when": draw(both), "per": "module"})))
    signals[1]["if"] = draw(st.sampled_from(["True", "module.s.m.attention >= 0.5", "not story.s.open.j"]))
    if draw(st.booleans()):
        signals[2]["then"] |= {"channel": draw(st.sampled_from(["best", ["email", "post", "site", "rep"]])), "mix": "s"}
    return {
        "library": {"name": "tale", "format": 1, **draw(lateness())},
        "interactions": {"a": {"evidence": "viewed"}, "b": {"evidence": "acted"}, "c": {}},
        "features": {"f0": {"count": "a", "over": "5s", "per": "module"}},
        "channels": {name: {} for name in ("email", "post", "rep", "site")},
        "signals": signals,
        "stories": [tale],
    }


Event = tuple[str, int, int, str | None, float | None, str | None, str | None, int, str]
EVENTS: SearchStrategy[Event] = st.tuples(
    st.sampled_from(["a", "a", "a", "b", "b", "c", "clock.tick"]),
    st.sampled_from([0, 1, 1, 2, 3, 5]),  # seconds since the one before
    st.sampled_from([0, 0, 0, 0, 1, 2, 3, 5, 8]),  # seconds that its own time lies back
    st.sampled_from([*MODULES, "m", "n", None]),
    st.sampled_from([None, 0.25, 0.5, 1.0]),
    st.sampled_from([None, "customer", "rep"]),
    st.sampled_from([None, "rep", "site", "email"]),
    st.sampled_from([1, 2, -1]),
    st.sampled_from(["k", "k", "k", "l"]),
)


def tale_log_of(happened: list[Event]) -> list[Tree]:
    now, log = ORIGIN, []
    for place, (kind, after, back, module, attention, led_by, channel, value, customer) in enumerate(happened):
        now += after * SECOND
        record: Tree = {"type": kind, "time": now - back * SECOND, "_append": now}
        if kind != "clock.tick":
            said = {"module": module, "attention": attention, "led_by": led_by, "channel": channel}
            said["reaction"] = "question" if place % 7 == 3 else None
            said["dwell"] = 2 if place % 3 == 0 else None
            record |= {"id": str(place), "customer": customer, "value": value, **spelled(said)}
        log.append(record)
    return log


def tale_logs() -> SearchStrategy[list[Tree]]:
    return st.lists(EVENTS, min_size=15, max_size=40).map(tale_log_of)
