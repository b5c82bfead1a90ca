"""Random worlds in which much happens: three types, whole seconds, short durations, so that edges are hit often.

`strategies` draws from all of the language; most of what it draws never fires. Here almost every log makes
decisions, ties and late ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.oracle.conditions import conditions
from tests.oracle.strategies import (
    BANDS,
    ORIGIN,
    SECOND,
    Tree,
    catalogues,
    counts_of_firings,
    lateness,
    segments_over,
    spelled,
    which,
    windows,
)

KINDS = st.sampled_from(["a", "b", "c"])
SHORT = st.sampled_from(["1s", "2s", "3s", "5s"])
SOME_PER = st.sampled_from([None, None, "product"])
ALL_KINDS = ("count", "score", "sum", "mean", "min", "max", "distinct", "first", "last", "top", "trend", "moment")
ASKED = (
    "profile.x or not exists(profile.x)",
    "profile.n >= 1 or profile.n < 0",
    "context.w == 1",
    "context.by[profile.n] != 2",
    "exists(context.by['1']) or not context.by",
)
RARELY = st.sampled_from([False, False, False, True])


@st.composite
def sometimes(draw: st.DrawFn, strategy: SearchStrategy[Any]) -> Any:
    return draw(strategy) if draw(RARELY) else None


# Libraries


@st.composite
def features(draw: st.DrawFn) -> Tree:
    kind = draw(st.sampled_from(ALL_KINDS))
    per = draw(SOME_PER)
    if kind == "trend":
        return spelled({"trend": draw(KINDS), "over": draw(SHORT), "band": draw(BANDS), "per": per})
    if kind == "moment":
        return spelled({"last": "time", "of": draw(KINDS), "per": per})
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
def patterns(
    draw: st.DrawFn, pattern: str, declared: Tree, segments: tuple[str, ...], per: SearchStrategy[Any] = SOME_PER
) -> Tree:
    if pattern == "date":
        return {"date": draw(windows())}
    if pattern == "follow":
        return spelled({**draw(follows()), "per": draw(per)})
    if pattern == "silent":
        return spelled({"silent": draw(SHORT), "of": draw(KINDS), "per": draw(per)})
    fields = {one["per"] for one in declared.values() if "per" in one}
    own = draw(per.filter(lambda field: field in {None, *fields}))
    hold = draw(sometimes(SHORT))
    condition = draw(conditions(declared, own, touchpoint=False, segments=segments))
    return spelled({"when": condition, "hold": hold, "per": own})


@st.composite
def framed(draw: st.DrawFn, name: str, pattern: Tree) -> Tree:
    return spelled(
        {
            "signal": name,
            "status": "live",
            "value": draw(st.sampled_from([1.0, 1.0, 2.0])),
            **pattern,
            "again": draw(sometimes(SHORT)),
            "if": draw(sometimes(st.sampled_from(ASKED))),
            "then": spelled({"channel": "email", "expires": draw(sometimes(st.just("5s")))}),
        }
    )


@st.composite
def busy_libraries(draw: st.DrawFn, pattern: str) -> Tree:
    """Three signals of one pattern."""
    declared = {f"f{n}": draw(features()) for n in range(3)} if pattern == "when" else {}
    segments = draw(segments_over(declared)) if pattern == "when" else {}
    return {
        "library": {"name": "busy", "format": 1, **draw(lateness())},
        "interactions": draw(catalogues()),
        "features": declared,
        "segments": segments,
        "channels": {"email": {}},
        "signals": [draw(framed(f"s{n}", draw(patterns(pattern, declared, tuple(segments))))) for n in range(3)],
    }


@st.composite
def kept_libraries(draw: st.DrawFn) -> Tree:
    """Three signals per product over features per product, whose values go where few are kept."""
    field = st.just("product")
    declared = {f"f{n}": {**draw(features()), "per": "product"} for n in range(3)}
    kinds = st.sampled_from(["when", "when", "when", "follow", "silent"])
    return {
        "library": {"name": "kept", "format": 1, **draw(lateness())},
        "interactions": draw(catalogues()),
        "features": declared,
        "channels": {"email": {}},
        "signals": [draw(framed(f"s{n}", draw(patterns(draw(kinds), declared, (), field)))) for n in range(3)],
    }


@st.composite
def first_ones(draw: st.DrawFn) -> Tree:
    """What fires often, and reads no firings."""
    per = draw(SOME_PER)
    often = [
        {"follow": ["a"], "per": per},
        {"silent": "1s", "of": "a", "per": per},
        {"when": "f0 >= 1"},
        {"date": draw(windows())},
    ]
    return spelled(draw(st.sampled_from([*often, draw(patterns("follow", {}, ()))])))


@st.composite
def readers(draw: st.DrawFn, before: list[str], feature: str, declared: Tree) -> Tree:
    """A pattern over the firings of some signals: by steps, or by a feature over them."""
    fired = {"type": "signal.fired", "where": draw(which(before))}
    if draw(st.integers(0, 2)) == 2:
        return draw(patterns("when", {feature: declared[feature]}, ()))
    other = {"type": "signal.fired", "where": draw(which(before))}
    steps = [
        [fired],
        [fired, other],
        [fired, "b"],
        ["a", fired],
        [{**fired, "times": 2}],
        [fired, {"without": "b", "for": draw(SHORT)}],
        [fired, {"without": "b"}, "a"],
    ]
    restart = draw(st.sampled_from([None, "latest"]))
    return spelled({"follow": draw(st.sampled_from(steps)), "restart": restart, "per": draw(SOME_PER)})


@st.composite
def chained_libraries(draw: st.DrawFn) -> Tree:
    """Four signals, of which each may read the firings of those before it."""
    declared: Tree = {"f0": {"count": "a", "over": "5s"}}
    made = [draw(framed("s0", draw(first_ones())))]
    for n in range(1, 4):
        before = [signal["signal"] for signal in made]
        declared[f"g{n}"] = draw(counts_of_firings(draw(st.sampled_from(before))))
        pattern = draw(st.one_of(readers(before, f"g{n}", declared), readers(before, f"g{n}", declared), first_ones()))
        made.append(draw(framed(f"s{n}", pattern)))
    return {
        "library": {"name": "chained", "format": 1, **draw(lateness())},
        "interactions": draw(catalogues()),
        "features": declared,
        "channels": {"email": {}},
        "signals": draw(st.permutations(made)),
    }


# Logs

Event = tuple[str, int, int, str | None, int, str, str | None, int]
PRODUCTS = ("p", "q", None)


def events(products: Sequence[str | None]) -> SearchStrategy[Event]:
    return st.tuples(
        st.sampled_from(["a", "a", "b", "b", "c", "c", "clock.tick", "profile.updated", "context.updated"]),
        st.sampled_from([0, 1, 1, 2, 3, 5]),  # seconds since the one before
        st.sampled_from([0, 0, 0, 0, 0, 1, 2, 3, 5, 8]),  # seconds that its own time lies back
        st.sampled_from(products),
        st.sampled_from([1, 2, -1]),
        st.sampled_from(["k", "k", "k", "l"]),
        st.sampled_from([None, None, "slow", "fast"]),
        st.sampled_from([0] * 9 + [1, 2]),  # whose id it has: its own, or that of one before
    )


def busy_log_of(happened: list[Event]) -> list[Tree]:
    """The records of a log from what happened."""
    now, log = ORIGIN, []
    for place, (kind, after, back, product, value, customer, source, doubles) in enumerate(happened):
        now += after * SECOND
        record: Tree = {"type": kind, "time": now - back * SECOND, "_append": now}
        if kind == "context.updated":
            record["properties"] = surroundings(value, product)
        elif kind != "clock.tick":
            record |= {"id": str(max(0, place - doubles)), "customer": customer}
            changed = {"x": value > 0, "$add": {"n": value}} | (
                {} if product is None else {"d": now + 3 * value * SECOND}
            )
            record |= {"properties": changed} if kind == "profile.updated" else {"value": value}
            record |= spelled({"product": product, "source": source})
        log.append(record)
    return log


def surroundings(value: int, product: str | None) -> Tree:
    """What changes of the context: a value, one or two entries of a mapping, or such a mapping for a value."""
    if product is None:
        return {"w": value, "by": None if value == 2 else 5}
    return {"by": {str(value): value if product == "p" else None, "1": 2}, "w": None if product == "q" else value}


def busy_logs(products: Sequence[str | None] = PRODUCTS) -> SearchStrategy[list[Tree]]:
    return st.lists(events(products), min_size=15, max_size=40).map(busy_log_of)
