"""Random worlds in which much happens: three types, whole seconds, short durations, so that edges are hit often.

`strategies` draws from all of the language; most of what it draws never fires. Here almost every log makes
decisions, ties and late ones.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.oracle.conditions import conditions
from tests.oracle.strategies import ORIGIN, SECOND, Tree, spelled

KINDS = st.sampled_from(["a", "b", "c"])
SHORT = st.sampled_from(["1s", "2s", "3s", "5s"])
SOME_PER = st.sampled_from([None, None, "product"])
RARELY = st.sampled_from([False, False, False, True])


@st.composite
def sometimes(draw: st.DrawFn, strategy: SearchStrategy[Any]) -> Any:
    return draw(strategy) if draw(RARELY) else None


# Libraries


@st.composite
def features(draw: st.DrawFn) -> Tree:
    kind = draw(st.sampled_from(["count", "score", "sum", "mean", "min", "max", "distinct", "first", "last", "top"]))
    per = draw(SOME_PER)
    if kind == "score":
        weights = {"a": 1, "b": draw(st.sampled_from([2, 0.5, -1, "value"]))}
        return spelled({"score": weights, "half_life": draw(SHORT), "per": per})
    over = draw(st.sampled_from([None, "2s", "3s", "5s"]))
    if kind == "count":
        return spelled({"count": draw(KINDS), "over": over, "per": per})
    field = "value" if kind in {"sum", "mean", "min", "max"} else draw(st.sampled_from(["product", "value"]))
    by = draw(st.sampled_from([None, "value"])) if kind == "top" else None
    types = draw(st.sampled_from(["a", ["a", "b"], "*"]))
    return spelled({kind: field, "by": by, "of": types, "over": over, "per": per})


@st.composite
def steps(draw: st.DrawFn) -> Tree:
    return spelled(
        {
            "type": draw(KINDS),
            "within": draw(sometimes(SHORT)),
            "times": draw(sometimes(st.just(2))),
            "where": draw(sometimes(st.just("value > 1"))),
            "same": draw(sometimes(st.just(["product"]))),
        }
    )


@st.composite
def follows(draw: st.DrawFn) -> Tree:
    first = draw(steps())
    first.pop("within", None)
    elements: list[Any] = [first]
    for shape in draw(st.lists(st.sampled_from(["step", "step", "silence", "without"]), min_size=1, max_size=3)):
        if shape == "silence":
            elements.append({"without": draw(KINDS), "for": draw(SHORT)})
        else:
            elements += [{"without": draw(KINDS)}] if shape == "without" else []
            elements.append(draw(steps()))
    return {"follow": elements, "restart": draw(st.sampled_from(["first", "latest"]))}


@st.composite
def patterns(draw: st.DrawFn, pattern: str, declared: Tree) -> Tree:
    if pattern == "follow":
        return spelled({**draw(follows()), "per": draw(SOME_PER)})
    if pattern == "silent":
        return spelled({"silent": draw(SHORT), "of": draw(KINDS), "per": draw(SOME_PER)})
    per = draw(st.sampled_from([None, *sorted({one["per"] for one in declared.values() if "per" in one})]))
    hold = draw(sometimes(SHORT))
    return spelled({"when": draw(conditions(declared, per, touchpoint=False)), "hold": hold, "per": per})


@st.composite
def signals(draw: st.DrawFn, name: str, pattern: str, declared: Tree) -> Tree:
    return spelled(
        {
            "signal": name,
            "status": "live",
            "value": 1.0,
            **draw(patterns(pattern, declared)),
            "again": draw(sometimes(SHORT)),
            "if": draw(sometimes(st.just("profile.x or not exists(profile.x)"))),
            "then": spelled({"channel": "email", "expires": draw(sometimes(st.just("5s")))}),
        }
    )


@st.composite
def busy_libraries(draw: st.DrawFn, pattern: str) -> Tree:
    """Three signals of one pattern."""
    declared = {f"f{n}": draw(features()) for n in range(3)} if pattern == "when" else {}
    return {
        "library": {"name": "busy", "format": 1, "late_by": draw(st.sampled_from(["3s", "5s", "1m"]))},
        "interactions": None,
        "features": declared,
        "channels": {"email": {}},
        "signals": [draw(signals(f"s{n}", pattern, declared)) for n in range(3)],
    }


# Logs

Event = tuple[str, int, int, str | None, int, str]
EVENTS: SearchStrategy[Event] = st.tuples(
    st.sampled_from(["a", "a", "b", "b", "c", "c", "clock.tick", "profile.updated"]),
    st.sampled_from([0, 1, 1, 2, 3, 5]),  # seconds since the one before
    st.sampled_from([0, 0, 0, 0, 0, 1, 2, 3, 5, 8]),  # seconds that its own time lies back
    st.sampled_from(["p", "q", None]),
    st.sampled_from([1, 2, -1]),
    st.sampled_from(["k", "k", "k", "l"]),
)


def busy_log_of(events: list[Event]) -> list[Tree]:
    """The records of a log from what happened."""
    now, log = ORIGIN, []
    for place, (kind, after, back, product, value, customer) in enumerate(events):
        now += after * SECOND
        record: Tree = {"type": kind, "time": now - back * SECOND, "_append": now}
        if kind != "clock.tick":
            record |= {"id": str(place), "customer": customer}
            record |= {"properties": {"x": value > 0}} if kind == "profile.updated" else {"value": value}
            record |= {"product": product} if product else {}
        log.append(record)
    return log


def busy_logs() -> SearchStrategy[list[Tree]]:
    return st.lists(EVENTS, min_size=15, max_size=40).map(busy_log_of)
